import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { identify } from './process-identity';

interface Holder {
  readonly pid: number;
  readonly identity: string | null;
}

/** A lock we hold, or the pid of the process that holds it. */
export type Lock = { readonly release: () => void } | { readonly heldBy: number };

/**
 * Takes a lock file for this process, or tells who holds it. One whose holder no longer runs is taken over, so a
 * process that was killed locks nobody out. The file's folder must exist.
 */
export function takeLock(path: string): Lock {
  const mine = `${path}.${process.pid}`;
  const content = JSON.stringify({ pid: process.pid, identity: identify(process.pid) } satisfies Holder);
  writeFileSync(mine, content);
  try {
    for (;;) {
      if (linked(mine, path)) return { release: () => releaseIfMine(path, content) };
      const holder = readHolder(path);
      if (holder !== null && runs(holder)) return { heldBy: holder.pid };
      dropStale(path, `${mine}.stale`);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Tells which running process holds a lock file, or null when none does. */
export function lockHolder(path: string): number | null {
  const holder = readHolder(path);
  return holder !== null && runs(holder) ? holder.pid : null;
}

const runs = (holder: Holder): boolean => holder.identity !== null && identify(holder.pid) === holder.identity;

/** Linking fails when the name exists, and never shows another process a half-written file. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a stale lock away; puts it back when another process took it over in between. */
function dropStale(path: string, aside: string): void {
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = readHolder(aside);
  if (moved !== null && runs(moved)) linked(aside, path);
  rmSync(aside, { force: true });
}

function releaseIfMine(path: string, content: string): void {
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
