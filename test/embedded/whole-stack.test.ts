import { existsSync } from 'node:fs';
import { identify } from '../../src/embedded/process-identity';
import type { PartName } from '../../src/embedded/parts';
import { startTestStack } from '../support/stack';

const PARTS: readonly PartName[] = ['postgres', 'temporal', 'gateway', 'carrier', 'notifier', 'worker', 'api'];

test('every part starts, starts again after a kill, and leaves nothing behind', async () => {
  const stack = await startTestStack();
  const pids: number[] = [];
  try {
    expect((await fetch(`${stack.urls.api}/readyz`)).status).toBe(200);
    for (const part of PARTS) {
      const pid = stack.pidOf(part);
      await stack.kill(part);
      expect(identify(pid)).toBeNull();
      await stack.restart(part);
      pids.push(pid, stack.pidOf(part));
    }
    expect((await fetch(`${stack.urls.api}/readyz`)).status).toBe(200);
    expect(new Set(pids).size).toBe(2 * PARTS.length);
  } finally {
    await stack.destroy();
  }
  expect(pids.filter((pid) => identify(pid) !== null)).toEqual([]);
  expect(existsSync(stack.paths.root)).toBe(false);
}, 120_000);

test('when one part does not start, the others are stopped', async () => {
  const titles: string[] = [];
  await expect(
    startTestStack({
      env: { ...process.env, DATABASE_POOL_SIZE: 'many' },
      onStep: ({ kind, title }) => titles.push(`${kind} ${title}`),
    }),
  ).rejects.toThrow(/ended \(exit code 1\) before it was ready[^]*DATABASE_POOL_SIZE/);
  expect(titles.slice(-2)).toEqual(['begun PostgreSQL: stopping', 'done PostgreSQL: stopping']);
}, 60_000);
