import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export const BARE_QUEUE = 'bench-bare';

export interface BareWorker {
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a worker for the bare workflow in its own process. Resolves once it is ready; rejects when it ends before. */
export async function startBareWorker(address: string, namespace: string): Promise<BareWorker> {
  const child = fork(join(__dirname, 'bare-worker.main.js'), [address, namespace, BARE_QUEUE], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let errorText = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errorText = (errorText + chunk.toString()).slice(-2_000);
  });
  const exited = once(child, 'exit');
  const ended = async (): Promise<never> => {
    await exited;
    throw new Error(`The worker of the bare workflow ended before it was ready. ${errorText}`);
  };
  await Promise.race([once(child, 'message'), ended()]);
  return {
    pid: child.pid as number,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
