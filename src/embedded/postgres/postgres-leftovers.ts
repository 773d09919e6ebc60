import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { endProcess } from '../orphans';
import { identify } from '../process-identity';

const POLL_MS = 50;

/**
 * Ends a server that a killed run left on a data folder, with the sessions that outlive a killed server while they are
 * busy, and drops the lock file of one that is gone. PostgreSQL would refuse to start beside any of them.
 */
export async function endPreviousServer(dataDir: string): Promise<void> {
  const lockFile = join(dataDir, 'postmaster.pid');
  if (!existsSync(lockFile)) return;
  const pid = Number(readFileSync(lockFile, 'utf8').split('\n')[0]);
  const identity = identify(pid);
  // A pid is used again after a while: only a process whose command line names our folder is our server.
  if (identity?.includes(`-D ${dataDir} `)) await endProcess(pid, identity, 'SIGINT');
  if (process.platform === 'linux') await endSessions(realpathSync(dataDir));
  rmSync(lockFile, { force: true });
}

async function endSessions(dataDir: string): Promise<void> {
  for (let sessions = processesIn(dataDir); sessions.length > 0; sessions = processesIn(dataDir)) {
    for (const pid of sessions) killIfThere(pid);
    await delay(POLL_MS);
  }
}

/** Finds PostgreSQL's processes by their working folder, the one thing that all of them share and nobody else has. */
function processesIn(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      if (linkOf(pid, 'cwd') !== folder) return false;
      // A process that ends has no program any more while it still holds its memory, the shared one too; its working
      // folder goes last.
      const program = linkOf(pid, 'exe');
      return program === null || program.endsWith('/postgres');
    });
}

/** Reads what a process runs or where; null when it has none any more, or is another account's. */
function linkOf(pid: number, link: 'cwd' | 'exe'): string | null {
  try {
    return readlinkSync(`/proc/${pid}/${link}`);
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
