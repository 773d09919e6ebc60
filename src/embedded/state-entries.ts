import { lstatSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { readFolder } from './mounts';
import type { StatePaths } from './paths';
import { isMarkerName } from './state-marker';

/** The files that a start and the verbs beside it make in a state folder; `.new` is one that is being written. */
const FILES = /^(?:(?:settings|api-keys|running)\.json(?:\.new)?|postgres\.new\.password)$/;
/** The lock, and what a process makes beside it while it takes the lock. */
const LOCKS = /^stack\.lock(?:\.\d+(?:\.stale)?)?$/;
const POSTGRES_FOLDERS = /^postgres(?:\.new)?$/;
const PLAIN_FOLDERS = /^(?:temporal|logs|run|journals)$/;
const SHOWN = 8;

export const isLock = (name: string): boolean => LOCKS.test(name);

/** Lists the names in a state folder. */
export const namesIn = (root: string): string[] =>
  readFolder(root)
    .map(({ name }) => name)
    .sort();

/**
 * Names what a start did not make in a state folder: other names, known names of another kind, and links. The database
 * may be a link (postgres-home.ts judges it) and may hold links of PostgreSQL's own: removing one spares its target.
 */
export function strangersIn(root: string): string[] {
  return namesIn(root).flatMap((name) => {
    const entry = lstatSync(join(root, name), { throwIfNoEntry: false });
    if (entry === undefined) return [];
    if (!isOurs(name, entry)) return [describe(name, entry)];
    return PLAIN_FOLDERS.test(name) ? linksBelow(root, name) : [];
  });
}

/** Lists the names in a state folder that starts make, and that are what starts make of them. */
export const oursIn = (root: string): string[] =>
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

/** Tells whether a folder holds no more than a start makes before its first file: there is nothing to lose in it. */
export const isBlank = (paths: StatePaths): boolean =>
  namesIn(paths.root).every(
    (name) =>
      isLock(name) ||
      isMarkerName(name) ||
      (PLAIN_FOLDERS.test(name) && readFolder(join(paths.root, name)).length === 0),
  );

/** Names entries in a sentence, the first few of many. */
export function listed(names: readonly string[]): string {
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  return names.length === 0 ? 'nothing' : `${names.slice(0, SHOWN).join(', ')}${more}`;
}

/** Names the entries of a folder in a sentence. */
export const contentOf = (root: string): string => listed(namesIn(root));
