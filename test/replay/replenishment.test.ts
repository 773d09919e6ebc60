import { Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { bundleOf } from '../support/bundle';
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
  'replenishment-closed-out-of-reach': ['planPurchase', 'requestPurchase', 'escalateReplenishment', 'settleTries'],
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
