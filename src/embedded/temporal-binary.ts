import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { takeLock } from './lock';
import { buildWithGo, download, type SourceContext, TEMPORAL_VERSION, type TemporalSource } from './temporal-sources';

const EXECUTABLE = process.platform === 'win32' ? 'temporal.exe' : 'temporal';
const LOCK_POLL_MS = 500;
const WAIT_NOTICE_MS = 10_000;

export interface ObtainOptions {
  /** Told one line at a time while a long step runs. */
  readonly onProgress?: ((line: string) => void) | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Ways to get the binary, in the order they are tried. */
  readonly sources?: readonly TemporalSource[] | undefined;
}

const SOURCES: readonly TemporalSource[] = [{ name: 'download', obtain: download }, { name: 'go install', obtain: buildWithGo }];

/**
 * Finds the `temporal` binary where a person put it (`TEMPORAL_CLI_PATH`, then PATH) or in the per-user cache, and
 * returns its path; null when it is in none of them. Throws when `TEMPORAL_CLI_PATH` names nothing that can be run.
 */
export function findTemporalBinary(env: NodeJS.ProcessEnv = process.env): string | null {
  const named = env.TEMPORAL_CLI_PATH;
  if (named !== undefined && named !== '') {
    if (!isExecutable(named)) throw new Error(`TEMPORAL_CLI_PATH names ${named}, which is not a program: correct it or unset it.`);
    return named;
  }
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...folders.map((folder) => join(folder, EXECUTABLE)), join(cacheFolder(env), EXECUTABLE)].find(isExecutable) ?? null;
}

/**
 * Returns the path of the `temporal` binary, getting it into the per-user cache first when it is nowhere to be found:
 * by download, or built with Go (some minutes, once). Of several processes one fetches it and the others wait.
 * Rejects with one sentence that says what failed and what to do.
 */
export async function obtainTemporalBinary(options: ObtainOptions = {}): Promise<string> {
  const { env = process.env, onProgress = () => undefined, sources = SOURCES, signal = new AbortController().signal } = options;
  const found = findTemporalBinary(env);
  if (found !== null) return found;
  const cache = cacheFolder(env);
  mkdirSync(cache, { recursive: true });
  const release = await waitForLock(join(cache, 'temporal.lock'), { env, onProgress, signal });
  try {
    return findTemporalBinary(env) ?? await fill(join(cache, EXECUTABLE), sources, { env, onProgress, signal });
  } finally {
    release();
  }
}

async function fill(target: string, sources: readonly TemporalSource[], context: SourceContext): Promise<string> {
  const reasons: string[] = [];
  for (const source of sources) {
    const folder = mkdtempSync(join(dirname(target), 'new-'));
    try {
      const fresh = join(folder, EXECUTABLE);
      await source.obtain(fresh, context);
      execFileSync(fresh, ['--version'], { stdio: 'pipe', timeout: 30_000 });
      // A rename is atomic: nobody ever runs half of it.
      renameSync(fresh, target);
      return target;
    } catch (error) {
      context.signal.throwIfAborted();
      reasons.push(`${source.name}: ${error instanceof Error ? error.message : String(error)}`);
      context.onProgress(`Temporal by ${reasons.at(-1)}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  throw new Error(`The Temporal binary could not be had (${reasons.join('; ')}): install the Temporal CLI ${TEMPORAL_VERSION} or later from https://docs.temporal.io/cli and put it on PATH, or name it with TEMPORAL_CLI_PATH.`);
}

async function waitForLock(path: string, { onProgress, signal }: SourceContext): Promise<() => void> {
  let noticed = -Infinity;
  for (;;) {
    const lock = takeLock(path);
    if ('release' in lock) return lock.release;
    if (Date.now() - noticed > WAIT_NOTICE_MS) {
      onProgress(`Another process (pid ${lock.heldBy}) is getting the Temporal binary: waiting for it`);
      noticed = Date.now();
    }
    await delay(LOCK_POLL_MS, undefined, { signal });
  }
}

function cacheFolder(env: NodeJS.ProcessEnv): string {
  const base = env.XDG_CACHE_HOME === undefined || env.XDG_CACHE_HOME === '' ? join(env.HOME ?? homedir(), '.cache') : env.XDG_CACHE_HOME;
  return join(base, 'mallflow', 'bin');
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (['ENOENT', 'EACCES', 'ENOTDIR', 'ELOOP'].includes(code)) return false;
    throw error;
  }
}
