import { Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { bundleOf } from '../support/bundle';
import { seedMall } from '../support/mall';
import { Shelves } from '../support/shelves';
import { startWorld, type World } from '../support/world';
import { REPLENISHMENT_SCENARIOS } from './replenishment-scenarios';

let world: World;
let shelves: Shelves;
let workflowBundle: WorkflowBundleWithSourceMap;

beforeAll(async () => {
  world = await startWorld({}, { replenishment: { remindAfterSeconds: 1, reminders: 2, patienceSeconds: 1 } });
  shelves = new Shelves(world, await seedMall(world.transactions));
  workflowBundle = await bundleOf();
}, 60_000);
afterAll(() => world.close());

/** What each scenario must have in its history, or capturing it would prove nothing. */
const STEPS: Readonly<Record<string, readonly string[]>> = {
  'replenishment': ['planPurchase', 'requestPurchase', 'remindSupplier', 'settleChase'],
  'replenishment-by-mail': ['planPurchase', 'requestPurchase', 'mailPurchase', 'mailReminder', 'settleChase'],
  'replenishment-closed-out-of-reach': ['planPurchase', 'requestPurchase', 'escalateReplenishment', 'tries-end-with-their-need', 'settleTries'],
};

test.each(Object.entries(REPLENISHMENT_SCENARIOS))('%s is played, goes by its steps, and replays', async (name, play) => {
  const handle = world.temporal.client.workflow.getHandle(await play({ world, shelves }));
  await handle.result();
  const history = await handle.fetchHistory();
  // A local activity is a marker, and its name is in the marker's payload.
  const taken = (history.events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled, markerRecordedEventAttributes: marker }) => [
    scheduled?.activityType?.name ?? '', ...Object.values(marker?.details ?? {}).flatMap(({ payloads }) => payloads ?? []).map(({ data }) => Buffer.from(data ?? []).toString('utf8')),
  ]);
  expect((STEPS[name] ?? ['none']).filter((step) => !taken.some((one) => one.includes(step)))).toEqual([]);
  await Worker.runReplayHistory({ workflowBundle }, history, handle.workflowId);
}, 60_000);
