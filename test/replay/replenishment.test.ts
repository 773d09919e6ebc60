import { Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { bundleOf } from '../support/bundle';
import { bundleWith } from '../support/changed-bundle';
import { until } from '../sandboxes/sandboxes';
import { callerFor, granted, intent } from '../support/people';
import { REPLENISHMENT_SCENARIOS } from './replenishment-scenarios';
import { startSuite } from '../support/suite';

const suite = startSuite({ replenishment: { remindAfterSeconds: 1, reminders: 2, patienceSeconds: 1 } });
let workflowBundle: WorkflowBundleWithSourceMap;

beforeAll(async () => {
  workflowBundle = await bundleOf();
}, 60_000);

/** Names the steps that each scenario must have in its history, or capturing it would prove nothing. */
const STEPS: Readonly<Record<string, readonly string[]>> = {
  replenishment: ['planPurchase', 'requestPurchase', 'remindSupplier', 'settleChase'],
  'replenishment-by-mail': ['planPurchase', 'requestPurchase', 'mailPurchase', 'mailReminder', 'settleChase'],
  'replenishment-closed-out-of-reach': [
    'planPurchase',
    'requestPurchase',
    'escalateReplenishment',
    'tries-end-with-their-need',
    'settleTries',
  ],
};

test.each(Object.entries(REPLENISHMENT_SCENARIOS))(
  '%s is played, takes its steps, and replays',
  async (name, play) => {
    const handle = suite.world.temporal.client.workflow.getHandle(
      await play({ world: suite.world, shelves: suite.shelves }),
    );
    await handle.result();
    const history = await handle.fetchHistory();
    // A local activity is a marker, and its name is in the marker's payload.
    const steps = (history.events ?? []).flatMap(
      ({ activityTaskScheduledEventAttributes: scheduled, markerRecordedEventAttributes: marker }) => [
        scheduled?.activityType?.name ?? '',
        ...Object.values(marker?.details ?? {})
          .flatMap(({ payloads }) => payloads ?? [])
          .map(({ data }) => Buffer.from(data ?? []).toString('utf8')),
      ],
    );
    expect((STEPS[name] ?? ['none']).filter((step) => !steps.some((taken) => taken.includes(step)))).toEqual([]);
    await Worker.runReplayHistory({ workflowBundle }, history, handle.workflowId);
  },
  60_000,
);

test('a replenishment closed under a release that waits for the supplier alone replays as it ran', async () => {
  const rule = "patched('tries-end-with-their-need')";
  const bundle = await bundleWith({ file: 'runtime/abandon.ts', from: rule, to: 'false' });
  await suite.world.stopWorkers();
  const stop = await suite.world.startWorkers({ bundle });
  await suite.world.supplier.fault({ mode: 'down', times: 1_000 });
  const shelf = await suite.shelves.watched();
  const id = await suite.shelves.deplete(shelf);
  await suite.shelves.untilFollowUp(id, 'supplier_unreachable');
  granted(await suite.world.replenishments.close(callerFor('platform'), intent(), id, { reason: 'not_needed' }));
  const handle = suite.shelves.workflowOf(shelf);
  await until(
    async () =>
      (await handle.fetchHistory()).events?.some(
        ({ workflowExecutionSignaledEventAttributes: signal }) => signal?.signalName === 'replenishmentEnded',
      ) === true,
  );
  await suite.world.supplier.call('DELETE', '/sandbox/faults');
  await suite.shelves.untilEnded(shelf);
  await Worker.runReplayHistory({ workflowBundle }, await handle.fetchHistory(), handle.workflowId);
  const always = await bundleWith({ file: 'runtime/abandon.ts', from: rule, to: 'true' });
  await expect(
    Worker.runReplayHistory({ workflowBundle: always }, await handle.fetchHistory(), handle.workflowId),
  ).rejects.toThrow();
  await stop();
  await suite.world.startWorkers();
}, 60_000);
