import { Worker } from '@temporalio/worker';
import { bundleOf } from '../../support/bundle';
import { startSuite } from '../../support/suite';
import { falseAudits } from '../../support/true-books';
import { orderWorkflowId } from '../../../src/contracts/temporal-names';
import { until } from '../../sandboxes/sandboxes';

const suite = startSuite({ faultsIn: ['carrier'] });
/** With their workflow tasks, more events than those after which an order goes on in a new history. */
const SIGNALS = 1_950;

/** Makes the history of an order long: each of these signals is an event, and changes nothing. */
async function prolong(orderId: string): Promise<void> {
  const handle = suite.workflowOf(orderId);
  for (let sent = 0; sent < SIGNALS; sent += 50) {
    await Promise.all(Array.from({ length: 50 }, () => handle.signal('watchdogReported', { reason: null })));
    // The run takes them in first; a busy server may not answer the first time.
    await until(() => handle.query('getProgress').then(Boolean, () => false), 240_000);
  }
}
const runsOf = async (orderId: string): Promise<string[]> => {
  const runs: string[] = [];
  const query = `WorkflowId = '${orderWorkflowId(orderId)}'`;
  for await (const { runId } of suite.world.temporal.client.workflow.list({ query })) runs.push(runId);
  return runs;
};
const untilContinued = (orderId: string) => until(async () => (await runsOf(orderId)).length === 2, 240_000);

test('an order with a long history goes on in a new one, where a call that waits is made again', async () => {
  const { id } = await suite.people.place({}, [suite.mall.skus.cup]);
  await suite.world.carrier.fault({ mode: 'down', times: 1_000 });
  await suite.people.completeTasks(id);
  await suite.people.untilAttention(id, 'carrier_unavailable');
  await prolong(id);
  await untilContinued(id);
  await suite.endFaults();
  await until(async () => (await suite.people.read(id)).fulfillments[0]?.status === 'labelled', 60_000);
  await suite.people.untilAttention(id, null);
  await suite.people.handOver(id);
  await suite.people.scan(id, 'in_transit', 'out_for_delivery', 'delivered', 'signed');
  await suite.people.untilStatus(id, 'completed');
  expect(await suite.workflowOf(id).result()).toBe('completed');
  for (const runId of await runsOf(id)) {
    const history = await suite.world.temporal.client.workflow.getHandle(orderWorkflowId(id), runId).fetchHistory();
    await Worker.runReplayHistory({ workflowBundle: await bundleOf() }, history, id);
  }
  expect(await falseAudits(suite.world)).toEqual([]);
}, 600_000);
