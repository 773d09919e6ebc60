import { join } from 'node:path';
import { applyMigrations } from '../books/migrations';
import { ensureDatabase, setAppRolePassword } from './postgres/databases';
import { endOrphans } from './orphans';
import {
  type PartContext,
  type PartName,
  type Reroute,
  maintenanceUrl,
  replacedParts,
  type TemporalServer,
  type Urls,
  urlsOf,
} from './parts';
import { packageRoot, statePaths, type StatePaths } from './paths';
import { ephemeralPorts, fixedPorts, PORT_NAMES, portFaults, type PortName, type Ports } from './ports';
import type { Exit } from './child-process';
import { type Listeners, RunningParts, timed } from './running-parts';
import { serviceEnvironment } from './service-environment';
import { ensureSettings, type Settings } from './settings';
import { takeStateFolder } from './state-folder';
import { obtainTemporalBinary } from './temporal/temporal-binary';

export interface StackOptions extends Listeners {
  readonly stateFolder: string;
  /** Ports in place of the default ones. */
  readonly ports?: Partial<Ports>;
  /** Uses free ports throughout, so that several stacks can run on one machine. */
  readonly ephemeral?: boolean;
  /** False is faster, but a power cut then loses data: for tests only. */
  readonly durable?: boolean;
  /** Replaces embedded parts (DATABASE_URL ...) and is passed on to the worker and the API. */
  readonly env?: NodeJS.ProcessEnv;
  /** Changes the environment of the worker and the API; a test sends their connections through proxies of its own. */
  readonly reroute?: Reroute;
  /** Fills the migrated database before anything reads it; called at every start with the owner's connection. */
  readonly seed?: (databaseUrl: string, settings: Settings) => Promise<void>;
  /** Runs another Temporal server in place of the development server. */
  readonly temporalServer?: TemporalServer | undefined;
  readonly signal?: AbortSignal;
}

/** Controls a running stack. Tests kill and restart its parts by name to see what survives. */
export interface Stack {
  readonly urls: Urls;
  readonly settings: Settings;
  readonly paths: StatePaths;
  /** The environment of the worker and the API, for another process that reads the same books. */
  readonly serviceEnvironment: NodeJS.ProcessEnv;
  /** Returns the process id of a part; throws when this stack does not run it. */
  pidOf(part: PartName): number;
  kill(part: PartName): Promise<void>;
  /** Stops a part cleanly and starts it again. Resolves with how it ended; null when it did not run. */
  restart(part: PartName): Promise<Exit | null>;
  /** Stops every part, the last started first, and resolves when all are gone. */
  stop(): Promise<void>;
}

/** Names the part that listens on each port. */
const PART_OF: Readonly<Record<PortName, PartName>> = {
  api: 'api',
  webUi: 'temporal',
  temporal: 'temporal',
  postgres: 'postgres',
  gateway: 'gateway',
  carrier: 'carrier',
  supplier: 'supplier',
  notifier: 'notifier',
  smtp: 'notifier',
};

/**
 * Starts PostgreSQL, Temporal, the sandboxes, the worker and the API on this machine. It leaves out what the
 * environment replaces, and resolves once all are ready. Rejects with one sentence when one fails; everything is
 * stopped then.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const env = options.env ?? process.env;
  const paths = statePaths(options.stateFolder);
  const ports = options.ephemeral === true ? await ephemeralPorts() : fixedPorts(options.ports);
  const release = takeStateFolder(paths);
  const running = new RunningParts(options);
  try {
    for (const name of await endOrphans(paths.run))
      options.onStep?.({ kind: 'note', title: `Ended ${name}, left over from a run that was killed` });
    const replaced = replacedParts(env);
    const faults = await portFaults(
      ports,
      PORT_NAMES.filter((name) => !replaced.has(PART_OF[name])),
    );
    if (faults.length > 0) throw new Error(faults.join('\n'));
    const context: PartContext = {
      paths,
      ports,
      env,
      settings: ensureSettings(paths, env),
      durable: options.durable ?? true,
      signal: options.signal,
      reroute: options.reroute,
      temporalServer: options.temporalServer,
      temporalBinary:
        replaced.has('temporal') || options.temporalServer !== undefined
          ? null
          : await obtainTemporalBinary({
              env,
              signal: options.signal,
              onProgress: (title) => options.onStep?.({ kind: 'note', title }),
            }),
    };
    await startAll(context, options, running);
    return asStack(context, running, release);
  } catch (error) {
    await running.stop();
    release();
    throw error;
  }
}

async function startAll(context: PartContext, options: StackOptions, running: RunningParts): Promise<void> {
  const replaced = replacedParts(context.env);
  const start = async (...parts: PartName[]) => {
    // All of them settle before a failure is reported, so that none is still starting while the others are stopped.
    const results = await Promise.allSettled(
      parts.filter((part) => !replaced.has(part)).map((part) => running.start(part, context)),
    );
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    options.signal?.throwIfAborted();
  };
  await start('postgres');
  await prepareDatabase(context, options);
  await start('temporal');
  await start('gateway', 'carrier', 'supplier', 'notifier');
  await start('worker', 'api');
}

async function prepareDatabase(context: PartContext, { onStep, seed }: StackOptions): Promise<void> {
  const { databaseOwner } = urlsOf(context);
  if (databaseOwner === null) {
    onStep?.({
      kind: 'note',
      title:
        'DATABASE_URL is set without DATABASE_OWNER_URL: ' +
        'migrations and sample data are left to you (npx mallflow migrate)',
    });
    return;
  }
  await timed('Migrations', onStep, async () => {
    if (!replacedParts(context.env).has('postgres'))
      await ensureDatabase(maintenanceUrl(context), new URL(databaseOwner).pathname.slice(1));
    await applyMigrations(databaseOwner, join(packageRoot(), 'prisma', 'migrations'));
    if (!replacedParts(context.env).has('postgres'))
      await setAppRolePassword(databaseOwner, context.settings.POSTGRES_APP_PASSWORD);
  });
  if (seed !== undefined) await timed('Sample mall', onStep, () => seed(databaseOwner, context.settings));
}

function asStack(context: PartContext, running: RunningParts, release: () => void): Stack {
  return {
    urls: urlsOf(context),
    settings: context.settings,
    paths: context.paths,
    serviceEnvironment: serviceEnvironment(context),
    pidOf: (part) => running.get(part).pid,
    kill: (part) => running.get(part).kill(),
    restart: async (part) => {
      const before = running.get(part);
      await before.stop();
      await running.start(part, context);
      return before.exit();
    },
    stop: async () => {
      await running.stop();
      release();
    },
  };
}
