import { lstatSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { readFolder } from './mounts';
import type { StatePaths } from './paths';
import { isMarkerName } from './state-marker';

/** Matches the files that a start and the other commands make in a state folder; `.new` is one being written. */
const FILES = /^(?:(?:settings|api-keys|running)\.json(?:\.new)?|postgres\.new\.password)$/;
/** Matches the lock, and the files that a process makes beside it while it takes the lock. */
const LOCKS = /^stack\.lock(?:\.\d+(?:\.stale)?)?$/;
const POSTGRES_FOLDERS = /^postgres(?:\.new)?$/;
const PLAIN_FOLDERS = /^(?:temporal|logs|run|journals)$/;
const SHOWN = 8;

/** Returns whether a file of a state folder is a lock. */
export const isLock = (name: string): boolean => LOCKS.test(name);

/** Lists the names in a state folder. */
export const namesIn = (root: string): string[] =>
  readFolder(root)
    .map(({ name }) => name)
    .sort();

/**
 * Lists the entries of a state folder that no start made: other names, known names of another kind, and links. The
 * database may be a link (postgres-home.ts checks it) and may contain PostgreSQL's own links: their targets are spared.
 */
export function foreignEntriesIn(root: string): string[] {
  return namesIn(root).flatMap((name) => {
    const entry = lstatSync(join(root, name), { throwIfNoEntry: false });
    if (entry === undefined) return [];
    if (!isOurs(name, entry)) return [describe(name, entry)];
    return PLAIN_FOLDERS.test(name) ? linksBelow(root, name) : [];
  });
}

/** Lists the entries of a state folder that a start made, by name and kind. */
export const ownEntriesIn = (root: string): string[] =>
  namesIn(root).filter((name) => {
    const entry = lstatSync(join(root, name), { throwIfNoEntry: false });
    return entry !== undefined && isOurs(name, entry);
  });

function isOurs(name: string, entry: Stats): boolean {
  if (FILES.test(name) || LOCKS.test(name) || isMarkerName(name)) return entry.isFile();
  if (POSTGRES_FOLDERS.test(name)) return entry.isDirectory() || (name === 'postgres' && entry.isSymbolicLink());
  return PLAIN_FOLDERS.test(name) && entry.isDirectory();
}

function describe(name: string, entry: Stats): string {
  if (entry.isSymbolicLink()) return `${name} (a link)`;
  return entry.isDirectory() ? `${name}/` : name;
}

function linksBelow(root: string, folder: string): string[] {
  return readFolder(join(root, folder)).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isSymbolicLink()) return [`${path} (a link)`];
    return entry.isDirectory() ? linksBelow(root, path) : [];
  });
}

/** Returns whether a folder holds only what a start makes before its first file, so that nothing can be lost. */
export const isBlank = (paths: StatePaths): boolean =>
  namesIn(paths.root).every(
    (name) =>
      isLock(name) ||
      isMarkerName(name) ||
      (PLAIN_FOLDERS.test(name) && readFolder(join(paths.root, name)).length === 0),
  );

/** Lists names for a sentence, the first eight of many. */
export function listForSentence(names: readonly string[]): string {
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  return names.length === 0 ? 'nothing' : `${names.slice(0, SHOWN).join(', ')}${more}`;
}

/** Lists the entries of a folder for a sentence. */
export const contentOf = (root: string): string => listForSentence(namesIn(root));
