import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Account, findPostgresFolder, type PostgresBinaries, programsIn } from './postgres-binaries';

/** Names the folder of a stack that root started, when the account `postgres` may not enter the checkout. */
const OPEN_FOLDER = '/var/lib/mallflow';

/** Names the places of PostgreSQL's programs and data. */
export interface PostgresHome {
  readonly binaries: PostgresBinaries;
  readonly dataDir: string;
}

/**
 * Chooses the folders that PostgreSQL runs from: usually node_modules and `dataDir`. When its account may not enter one
 * of them (in root's own checkout, say), the programs are copied to /var/lib/mallflow and `dataDir` becomes a link to a
 * folder there. Throws one sentence when that folder cannot be used either.
 */
export function choosePostgresHome(dataDir: string, account: Account | undefined): PostgresHome {
  const native = findPostgresFolder();
  if (account === undefined) return { binaries: programsIn(native), dataDir };
  const closed = firstClosedFolder(dirname(dataDir), account) ?? firstClosedFolder(dirname(native), account);
  try {
    return {
      binaries: programsIn(firstClosedFolder(native, account) === null ? native : copyOfPrograms(native)),
      dataDir: firstClosedFolder(dirname(dataDir), account) === null ? dataDir : linkedData(dataDir),
    };
  } catch (error) {
    throw new Error(
      `PostgreSQL runs as the account \`postgres\`, which may not enter ${closed}, ` +
        `and ${OPEN_FOLDER} cannot be used instead: run \`chmod o+x ${closed}\`, ` +
        'run Mallflow as another user than root, or set DATABASE_URL.',
      { cause: error },
    );
  }
}

/** Removes a data folder, and the folder that it links to. Throws when a start did not make that link. */
export function removePostgresData(dataDir: string): void {
  const linked = linkedFolder(dataDir);
  if (linked !== null) rmSync(linked, { recursive: true, force: true });
  rmSync(dataDir, { recursive: true, force: true });
}

/**
 * Returns the folder that a data folder links to; null when it is no link. Throws one sentence when a start did not
 * make that link: its target then belongs to somebody else.
 */
export function linkedFolder(dataDir: string): string | null {
  if (lstatSync(dataDir, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return null;
  const target = readlinkSync(dataDir);
  const real = join(realpathSync.native(dirname(dataDir)), basename(dataDir));
  // Earlier releases named the target after the path as a person typed it.
  const ours = [dataDir, real].map(openFolderOf).includes(target);
  const links = [OPEN_FOLDER, target].some((folder) => lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink());
  if (ours && !links) return target;
  throw new Error(
    `${dataDir} is a link to ${target}, which \`mallflow start\` did not make: nothing was removed. ` +
      'Remove that link yourself if you do not need it.',
  );
}

/** Returns the first folder on the path, itself included, that an account may not enter. Null when none is. */
function firstClosedFolder(folder: string, account: Account): string | null {
  const parent = dirname(folder);
  const above = parent === folder ? null : firstClosedFolder(parent, account);
  if (above !== null) return above;
  const { mode, uid, gid } = statSync(folder);
  const otherBit = gid === account.gid ? 0o010 : 0o001;
  const enterBit = uid === account.uid ? 0o100 : otherBit;
  return (mode & enterBit) === 0 ? folder : null;
}

const tagOf = (path: string): string => createHash('sha256').update(path).digest('hex').slice(0, 16);

const openFolderOf = (dataDir: string): string => join(OPEN_FOLDER, `data-${tagOf(dataDir)}`);

function copyOfPrograms(native: string): string {
  // Every install creates the folder in node_modules again, so its modification time differs between versions.
  const copy = join(OPEN_FOLDER, `postgres-${tagOf(`${native} ${statSync(native).mtimeMs}`)}`);
  if (existsSync(copy)) return copy;
  makeOpenFolder();
  const fresh = mkdtempSync(`${copy}.`);
  cpSync(native, join(fresh, basename(native)), { recursive: true, verbatimSymlinks: true });
  execFileSync('chmod', ['-R', 'a+rX', fresh], { stdio: 'pipe' });
  renameSync(join(fresh, basename(native)), copy);
  rmSync(fresh, { recursive: true });
  return copy;
}

function makeOpenFolder(): void {
  mkdirSync(OPEN_FOLDER, { recursive: true });
  // The mode is set here, because a narrow umask would close the folder.
  chmodSync(OPEN_FOLDER, 0o755);
}

/** Returns the folder behind the link `dataDir`; creates the link, and empties its folder, when there is none. */
function linkedData(dataDir: string): string {
  const link = lstatSync(dataDir, { throwIfNoEntry: false });
  if (link?.isSymbolicLink()) return readlinkSync(dataDir);
  if (link !== undefined) throw new Error(`${dataDir} already holds a database`);
  // Named after the real path, so that a reset finds it by whatever path a person types then.
  const target = openFolderOf(join(realpathSync.native(dirname(dataDir)), basename(dataDir)));
  rmSync(target, { recursive: true, force: true });
  makeOpenFolder();
  symlinkSync(target, dataDir);
  return target;
}
