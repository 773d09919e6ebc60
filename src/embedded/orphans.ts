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
 * Ends the processes that a killed run left behind, and returns their names. They are found by the pid files of the
 * folder; a pid that now belongs to another process is left alone. `signal` replaces each process's stop signal.
 */
export async function endOrphans(runDir: string, signal?: 'SIGKILL'): Promise<string[]> {
  const ended: string[] = [];
  const pidFiles = readdirSync(runDir).filter((name) => name.endsWith('.pid'));
  for (const file of pidFiles.sort()) {
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
 * Ends a process if it still has the given identity: by `signal`, and after 15 s by SIGKILL. Resolves once it is gone;
 * false when there was nothing to end.
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

/** Reads a pid file; null when a crash left it empty or incomplete. */
function readPidFile(path: string): PidFile | null {
  const text = readFileSync(path, 'utf8');
  try {
    return JSON.parse(text) as PidFile;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
