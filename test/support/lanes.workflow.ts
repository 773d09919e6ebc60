import { proxyLocalActivities, sleep, upsertMemo } from '@temporalio/workflow';

const { pick, ship } = proxyLocalActivities<Record<'pick' | 'ship', (ms: number) => Promise<void>>>({
  startToCloseTimeout: '5s',
});

/**
 * Runs two lanes of local activities, as two fulfillments do: one takes a long step and notes it, while the other takes
 * two short steps and waits.
 */
export async function lanes(): Promise<void> {
  await Promise.all([one(), other()]);
}

async function one(): Promise<void> {
  await ship(400);
  upsertMemo({ shipped: true });
}

async function other(): Promise<void> {
  await pick(1);
  await pick(1);
  // A fulfillment is as many promises away from its next step; the lane above takes its next at once.
  await away(20);
  await sleep(1);
}

async function away(levels: number): Promise<void> {
  if (levels > 0) await away(levels - 1);
}
