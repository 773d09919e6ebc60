import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { identify } from './process-identity';

interface Holder {
  readonly pid: number;
  readonly identity: string | null;
}

/** Describes a lock to release, or names the process that holds it. */
export type Lock = { readonly release: () => void } | { readonly heldBy: number };

/**
 * Takes a lock file for this process, or returns the pid of its holder. A lock whose holder no longer runs is taken
 * over, so a killed process locks nobody out. The file's folder must exist.
 */
export function takeLock(path: string): Lock {
  const candidate = `${path}.${process.pid}`;
  const content = JSON.stringify({ pid: process.pid, identity: identify(process.pid) } satisfies Holder);
  writeFileSync(candidate, content);
  try {
    for (;;) {
      if (tryLink(candidate, path)) return { release: () => releaseIfOwn(path, content) };
      const holder = readHolder(path);
      if (holder !== null && runs(holder)) return { heldBy: holder.pid };
      removeStale(path, `${candidate}.stale`);
    }
  } finally {
    rmSync(candidate, { force: true });
  }
}

/** Returns the pid of the running process that holds a lock file; null when none does. */
export function lockHolder(path: string): number | null {
  const holder = readHolder(path);
  return holder !== null && runs(holder) ? holder.pid : null;
}

const runs = (holder: Holder): boolean => holder.identity !== null && identify(holder.pid) === holder.identity;

/**
 * Links a file to a free name, so that no other process ever sees a half-written lock. Returns false when it is taken.
 */
function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a stale lock; puts it back when another process took it over in the meantime. */
function removeStale(path: string, aside: string): void {
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = readHolder(aside);
  if (moved !== null && runs(moved)) tryLink(aside, path);
  rmSync(aside, { force: true });
}

function releaseIfOwn(path: string, content: string): void {
  if (readText(path) === content) rmSync(path, { force: true });
}

function readHolder(path: string): Holder | null {
  const text = readText(path);
  if (text === null) return null;
  try {
    return JSON.parse(text) as Holder;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
