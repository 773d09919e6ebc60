import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { InvalidArgumentError, type Command } from 'commander';
import { orderWorkflowId } from '../contracts/temporal-names';
import { packageRoot } from '../embedded/paths';
import { namesTemporal, readTemporalSettings } from '../embedded/temporal-settings';
import type { ReplayReport, ReplaySelection } from '../process/replay-histories';
import { stateOption } from './options';
import { isRunning, readRunning } from './running-stack';

interface Flags {
  readonly state: string;
  readonly sample?: number;
  readonly ended?: boolean;
  readonly json?: boolean;
}

const NOTICE_EVERY = 500;

/** Registers `mallflow replay-check`: checks before a deployment that the running orders replay with this code. */
export function registerReplayCheck(program: Command): void {
  program
    .command('replay-check')
    .description(
      "replays the histories of a system's orders and replenishments with this release's workflows; changes nothing",
    )
    .addOption(stateOption())
    .option('--sample <number>', 'how many histories to replay, sampled evenly (default: all)', parseCount)
    .option('--ended', 'also replays the histories of completed runs, as far as Temporal keeps them')
    .option('--json', 'print the result as one line of JSON')
    .addHelpText(
      'after',
      `
Reads the stack that runs on the state folder; TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and the other settings of Temporal's
clients, or TEMPORAL_CONFIG_FILE, name another server. Run it from the new release before you deploy it. The exit code
is 1 when a history does not replay: that order would stop at its next workflow task. docs/deploying.md says what to do.
(\`mallflow replay\` is something else: it plays orders of a dataset.)`,
    )
    .action(async (flags: Flags) => {
      const report = await check(flags);
      process.stdout.write(flags.json === true ? `${JSON.stringify(report)}\n` : `${describe(report)}\n`);
      if (report.broken.length > 0) process.exitCode = 1;
    });
}

async function check({ state, sample, ended = false, json = false }: Flags): Promise<ReplayReport> {
  // Loaded here: the worker's native library takes a second, which the other verbs need not wait for.
  const { replayHistories, silenceReplays } = await import('../process/replay-histories.js');
  const codePath = join(packageRoot(), 'dist', 'workflow-bundle.js');
  if (!existsSync(codePath))
    throw new Error('The workflows are not built: run `npm run setup` in this checkout first.');
  silenceReplays();
  const { connectionOptions, namespace } = readTemporalSettings(
    namesTemporal(process.env, isRunning(state)) ? process.env : readRunning(state).environment,
  );
  const connection = await Connection.connect(connectionOptions);
  try {
    const selection: ReplaySelection = { ended, ...(sample === undefined ? {} : { sample }) };
    return await replayHistories(
      new Client({ connection, namespace }),
      { workflowBundle: { codePath } },
      selection,
      (done, of) => {
        if (!json && done % NOTICE_EVERY === 0) process.stderr.write(`  … ${done} of ${of} replayed\n`);
      },
    );
  } finally {
    await connection.close();
  }
}

function describe({ replayed, broken }: ReplayReport): string {
  if (broken.length === 0) return `All ${replayed} histories replay with this release.`;
  const orders = [...new Set(broken.flatMap(({ workflowId }) => orderOf(workflowId) ?? []))];
  return [
    `${broken.length} of ${replayed} histories do not replay with this release:`,
    ...broken.map(({ workflowId, failure }) => `  ${orderOf(workflowId) ?? workflowId}: ${failure}`),
    ...(orders.length === 0
      ? []
      : ['Of these, orders in flight would stop. Correct the release, or adopt them after it:']),
    ...(orders.length === 0 ? [] : [`  mallflow adopt --even-if-running ${orders.join(' ')}`]),
    ...(broken.every(({ workflowId }) => orderOf(workflowId) !== undefined)
      ? []
      : ['Replenishments need nothing: the watchdog starts them again.']),
  ].join('\n');
}

/** Reads the order of a workflow; undefined when it is not an order's. */
const orderOf = (workflowId: string): string | undefined =>
  workflowId.startsWith(orderWorkflowId('')) ? workflowId.slice(orderWorkflowId('').length) : undefined;

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('It must be a whole number, 1 or more.');
  return count;
}
