import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { identify } from './process-identity';

const POLL_MS = 50;
const TAIL_LINES = 12;

export interface ChildSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly logFile: string;
  readonly pidFile: string;
  /** The account to run as; this process's own when absent. */
  readonly account?: { readonly uid: number; readonly gid: number } | undefined;
  /** The signal that requests a clean end. */
  readonly stopSignal?: 'SIGTERM' | 'SIGINT';
  /** Stops the child when aborted before it is ready. */
  readonly signal?: AbortSignal | undefined;
  /** How long a clean end may take before SIGKILL. */
  readonly stopTimeoutMs?: number;
}

/** Describes how a child ended: by an exit code or by a signal. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Controls a child process. It has its own process group, so a terminal's Ctrl-C reaches it only through us. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when the child has ended, for whatever reason. */
  readonly exited: Promise<Exit>;
  /** Returns how the child ended; null while it runs. */
  exit(): Exit | null;
  /** Returns whether the child ended although neither `stop` nor `kill` was called. */
  endedUnexpectedly(): boolean;
  /** Requests a clean end, kills the child after the limit, and resolves once it is gone. */
  stop(): Promise<void>;
  /** Kills the child at once (SIGKILL, the whole group) and resolves once it is gone. */
  kill(): Promise<void>;
}

/**
 * Starts a process that writes to its own log file, and resolves once `isReady` returns true. Rejects with the last
 * lines of the log when the process ends before that or is not ready in time; it is stopped then.
 */
export async function startChild(spec: ChildSpec, isReady: () => Promise<boolean>, timeoutMs: number): Promise<Child> {
  const child = await spawnChild(spec);
  const deadline = Date.now() + timeoutMs;
  try {
    while (!(await isReady())) {
      spec.signal?.throwIfAborted();
      const exit = child.exit();
      if (exit !== null) throw new Error(`${spec.name} ended (${describeExit(exit)}) before it was ready.`);
      if (Date.now() > deadline)
        throw new Error(`${spec.name} was not ready within ${Math.round(timeoutMs / 1000)} s.`);
      await delay(POLL_MS);
    }
    return child;
  } catch (error) {
    await child.stop();
    spec.signal?.throwIfAborted();
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${tailOfLog(spec.logFile)}`, {
      cause: error,
    });
  }
}

async function spawnChild(spec: ChildSpec): Promise<Child> {
  if (existsSync(spec.logFile)) renameSync(spec.logFile, spec.logFile.replace(/\.log$/, '.previous.log'));
  const log = openSync(spec.logFile, 'a');
  let started: ChildProcess;
  try {
    started = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: spec.env,
      detached: true,
      stdio: ['ignore', log, log],
      ...spec.account,
    });
  } finally {
    closeSync(log);
  }
  await new Promise<void>((resolve, reject) => {
    started.once('spawn', resolve);
    started.once('error', (error) =>
      reject(new Error(`${spec.name} could not be started: ${error.message}`, { cause: error })),
    );
  });
  return supervise(spec, started, started.pid as number);
}

function supervise(spec: ChildSpec, started: ChildProcess, pid: number): Child {
  let endRequested = false;
  let ended: Exit | null = null;
  const exited = new Promise<Exit>((resolve) => {
    started.once('exit', (code, signal) => {
      ended = { code, signal };
      rmSync(spec.pidFile, { force: true });
      resolve(ended);
    });
  });
  writeFileSync(
    spec.pidFile,
    JSON.stringify({ pid, identity: identify(pid), stopSignal: spec.stopSignal ?? 'SIGTERM' }),
  );
  const kill = async () => {
    endRequested = true;
    if (ended === null) signalGroup(pid);
    await exited;
  };
  const stop = async () => {
    endRequested = true;
    if (ended !== null) return;
    started.kill(spec.stopSignal ?? 'SIGTERM');
    const limit = setTimeout(() => signalGroup(pid), spec.stopTimeoutMs ?? 10_000);
    await exited;
    clearTimeout(limit);
  };
  return {
    name: spec.name,
    pid,
    logFile: spec.logFile,
    exited,
    stop,
    kill,
    exit: () => ended,
    endedUnexpectedly: () => ended !== null && !endRequested,
  };
}

function signalGroup(pid: number): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Describes for a person how a process ended. */
export const describeExit = (exit: Exit): string =>
  exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}`;

/** Returns the last lines of a log, indented, for an error message. */
export function tailOfLog(logFile: string): string {
  if (!existsSync(logFile)) return '';
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES);
  return [`Last lines of ${logFile}:`, ...lines.map((line) => `  ${line}`)].join('\n');
}
