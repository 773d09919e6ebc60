import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withOwnConnection } from '../../books/own-connection';
import { type Account, type PostgresBinaries, postgresAccount } from './postgres-binaries';
import { choosePostgresHome } from './postgres-home';
import { endPreviousServer } from './postgres-leftovers';
import { type Child, startChild } from '../child-process';

const START_TIMEOUT_MS = 60_000;
const OWNER = 'postgres';

export interface PostgresOptions {
  /** Names the folder of the cluster; its parent folder must exist. Created by the first start. */
  readonly dataDir: string;
  readonly port: number;
  readonly ownerPassword: string;
  readonly logFile: string;
  readonly pidFile: string;
  /** Ends the start when aborted. */
  readonly signal?: AbortSignal | undefined;
  /** False is faster, but a power cut then loses data: for tests only. */
  readonly durable: boolean;
}

/** Builds the URL of a database on this machine. */
export const postgresUrl = (role: string, password: string, port: number, database: string): string =>
  `postgresql://${role}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;

/** Builds the URL of the owner's role, which migrates and seeds; the application never uses it. */
export const ownerUrlOf = (options: PostgresOptions, database: string): string =>
  postgresUrl(OWNER, options.ownerPassword, options.port, database);

/**
 * Starts PostgreSQL on 127.0.0.1 and resolves once it answers. First it clears what a killed run left behind: a lock
 * file, or a server that still runs on this data folder. Rejects with one sentence when its programs are not installed
 * or cannot run here, and with the last lines of its log when it does not start.
 */
export async function startPostgres(options: PostgresOptions): Promise<Child> {
  const account = postgresAccount();
  const { binaries, dataDir } = choosePostgresHome(options.dataDir, account);
  if (!existsSync(join(dataDir, 'PG_VERSION'))) initialise(dataDir, options, binaries, account);
  await endPreviousServer(dataDir);
  // Commits still wait for the operating system: a killed server loses nothing, only a power cut does.
  const fast = options.durable ? [] : ['fsync=off', 'full_page_writes=off'];
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    'log_destination=stderr',
    // A new mall's tables grow from nothing within a minute: plans made for empty tables must be replaced soon.
    'autovacuum_naptime=10s',
    ...fast,
  ];
  return startChild(
    {
      name: 'PostgreSQL',
      command: binaries.postgres,
      args: ['-D', dataDir, '-p', String(options.port), ...settings.flatMap((setting) => ['-c', setting])],
      env: { ...process.env, LC_ALL: 'C' },
      cwd: dataDir,
      account,
      // SIGINT is PostgreSQL's "fast" shutdown: it rolls back open transactions and does not wait for clients to leave.
      stopSignal: 'SIGINT',
      stopTimeoutMs: 30_000,
      signal: options.signal,
      logFile: options.logFile,
      pidFile: options.pidFile,
    },
    () => answers(ownerUrlOf(options, 'postgres')),
    START_TIMEOUT_MS,
  );
}

/** Creates a cluster beside its final place and moves it there. So an interrupted start never leaves half of one. */
function initialise(
  dataDir: string,
  options: PostgresOptions,
  binaries: PostgresBinaries,
  account: Account | undefined,
): void {
  const fresh = `${dataDir}.new`;
  const passwordFile = `${fresh}.password`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  try {
    writeFileSync(passwordFile, options.ownerPassword, { mode: 0o600 });
    if (account !== undefined) {
      for (const path of [fresh, passwordFile]) chownSync(path, account.uid, account.gid);
    }
    const made = spawnSync(
      binaries.initdb,
      [
        '-D',
        fresh,
        '-U',
        OWNER,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        ...(options.durable ? [] : ['--no-sync']),
      ],
      { cwd: fresh, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' }, ...account },
    );
    if (made.error !== undefined) throw made.error;
    if (made.status !== 0) throw new Error(made.stderr.trim());
    renameSync(fresh, dataDir);
  } catch (error) {
    throw new Error(
      `The database could not be created in ${dataDir}: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    await withOwnConnection({ connectionString: url, connectionTimeoutMillis: 2_000 }, (client) =>
      client.query('SELECT 1'),
    );
    return true;
  } catch (error) {
    if (isNotYet(error)) return false;
    throw error;
  }
}

/** Returns whether an error means "still starting" (refused connections, 57P03), unlike a wrong password, say. */
function isNotYet(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return (
    code === 'ECONNREFUSED' ||
    code === 'ECONNRESET' ||
    code === '57P03' ||
    /timeout|terminated unexpectedly|not queryable/i.test(message ?? '')
  );
}
