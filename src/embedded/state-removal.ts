import { existsSync, lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { parse } from 'node:path';
import { lockHolder } from './lock';
import { isWithin, mountsWithin } from './mounts';
import { packageRoot, type StatePaths } from './paths';
import { linkedFolder } from './postgres/postgres-home';
import { contentOf, listed, strangersIn } from './state-entries';
import { isOfLaterRelease, type Marker, readMarker } from './state-marker';

const NOTHING = 'nothing was removed';

/**
 * Makes sure that a folder is a state folder and holds nothing else, and answers whether there is one. Changes nothing.
 * Throws one sentence that names what is in the way.
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
  if (pid !== null) throw runningOn(paths, pid);
  refuseMarker(paths, root, readMarker(paths));
  refuseContent(paths, root);
  return true;
}

/** Says that a stack still runs on a folder that is to be removed. */
export const runningOn = (paths: StatePaths, pid: number): Error =>
  new Error(`Mallflow is running on ${paths.root} (pid ${pid}): stop it before you reset.`);

/** Refuses places that hold a person's other things, whatever lies in them. */
function refusePlace(paths: StatePaths, root: string): void {
  const held = [
    [parse(root).root, 'is the root of the file system'],
    [homedir(), 'holds your home folder'],
    [packageRoot(), 'holds the program that you run'],
    [process.cwd(), 'holds the folder that you are in'],
  ] as const;
  const reason = held.find(([place]) => isWithin(root, real(place)))?.[1];
  if (reason === undefined) return;
  throw new Error(`${paths.root} ${reason}: ${NOTHING}. Name a state folder with --state, and run this outside of it.`);
}

/** Finds where a path really leads; one that does not exist (a home that was never made) leads where it says. */
function real(path: string): string {
  return lstatSync(path, { throwIfNoEntry: false }) === undefined ? path : realpathSync.native(path);
}

function refuseMarker(paths: StatePaths, root: string, marker: Marker | null): void {
  const adopt = `\`npx mallflow start --state ${paths.root}\``;
  if (marker === null) {
    throw new Error(
      `${paths.root} is not a state folder of Mallflow: ${paths.marker} is not there, ` +
        `or not as a start writes it. It holds ${contentOf(paths.root)}; ${NOTHING}. Name another folder with --state; ` +
        `if an earlier release made this one, run ${adopt} once, which adopts it.`,
    );
  }
  if (isOfLaterRelease(marker)) {
    throw new Error(
      `${paths.root} was made by a later release of Mallflow, which may keep more in it: ${NOTHING}. ` +
        'Reset it with that release.',
    );
  }
  // One that a reset has begun to empty is no start's to take over any more: the reset goes on wherever it lies now.
  if (marker.path !== root && !marker.emptying) {
    throw new Error(
      `${paths.root} was made at ${marker.path} and is a copy, or was moved: ${NOTHING}. ` +
        `If you want to reset it here, run ${adopt} once, which takes it over.`,
    );
  }
}

function refuseContent(paths: StatePaths, root: string): void {
  const strangers = strangersIn(paths.root);
  if (strangers.length > 0) {
    throw new Error(
      `${paths.root} holds what Mallflow did not make: ${listed(strangers)}; ${NOTHING}. ` +
        'Move that elsewhere, or name another folder with --state.',
    );
  }
  const linked = linkedFolder(paths.postgres);
  const elsewhere = linked === null || !existsSync(linked) ? [] : [real(linked)];
  const mounts = [root, ...elsewhere].flatMap((folder) => mountsWithin(folder));
  if (mounts.length > 0) {
    throw new Error(`Something is mounted within ${paths.root}: ${listed(mounts)}; ${NOTHING}. Unmount it first.`);
  }
}
