import { rmSync } from 'node:fs';
import type { Child } from '../../src/embedded/child-process';

/** Holds what the set-up started for the teardown to end; both run in jest's parent process. */
export interface Running {
  readonly postgres: Child;
  readonly folder: string;
}

const key = Symbol.for('mallflow.test.running');
const store = globalThis as { [key]?: Running | undefined };

/** Keeps what was started, and ends it as well when jest is interrupted and runs no teardown. */
export function keepForTeardown(running: Running): void {
  store[key] = running;
  process.once('exit', () => {
    if (store[key] === undefined) return;
    process.kill(running.postgres.pid, 'SIGQUIT');
    rmSync(running.folder, { recursive: true, force: true });
  });
}

/** Hands over what was started; once. */
export function takeForTeardown(): Running | undefined {
  const running = store[key];
  store[key] = undefined;
  return running;
}
