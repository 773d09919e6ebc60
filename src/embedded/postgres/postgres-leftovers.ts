import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { endProcess } from '../orphans';
import { identify } from '../process-identity';

const POLL_MS = 50;

/**
 * Ends the server that a killed run left on a data folder, and its sessions, and removes its lock file. Busy sessions
 * outlive a killed server, and PostgreSQL refuses to start beside any of these.
 */
export async function endPreviousServer(dataDir: string): Promise<void> {
  const lockFile = join(dataDir, 'postmaster.pid');
  if (!existsSync(lockFile)) return;
  const pid = Number(readFileSync(lockFile, 'utf8').split('\n')[0]);
  const identity = identify(pid);
  // The system reuses pids: only a process whose command line names this data folder is its server.
  if (identity?.includes(`-D ${dataDir} `)) await endProcess(pid, identity, 'SIGINT');
  if (process.platform === 'linux') await endSessions(realpathSync(dataDir));
  rmSync(lockFile, { force: true });
}

async function endSessions(dataDir: string): Promise<void> {
  for (let sessions = processesIn(dataDir); sessions.length > 0; sessions = processesIn(dataDir)) {
    for (const pid of sessions) killIfRunning(pid);
    await delay(POLL_MS);
  }
}

/** Finds PostgreSQL's processes by their working folder, the one thing that only they share. */
function processesIn(folder: string): number[] {
  const names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return names.map(Number).filter((pid) => {
    if (linkOf(pid, 'cwd') !== folder) return false;
    // A process that is ending has no program any more, but still holds memory, the shared one too. Its working folder
    // disappears last.
    const program = linkOf(pid, 'exe');
    return program === null || program.endsWith('/postgres');
  });
}

/** Reads the program or the working folder of a process; null when it has none or runs as another account. */
function linkOf(pid: number, link: 'cwd' | 'exe'): string | null {
  try {
    return readlinkSync(`/proc/${pid}/${link}`);
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

function killIfRunning(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
