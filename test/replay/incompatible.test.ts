import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { NEW_STEP, bundleWith, type Change } from '../support/changed-bundle';

const HISTORY = join(__dirname, 'histories', '0.5.0', 'delivered-one-parcel.json');

beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
});

/** Replays a delivered order against today's workflows with one change made to them. */
const replayWith = async (change: Change): Promise<void> =>
  Worker.runReplayHistory({ workflowBundle: await bundleWith(change) }, JSON.parse(readFileSync(HISTORY, 'utf8')));

test.each<[string, Change]>([
  ['a new step', NEW_STEP],
  [
    'a new wait',
    {
      file: 'order/fulfillment.ts',
      from: 'if (fulfillment.handedOver) fulfillment.status',
      to:
        "if (fulfillment.handedOver) await require('@temporalio/workflow').sleep(1000); " +
        'if (fulfillment.handedOver) fulfillment.status',
    },
  ],
  [
    'a step left out',
    {
      file: 'order/fulfillment.ts',
      from: "await order.steps.runTransaction('confirmDelivery', refOf(order, fulfillment), idOf(fulfillment));",
      to: 'undefined;',
    },
  ],
])(
  '%s fails the replay of an order that ran without it',
  async (_what, change) => {
    await expect(replayWith(change)).rejects.toThrow();
  },
  60_000,
);

test('the same new step under patched() lets the order replay', async () => {
  const to = NEW_STEP.to.replace('await', `if (require('@temporalio/workflow').patched('release-first')) await`);
  await expect(replayWith({ ...NEW_STEP, to })).resolves.toBeUndefined();
}, 60_000);
