import { proxyLocalActivities, sleep, upsertMemo } from '@temporalio/workflow';

const { pick, ship } = proxyLocalActivities<Record<'pick' | 'ship', (ms: number) => Promise<void>>>({
  startToCloseTimeout: '5s',
});

/**
 * Two lanes of local activities, as two parts of an order are: while one makes a long step and notes it, the other
 * makes two short ones and waits.
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
  // A part of an order is as many promises away from its next step; the lane above is at its next at once.
  await away(20);
  await sleep(1);
}

async function away(levels: number): Promise<void> {
  if (levels > 0) await away(levels - 1);
}
