import { accessSync, constants, existsSync, mkdirSync, realpathSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lockHolder, takeLock } from './lock';
import { endOrphans } from './orphans';
import type { StatePaths } from './paths';
import { removePostgresData } from './postgres/postgres-home';
import { holdsSettings } from './settings';
import { contentOf, isBlank, isLock, listForSentence, namesIn, ownEntriesIn, foreignEntriesIn } from './state-entries';
import { isMarkerName, isOfLaterRelease, readMarker, writeMarker } from './state-marker';
import { checkRemoval, stackRunsError } from './state-removal';

/**
 * Creates and marks the state folder, locks it for this process, and returns how to release it. Throws one sentence
 * when the folder cannot be written to, holds files of somebody else, or is in use by a running stack.
 */
export function takeStateFolder(paths: StatePaths): () => void {
  withWriteAccess(paths, () => {
    mkdirSync(paths.root, { recursive: true });
    accessSync(paths.root, constants.W_OK | constants.X_OK);
  });
  const pid = lockHolder(paths.lock);
  if (pid !== null) throw alreadyRunning(paths, pid);
  const isMarked = checkStart(paths);
  withWriteAccess(paths, () => {
    // First of all, so that the remains of an interrupted start can be reset.
    if (!isMarked) writeMarker(paths);
    // PostgreSQL may run as another account and must enter the root folder; these folders are closed to other accounts.
    for (const folder of [paths.logs, paths.run, paths.journals, dirname(paths.temporal)]) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    }
  });
  const lock = takeLock(paths.lock);
  if ('release' in lock) return lock.release;
  throw alreadyRunning(paths, lock.heldBy);
}

/**
 * Checks that a start may use a folder, and returns whether it is marked already. Changes nothing. A folder of an
 * earlier release, which made no marker, may be used when it holds that release's settings and nothing foreign.
 */
export function checkStart(paths: StatePaths): boolean {
  const marker = readMarker(paths);
  if (marker?.emptying === true) {
    throw new Error(
      `A reset of ${paths.root} was cut short: part of it is gone. ` +
        `Repeat it with \`npx mallflow reset --state ${paths.root}\`.`,
    );
  }
  if (marker !== null) return isOfLaterRelease(marker) || marker.path === realpathSync.native(paths.root);
  const isOlder = () => isBlank(paths) || (holdsSettings(paths) && existsSync(paths.run));
  if (foreignEntriesIn(paths.root).length === 0 && isOlder()) return false;
  throw new Error(
    `${paths.root} is not empty and was not made by \`mallflow start\`: ` +
      `name an empty folder with --state. It holds ${contentOf(paths.root)}.`,
  );
}

/**
 * Removes the state folder, after it has ended what a killed run left running. Resolves with false when there is none.
 * Rejects with one sentence, and removes nothing, while a stack runs on it or when it holds anything foreign.
 */
export async function removeStateFolder(paths: StatePaths): Promise<boolean> {
  if (!checkRemoval(paths)) return false;
  const lock = takeLock(paths.lock);
  if ('heldBy' in lock) throw stackRunsError(paths, lock.heldBy);
  try {
    if (existsSync(paths.run)) await endOrphans(paths.run);
    // From here on the state is incomplete: a start refuses the folder until the reset is done.
    writeMarker(paths, true);
    removeContent(paths);
  } finally {
    lock.release();
  }
  removeShell(paths);
  return true;
}

/** Removes, by name, everything that starts have made, except the lock and the marker. */
function removeContent(paths: StatePaths): void {
  for (const name of ownEntriesIn(paths.root).filter((entry) => !isLock(entry) && !isMarkerName(entry))) {
    const path = join(paths.root, name);
    if (path === paths.postgres) removePostgresData(path);
    else rmSync(path, { recursive: true, force: true });
  }
  const left = namesIn(paths.root).filter((name) => !isLock(name) && !isMarkerName(name));
  if (left.length === 0) return;
  throw new Error(
    `${paths.root} was emptied of what Mallflow made, but ${listForSentence(left)} came into it meanwhile: ` +
      'move that elsewhere and repeat the reset.',
  );
}

/**
 * Removes the lock, the marker and the folder. The marker is the last of all files, so that a reset can be repeated.
 */
function removeShell(paths: StatePaths): void {
  const last = namesIn(paths.root).filter((name) => isLock(name) || isMarkerName(name));
  const others = last.map((name) => join(paths.root, name)).filter((path) => path !== paths.marker);
  for (const path of [...others, paths.marker]) rmSync(path, { force: true });
  try {
    rmdirSync(paths.root);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(
      `${paths.root} was emptied, but the folder itself could not be removed (${code}): ` +
        'a start can use it, or remove it yourself.',
      { cause: error },
    );
  }
}

function withWriteAccess(paths: StatePaths, work: () => void): void {
  try {
    work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(
      `The state folder ${paths.root} cannot be written to (${code}): ` +
        'change its owner, or name another one with --state or MALLFLOW_STATE.',
      { cause: error },
    );
  }
}

const alreadyRunning = (paths: StatePaths, pid: number): Error =>
  new Error(
    `Mallflow is already running on ${paths.root} (pid ${pid}): ` +
      'stop it first, or name another folder with --state.',
  );
