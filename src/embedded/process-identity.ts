import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Returns a process's start time and command line, which no other process with the same pid shares. Returns null when
 * no such process runs; a process that ended and waits for its parent to collect it counts as gone.
 */
export function identify(pid: number): string | null {
  if (!Number.isSafeInteger(pid) || pid <= 1) return null;
  if (process.platform === 'linux') return identifyOnLinux(pid);
  if (process.platform === 'win32') return null;
  return identifyByPs(pid);
}

function identifyOnLinux(pid: number): string | null {
  const stat = readIfExists(`/proc/${pid}/stat`);
  const commandLine = readIfExists(`/proc/${pid}/cmdline`);
  if (stat === null || commandLine === null || commandLine === '') return null;
  // The command's name is in brackets and may contain anything: the fields are counted from the last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return `${fields[19]} ${commandLine.replaceAll('\0', ' ').trimEnd()}`;
}

function readIfExists(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH') return null;
    throw error;
  }
}

function identifyByPs(pid: number): string | null {
  try {
    return execFileSync('ps', ['-o', 'lstart=,command=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
  } catch (error) {
    // `ps` exits with 1 when there is no such process.
    if ((error as { status?: number }).status === 1) return null;
    throw error;
  }
}
