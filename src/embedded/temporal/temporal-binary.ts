import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { takeLock } from '../lock';
import {
  buildWithGo,
  download,
  EXECUTABLE,
  type SourceContext,
  TEMPORAL_VERSION,
  type TemporalSource,
} from './temporal-sources';

const LOCK_POLL_MS = 500;
const WAIT_NOTICE_MS = 10_000;

export interface ObtainOptions {
  /** Called with one line at a time while a long step runs. */
  readonly onProgress?: ((line: string) => void) | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Ways to get the binary, in the order they are tried. */
  readonly sources?: readonly TemporalSource[] | undefined;
}

const SOURCES: readonly TemporalSource[] = [
  { name: 'download', obtain: download },
  { name: 'go install', obtain: buildWithGo },
];

/**
 * Returns the path of the `temporal` binary; null when it is nowhere. It is looked for at `TEMPORAL_CLI_PATH`, on PATH,
 * and in the per-user cache. Throws when `TEMPORAL_CLI_PATH` names no program.
 */
export function findTemporalBinary(env: NodeJS.ProcessEnv = process.env): string | null {
  const named = env.TEMPORAL_CLI_PATH;
  if (named !== undefined && named !== '') {
    if (!isExecutable(named))
      throw new Error(`TEMPORAL_CLI_PATH names ${named}, which is not a program: correct it or unset it.`);
    return named;
  }
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = [...folders, cacheFolder(env)].map((folder) => join(folder, EXECUTABLE));
  return candidates.find(isExecutable) ?? null;
}

/**
 * Returns the path of the `temporal` binary. When it is nowhere, it is first downloaded into the per-user cache, or
 * built there with Go (some minutes, once); of several processes one does so and the others wait. Rejects with one
 * sentence that says what failed and what to do.
 */
export function obtainTemporalBinary({ sources = SOURCES, ...options }: ObtainOptions = {}): Promise<string> {
  return obtainProgram(
    {
      title: 'Temporal',
      file: EXECUTABLE,
      sources,
      find: findTemporalBinary,
      advice:
        `install the Temporal CLI ${TEMPORAL_VERSION} or later from https://docs.temporal.io/cli ` +
        'and put it on PATH, or name it with TEMPORAL_CLI_PATH',
    },
    options,
  );
}

/** Describes a program that is kept in the per-user cache. */
export interface CachedProgram {
  readonly title: string;
  /** Its file name in the cache. */
  readonly file: string;
  /** The argument with which a new program must succeed before it is kept; `--version` when absent. */
  readonly trial?: string;
  /** Ways to get it, in the order they are tried. */
  readonly sources: readonly TemporalSource[];
  /** Finds the program where a person put it; when absent, only the cache is searched. */
  readonly find?: (env: NodeJS.ProcessEnv) => string | null;
  /** Says what a person can do when no source works. */
  readonly advice: string;
}

/** Returns the path of a program, which is first put into the per-user cache: see `obtainTemporalBinary`. */
export async function obtainProgram(
  program: CachedProgram,
  options: Omit<ObtainOptions, 'sources'> = {},
): Promise<string> {
  const { env = process.env, onProgress = () => undefined, signal = new AbortController().signal } = options;
  const cache = cacheFolder(env);
  const target = join(cache, program.file);
  const find = () => program.find?.(env) ?? (isExecutable(target) ? target : null);
  const found = find();
  if (found !== null) return found;
  mkdirSync(cache, { recursive: true });
  const release = await waitForLock(join(cache, 'temporal.lock'), { env, onProgress, signal });
  try {
    return find() ?? (await fill(target, program, { env, onProgress, signal }));
  } finally {
    release();
  }
}

async function fill(target: string, program: CachedProgram, context: SourceContext): Promise<string> {
  const reasons: string[] = [];
  for (const source of program.sources) {
    const folder = mkdtempSync(join(dirname(target), 'new-'));
    try {
      const fresh = join(folder, program.file);
      await source.obtain(fresh, context);
      execFileSync(fresh, [program.trial ?? '--version'], { stdio: 'pipe', timeout: 30_000 });
      // A rename is atomic: nobody ever runs an incomplete program.
      renameSync(fresh, target);
      return target;
    } catch (error) {
      context.signal.throwIfAborted();
      reasons.push(`${source.name}: ${error instanceof Error ? error.message : String(error)}`);
      context.onProgress(`${program.title} by ${reasons.at(-1)}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  throw new Error(`The ${program.title} binary could not be obtained (${reasons.join('; ')}): ${program.advice}.`);
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
  const base =
    env.XDG_CACHE_HOME === undefined || env.XDG_CACHE_HOME === ''
      ? join(env.HOME ?? homedir(), '.cache')
      : env.XDG_CACHE_HOME;
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
