import { lstatSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { StatePaths } from './paths';

/** The form of a state folder that this release makes. */
const FORMAT = 1;

const Marker = z.object({
  program: z.literal('mallflow'),
  format: z.number().int().positive(),
  /** Where the folder really lay when a start took it. */
  path: z.string(),
  /** True once a reset has begun to remove what lies beside it. */
  emptying: z.boolean().default(false),
});

/** What a start writes into its state folder, so that `reset` removes no other. */
export type Marker = z.infer<typeof Marker>;

const NAMES = /^\.mallflow-state(?:\.\d+)?$/;

/** Tells whether a name is the marker's, or that of a marker that is being written. */
export const isMarkerName = (name: string): boolean => NAMES.test(name);

/** Reads the marker of a state folder; null when there is none that a start has written. Follows no link. */
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

/** Writes the marker whole or not at all. */
export function writeMarker(paths: StatePaths, emptying = false): void {
  const fresh = `${paths.marker}.${process.pid}`;
  const marker: Marker = { program: 'mallflow', format: FORMAT, path: realpathSync.native(paths.root), emptying };
  writeFileSync(fresh, `${JSON.stringify(marker)}\n`);
  renameSync(fresh, paths.marker);
}

/** Tells whether a later release, which may keep more in it, made a state folder. */
export const isOfLaterRelease = (marker: Marker): boolean => marker.format > FORMAT;
