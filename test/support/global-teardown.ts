import { rmSync } from 'node:fs';
import { takeForTeardown } from './start-test-stack';

/** Stops what the set-up started and removes its folder. */
export default async function globalTeardown(): Promise<void> {
  const running = takeForTeardown();
  if (running === undefined) return;
  await running.postgres.stop();
  rmSync(running.folder, { recursive: true, force: true });
}
