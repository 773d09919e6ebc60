import type { Command } from 'commander';
import { endOrphans } from '../embedded/orphans';
import { statePaths, type StatePaths } from '../embedded/paths';
import type { Settings } from '../embedded/settings';
import { type Stack, startStack } from '../embedded/stack';
import { announceStack } from './running-stack';
import { portOptions, portsFrom, stateOption } from './options';
import { Progress } from './progress';
import { describeStack, formatReady, type SampleOrder } from './ready';
import { waitForStop } from './signals';

/** Seeds a migrated database with the sample mall, once, and describes the order of the printed `curl`. */
export type SeedSample = (databaseUrl: string, settings: Settings, paths: StatePaths) => Promise<SampleOrder>;

interface StartFlags {
  readonly state: string;
  readonly json?: boolean;
}

/** Registers `mallflow start`. */
export function registerStart(program: Command, seedSample?: SeedSample): void {
  const command = program
    .command('start')
    .description('starts PostgreSQL, Temporal, the sandbox providers, the worker and the API on this machine')
    .addOption(stateOption())
    .option('--json', 'print the addresses as one line of JSON once everything is ready')
    .addHelpText(
      'after',
      `
DATABASE_URL (with DATABASE_OWNER_URL for the migrations), TEMPORAL_ADDRESS, PAYMENT_URL, CARRIER_URL, SUPPLIER_URL, and
SMTP_URL with SMS_URL, replace each embedded part with one of yours. Ctrl-C stops everything; a second one kills it.`,
    );
  for (const option of portOptions()) command.addOption(option);
  command.action((flags: StartFlags) => start(flags, portsFrom(command.opts()), seedSample));
}

async function start(
  flags: StartFlags,
  ports: ReturnType<typeof portsFrom>,
  seedSample: SeedSample | undefined,
): Promise<void> {
  const progress = new Progress();
  const paths = statePaths(flags.state);
  const stop = waitForStop(() => forceStop(paths));
  let stack: Stack | undefined;
  let sample: SampleOrder | undefined;
  let withdraw: (() => void) | undefined;
  try {
    stack = await startStack({
      stateFolder: flags.state,
      ports,
      signal: stop.signal,
      onStep: progress.show,
      onLost: (_part, message) => {
        stop.fail(new Error(message));
      },
      ...(seedSample === undefined
        ? {}
        : {
            seed: async (url: string, settings: Settings) => {
              sample = await seedSample(url, settings, paths);
            },
          }),
    });
    withdraw = announceStack(stack, sample);
    process.stdout.write(
      flags.json === true
        ? `${JSON.stringify(describeStack(stack, sample))}\n`
        : formatReady(stack, sample, new Date()),
    );
    await stop.requested();
  } catch (error) {
    // A start that Ctrl-C interrupted has cleaned up after itself.
    if (!stop.signal.aborted || (error as Error).name !== 'AbortError') throw error;
  } finally {
    withdraw?.();
    if (stack !== undefined) {
      process.stderr.write('\nStopping\n');
      await stack.stop();
    }
    progress.close();
    stop.close();
  }
}

async function forceStop(paths: StatePaths): Promise<never> {
  process.stderr.write('Killing what still runs\n');
  await endOrphans(paths.run, 'SIGKILL');
  process.exit(130);
}
