import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { identify } from './process-identity';

const POLL_MS = 50;
const GRACE_MS = 15_000;

interface PidFile {
  readonly pid: number;
  readonly identity: string | null;
  readonly stopSignal: NodeJS.Signals;
}

/**
 * Ends what a killed run left behind: every process named by a pid file of the folder that still is the process the
 * file was written for. Returns the names of those it ended. A pid that now belongs to something else is left alone.
 * `signal` replaces the one that asks each for a clean end.
 */
export async function endOrphans(runDir: string, signal?: 'SIGKILL'): Promise<string[]> {
  const ended: string[] = [];
  for (const file of readdirSync(runDir)
    .filter((name) => name.endsWith('.pid'))
    .sort()) {
    const path = join(runDir, file);
    const written = readPidFile(path);
    if (written !== null && (await endProcess(written.pid, written.identity, signal ?? written.stopSignal))) {
      ended.push(file.slice(0, -'.pid'.length));
    }
    rmSync(path, { force: true });
  }
  return ended;
}

/**
 * Ends one process, by signal and after 15 s by SIGKILL, if it still is the one that `identity` tells of. Resolves once
 * it is gone, with whether there was anything to end.
 */
export async function endProcess(pid: number, identity: string | null, signal: NodeJS.Signals): Promise<boolean> {
  const runs = () => identity !== null && identify(pid) === identity;
  if (!runs()) return false;
  process.kill(pid, signal);
  const deadline = Date.now() + GRACE_MS;
  while (runs()) {
    if (Date.now() > deadline) process.kill(pid, 'SIGKILL');
    await delay(POLL_MS);
  }
  return true;
}

/** Reads a pid file; null when a crash left it empty or cut. */
function readPidFile(path: string): PidFile | null {
  const text = readFileSync(path, 'utf8');
  try {
    return JSON.parse(text) as PidFile;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
