import { existsSync, lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { parse } from 'node:path';
import { lockHolder } from './lock';
import { isWithin, mountsWithin } from './mounts';
import { packageRoot, type StatePaths } from './paths';
import { linkedFolder } from './postgres/postgres-home';
import { contentOf, listForSentence, foreignEntriesIn } from './state-entries';
import { isOfLaterRelease, type Marker, readMarker } from './state-marker';

const NOTHING = 'nothing was removed';

/**
 * Checks that a folder is a state folder and holds nothing foreign; returns false when it does not exist. Changes
 * nothing. Throws one sentence that says why the folder may not be removed.
 */
export function checkRemoval(paths: StatePaths): boolean {
  const entry = lstatSync(paths.root, { throwIfNoEntry: false });
  if (entry === undefined) return false;
  if (entry.isSymbolicLink()) {
    const target = readlinkSync(paths.root);
    throw new Error(`${paths.root} is a link to ${target}: ${NOTHING}. Name the folder itself with --state.`);
  }
  if (!entry.isDirectory()) {
    throw new Error(`${paths.root} is not a folder: ${NOTHING}. Name a state folder with --state.`);
  }
  const root = realpathSync.native(paths.root);
  refusePlace(paths, root);
  const pid = lockHolder(paths.lock);
  if (pid !== null) throw stackRunsError(paths, pid);
  refuseMarker(paths, root, readMarker(paths));
  refuseContent(paths, root);
  return true;
}

/** Builds the error for a folder that a running stack still uses. */
export const stackRunsError = (paths: StatePaths, pid: number): Error =>
  new Error(`Mallflow is running on ${paths.root} (pid ${pid}): stop it before you reset.`);

/** Refuses folders that contain a person's other files, such as the home folder. */
function refusePlace(paths: StatePaths, root: string): void {
  const protectedPlaces = [
    [parse(root).root, 'is the root of the file system'],
    [homedir(), 'holds your home folder'],
    [packageRoot(), 'holds the program that you run'],
    [process.cwd(), 'holds the folder that you are in'],
  ] as const;
  const reason = protectedPlaces.find(([place]) => isWithin(root, realPathOf(place)))?.[1];
  if (reason === undefined) return;
  throw new Error(`${paths.root} ${reason}: ${NOTHING}. Name a state folder with --state, and run this outside of it.`);
}

/** Returns the real path behind a path. It is the path itself when it does not exist, such as a missing home folder. */
function realPathOf(path: string): string {
  return lstatSync(path, { throwIfNoEntry: false }) === undefined ? path : realpathSync.native(path);
}

function refuseMarker(paths: StatePaths, root: string, marker: Marker | null): void {
  const adoptCommand = `\`npx mallflow start --state ${paths.root}\``;
  if (marker === null) {
    throw new Error(
      `${paths.root} is not a state folder of Mallflow: ${paths.marker} is missing ` +
        `or damaged. It holds ${contentOf(paths.root)}; ${NOTHING}. ` +
        'Name another folder with --state; ' +
        `if an earlier release made this one, run ${adoptCommand} once, which adopts it.`,
    );
  }
  if (isOfLaterRelease(marker)) {
    throw new Error(
      `${paths.root} was made by a later release of Mallflow, which may keep more in it: ${NOTHING}. ` +
        'Reset it with that release.',
    );
  }
  // Once a reset has begun to empty a folder, no start may adopt it: the reset continues wherever the folder is now.
  if (marker.path !== root && !marker.emptying) {
    throw new Error(
      `${paths.root} was made at ${marker.path} and is a copy, or was moved: ${NOTHING}. ` +
        `If you want to reset it here, run ${adoptCommand} once, which takes it over.`,
    );
  }
}

function refuseContent(paths: StatePaths, root: string): void {
  const foreign = foreignEntriesIn(paths.root);
  if (foreign.length > 0) {
    throw new Error(
      `${paths.root} holds what Mallflow did not make: ${listForSentence(foreign)}; ${NOTHING}. ` +
        'Move that elsewhere, or name another folder with --state.',
    );
  }
  const linked = linkedFolder(paths.postgres);
  const elsewhere = linked === null || !existsSync(linked) ? [] : [realPathOf(linked)];
  const mounts = [root, ...elsewhere].flatMap((folder) => mountsWithin(folder));
  if (mounts.length > 0) {
    throw new Error(
      `Something is mounted within ${paths.root}: ${listForSentence(mounts)}; ${NOTHING}. Unmount it first.`,
    );
  }
}
