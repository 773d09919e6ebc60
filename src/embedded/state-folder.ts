import { accessSync, constants, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { lockHolder, takeLock } from './lock';
import { endOrphans } from './orphans';
import type { StatePaths } from './paths';
import { removePostgresData } from './postgres-home';

/**
 * Makes the state folder and takes it for this process; the answer gives it back. Throws one sentence when it cannot be
 * written to, or when a running stack holds it.
 */
export function takeStateFolder(paths: StatePaths): () => void {
  try {
    // PostgreSQL may run as another account and has to get past the first; the others are nobody else's business.
    mkdirSync(paths.root, { recursive: true });
    for (const folder of [paths.logs, paths.run, paths.journals, dirname(paths.temporal)]) mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(paths.root, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new Error(`The state folder ${paths.root} cannot be written to (${(error as NodeJS.ErrnoException).code}): change its owner, or name another one with --state or MALLFLOW_STATE.`, { cause: error });
  }
  const lock = takeLock(paths.lock);
  if ('release' in lock) return lock.release;
  throw new Error(`Mallflow is already running on ${paths.root} (pid ${lock.heldBy}): stop it first, or name another folder with --state.`);
}

/**
 * Removes the state folder, after ending what a killed run left behind, and resolves with whether there was one. Rejects
 * with one sentence while a stack runs on it, and when the folder is something else.
 */
export async function removeStateFolder(paths: StatePaths): Promise<boolean> {
  if (!existsSync(paths.root)) return false;
  const pid = lockHolder(paths.lock);
  if (pid !== null) throw new Error(`Mallflow is running on ${paths.root} (pid ${pid}): stop it before you reset.`);
  // What is named here is removed for good: a mistyped folder must not be.
  if (!existsSync(paths.run)) throw new Error(`${paths.root} is not a state folder of Mallflow: nothing was removed.`);
  await endOrphans(paths.run);
  removePostgresData(paths.postgres);
  rmSync(paths.root, { recursive: true, force: true });
  return true;
}
