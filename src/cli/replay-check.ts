import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { InvalidArgumentError, type Command } from 'commander';
import { packageRoot } from '../embedded/paths';
import type { ReplayReport, ReplaySelection } from '../process/replay-histories';
import { stateOption } from './options';
import { readRunning } from './running-stack';

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
      "replays the histories of a running system's orders with this checkout's workflows, and changes nothing",
    )
    .addOption(stateOption())
    .option('--sample <number>', 'replays so many of them, evenly drawn; by default all', parseCount)
    .option('--ended', 'replays the histories of ended orders too, as far as Temporal keeps them')
    .option('--json', 'print the result as one line of JSON')
    .addHelpText(
      'after',
      `
Reads the stack that runs on the state folder; TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and the other settings of Temporal's
clients name another server. Run it with the new release before you deploy that. The exit code is 1 when a history does
not replay: its order would stand still. docs/deploying.md says what to do then.`,
    )
    .action(async (flags: Flags) => {
      const report = await check(flags);
      process.stdout.write(flags.json === true ? `${JSON.stringify(report)}\n` : `${describe(report)}\n`);
      if (report.broken.length > 0) process.exitCode = 1;
    });
}

async function check({ state, sample, ended = false, json = false }: Flags): Promise<ReplayReport> {
  // Loaded here: the worker's native library takes a second, which the other verbs need not wait for.
  const { replayHistories } = await import('../process/replay-histories.js');
  const codePath = join(packageRoot(), 'dist', 'workflow-bundle.js');
  if (!existsSync(codePath)) throw new Error('The workflows are not built: run `npm run setup` first.');
  const environment = process.env.TEMPORAL_ADDRESS ? process.env : { ...readRunning(state).environment };
  const variables = Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig({ overrideEnvVars: variables });
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
  if (broken.length === 0) return `All ${replayed} histories replay with this code.`;
  return [
    `${broken.length} of ${replayed} histories do not replay with this code:`,
    ...broken.map(({ workflowId, failure }) => `  ${workflowId}: ${failure}`),
    'Their orders would stand still: do not deploy it, or adopt them afterwards with `mallflow adopt --all-broken`.',
  ].join('\n');
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('A number of histories from 1 on.');
  return count;
}
