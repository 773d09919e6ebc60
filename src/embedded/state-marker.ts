import { lstatSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { StatePaths } from './paths';

/** Numbers the format of the state folders that this release makes. */
const FORMAT = 1;

const Marker = z.object({
  program: z.literal('mallflow'),
  format: z.number().int().positive(),
  /** The folder's real path when a start took it. */
  path: z.string(),
  /** True once a reset has begun to remove the folder's content. */
  emptying: z.boolean().default(false),
});

/** Marks a state folder, so that `reset` removes no other folder. */
export type Marker = z.infer<typeof Marker>;

const NAMES = /^\.mallflow-state(?:\.\d+)?$/;

/** Returns whether a name is that of a marker, or of one that is being written. */
export const isMarkerName = (name: string): boolean => NAMES.test(name);

/** Reads the marker of a state folder; null when a start has written none. Follows no link. */
export function readMarker(paths: StatePaths): Marker | null {
  const entry = lstatSync(paths.marker, { throwIfNoEntry: false });
  if (entry?.isFile() !== true) return null;
  try {
    return Marker.parse(JSON.parse(readFileSync(paths.marker, 'utf8')));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null;
    throw error;
  }
}

/** Writes the marker in one atomic step. */
export function writeMarker(paths: StatePaths, emptying = false): void {
  const fresh = `${paths.marker}.${process.pid}`;
  const marker: Marker = { program: 'mallflow', format: FORMAT, path: realpathSync.native(paths.root), emptying };
  writeFileSync(fresh, `${JSON.stringify(marker)}\n`);
  renameSync(fresh, paths.marker);
}

/** Returns whether a later release, which may keep more in it, made the state folder. */
export const isOfLaterRelease = (marker: Marker): boolean => marker.format > FORMAT;
