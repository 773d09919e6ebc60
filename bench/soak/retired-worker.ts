import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { startChild } from '../../src/embedded/child-process';
import { packageRoot } from '../../src/embedded/paths';
import { logContains } from '../../src/embedded/readiness';
import type { Stack } from '../../src/embedded/stack';

const RETIRED_BUNDLE = join('test', 'replay', 'retired', 'workflow-bundle-0.4.0.js.gz');
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;

/**
 * Starts a worker with the workflows of 0.4.0 and today's Activities. Today's workflows do not replay its orders once
 * they are handed over. Returns what stops it and removes its files.
 */
export async function startRetiredWorker({ paths, serviceEnvironment }: Stack): Promise<() => Promise<void>> {
  const root = packageRoot();
  const copy = mkdtempSync(join(paths.root, 'retired-'));
  cpSync(join(root, 'dist'), join(copy, 'dist'), { recursive: true });
  cpSync(join(root, 'package.json'), join(copy, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  writeFileSync(join(copy, 'dist', 'workflow-bundle.js'), gunzipSync(readFileSync(join(root, RETIRED_BUNDLE))));
  const logFile = join(paths.logs, 'retired-worker.log');
  const worker = await startChild(
    {
      name: 'Worker of 0.4.0',
      command: process.execPath,
      args: [join(copy, 'dist', 'src', 'worker.js')],
      env: { ...process.env, ...serviceEnvironment },
      cwd: paths.root,
      logFile,
      pidFile: join(paths.run, 'retired-worker.pid'),
      stopTimeoutMs: STOP_TIMEOUT_MS,
    },
    logContains(logFile, 'worker ready'),
    START_TIMEOUT_MS,
  );
  return async () => {
    await worker.stop();
    rmSync(copy, { recursive: true, force: true });
  };
}
