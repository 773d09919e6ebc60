import { spawnSync } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { runProgram } from '../run-program';

/** Names the version of the Temporal CLI that the stack is tested with; the last that `go install` can build. */
export const TEMPORAL_VERSION = 'v1.5.1';

const ARCHIVE = `https://temporal.download/cli/archive/${TEMPORAL_VERSION}`;
/** Names the file of the Temporal CLI on this system. */
export const EXECUTABLE = process.platform === 'win32' ? 'temporal.exe' : 'temporal';
const ANSWER_WITHIN_MS = 8_000;
const DOWNLOAD_WITHIN_MS = 10 * 60_000;
const BUILD_WITHIN_MS = 30 * 60_000;
const PROGRESS_EVERY_MS = 5_000;
const MEGABYTE = 1024 * 1024;

export interface SourceContext {
  readonly env: NodeJS.ProcessEnv;
  /** Called with one line at a time. */
  readonly onProgress: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Gets a binary in one way. Writes it to `target`, in a folder of its own, or rejects with the reason. */
export interface TemporalSource {
  readonly name: string;
  readonly obtain: (target: string, context: SourceContext) => Promise<void>;
}

/** Downloads the released binary to `target`. Rejects within 8 s when there is no network. */
export async function download(target: string, context: SourceContext): Promise<void> {
  const archive = `${target}.tar.gz`;
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  await save(`${ARCHIVE}?platform=${platform}&arch=${arch}`, archive, context);
  const unpacked = spawnSync('tar', ['-xf', basename(archive), basename(target)], {
    cwd: dirname(target),
    encoding: 'utf8',
  });
  if (unpacked.error !== undefined) throw unpacked.error;
  if (unpacked.status !== 0) throw new Error(`tar: ${unpacked.stderr.trim()}`);
  await rm(archive);
}

async function save(url: string, file: string, { onProgress, signal }: SourceContext): Promise<void> {
  onProgress(`Downloading Temporal ${TEMPORAL_VERSION} from ${new URL(url).host}`);
  const stop = new AbortController();
  let timer = setTimeout(
    () => stop.abort(new Error(`no answer from ${url} within ${ANSWER_WITHIN_MS / 1000} s`)),
    ANSWER_WITHIN_MS,
  );
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, stop.signal]) });
    if (!response.ok || response.body === null) throw new Error(`${url} answered ${response.status}`);
    clearTimeout(timer);
    timer = setTimeout(
      () => stop.abort(new Error(`the download took longer than ${DOWNLOAD_WITHIN_MS / 60_000} min`)),
      DOWNLOAD_WITHIN_MS,
    );
    const total = Number(response.headers.get('content-length') ?? 0);
    await pipeline(Readable.fromWeb(response.body), countBytes(total, onProgress), createWriteStream(file));
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new Error(cause instanceof Error ? cause.message : String(cause), { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

function countBytes(total: number, onProgress: (line: string) => void) {
  let received = 0;
  const totalMegabytes = total === 0 ? '?' : Math.round(total / MEGABYTE);
  let reportedAt = Date.now();
  return async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      received += chunk.length;
      if (Date.now() - reportedAt > PROGRESS_EVERY_MS) {
        reportedAt = Date.now();
        onProgress(`Downloading Temporal: ${Math.round(received / MEGABYTE)} of ${totalMegabytes} MB`);
      }
      yield chunk;
    }
  };
}

/** Describes a program that the Go tool chain can build. */
export interface GoProgram {
  /** The name in messages, with the version. */
  readonly title: string;
  readonly package: string;
  /** The file that `go install` makes of the package. */
  readonly builtAs: string;
}

/**
 * Builds the binary with the Go tool chain to `target`. It takes about 3 minutes on two cores and 3 GB of Go's own
 * caches. Rejects when Go is not installed, and with the compiler's last lines when the build fails.
 */
export const buildWithGo = goBuild({
  title: `Temporal ${TEMPORAL_VERSION}`,
  package: `github.com/temporalio/cli/cmd/temporal@${TEMPORAL_VERSION}`,
  builtAs: EXECUTABLE,
});

/** Creates a source that builds a Go program, such as `buildWithGo`. */
export function goBuild(program: GoProgram): TemporalSource['obtain'] {
  return async (target, { env, onProgress, signal }) => {
    const goBin = `${target}.gobin`;
    const began = Date.now();
    let currentStep = 'fetching modules';
    let packages = 0;
    const reportProgress = () => {
      const seconds = Math.round((Date.now() - began) / 1000);
      onProgress(`Building ${program.title} with Go: ${seconds} s, ${packages} packages, ${currentStep}`);
    };
    reportProgress();
    const timer = setInterval(reportProgress, PROGRESS_EVERY_MS);
    const lastLines: string[] = [];
    try {
      await runProgram(
        'go',
        ['install', '-v', program.package],
        { env: { ...env, GOBIN: goBin }, timeoutMs: BUILD_WITHIN_MS, signal },
        (line) => {
          lastLines.push(line);
          if (lastLines.length > 5) lastLines.shift();
          currentStep = line;
          if (!line.startsWith('go: ')) packages += 1;
        },
      );
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new Error('Go is not installed', { cause: error });
      throw new Error(`${error instanceof Error ? error.message : String(error)} ${lastLines.join(' | ')}`, {
        cause: error,
      });
    } finally {
      clearInterval(timer);
    }
    const built = join(goBin, program.builtAs);
    if (!existsSync(built)) throw new Error('go install left no binary');
    await rename(built, target);
  };
}
