import { SYSTEM } from '../../../src/contracts/caller';
import { until } from '../../sandboxes/sandboxes';
import { type Shelf } from '../../support/stocked-shelves';
import { startSuite } from '../../support/suite';
import { runWatchdogOnce } from '../../support/run-watchdog-once';

const suite = startSuite({ replenishment: { remindAfterSeconds: 2, reminders: 1, patienceSeconds: 1 } });

const look = () => runWatchdogOnce(suite.world);
/** Makes a replenishment so old that its start should have reached Temporal long ago. */
const age = (id: string) =>
  suite.world.transactions.run(SYSTEM, (tx) =>
    tx
      .updateTable('replenishment')
      .set({ openedAt: new Date(Date.now() - 120_000) })
      .where('id', '=', id)
      .execute(),
  );
/** Terminates a shelf's workflow as staff do, and waits until visibility has it. */
async function terminate(shelf: Shelf): Promise<void> {
  await suite.shelves.workflowOf(shelf).terminate('pressed by mistake');
  await until(async () => {
    for await (const { workflowId } of suite.world.temporal.client.workflow.list({
      query: `ExecutionStatus = 'Running'`,
    }))
      if (workflowId === suite.shelves.workflowOf(shelf).workflowId) return false;
    return true;
  });
}
const runsOf = async (shelf: Shelf): Promise<number> => {
  const runs: string[] = [];
  for await (const { runId } of suite.world.temporal.client.workflow.list({
    query: `WorkflowId = '${suite.shelves.workflowOf(shelf).workflowId}'`,
  }))
    runs.push(runId);
  return runs.length;
};

test('a terminated workflow is started again once by two watchdogs, and nothing is ordered twice', async () => {
  const shelf = await suite.shelves.watched();
  const id = await suite.shelves.deplete(shelf);
  await suite.shelves.untilStatus(shelf, 'confirmed');
  await terminate(shelf);
  expect(await look()).toMatchObject({ outcome: 'done', restarted: 0 });
  await age(id);
  await Promise.all([look(), look()]);
  expect(await suite.shelves.stateOf(shelf)).toBe('RUNNING');
  await until(async () => (await runsOf(shelf)) === 2);
  expect(await look()).toMatchObject({ restarted: 0 });
  await suite.shelves.receive(shelf, 49);
  await suite.shelves.untilEnded(shelf);
  const [purchase, ...more] = await suite.shelves.purchasesOf(id);
  expect([purchase, more]).toEqual([expect.objectContaining({ quantity: 49, confirmed: 49 }), []]);
  const { entries } = (await suite.world.supplier.call('GET', '/v1/journal')).body as {
    entries: { key: string; reminders: number }[];
  };
  expect(entries.find(({ key }) => key.startsWith(id))?.reminders).toBe(0);
  await age(id);
  expect(await look()).toMatchObject({ restarted: 0 });
}, 60_000);

test('a replenishment whose start was lost is started', async () => {
  const shelf = await suite.shelves.watched();
  await suite.world.stopWorkers();
  const id = await suite.shelves.deplete(shelf);
  await terminate(shelf);
  await age(id);
  expect(await look()).toMatchObject({ restarted: 1 });
  const stop = await suite.world.startWorkers();
  await suite.shelves.untilStatus(shelf, 'confirmed');
  await suite.shelves.receive(shelf, 49);
  await suite.shelves.untilEnded(shelf);
  expect((await suite.shelves.purchasesOf(id)).length).toBe(1);
  await stop();
  await suite.world.startWorkers();
}, 60_000);

test('a supplier that was ordered from by mail gets only the mails that it was not sent yet', async () => {
  const shelf = await suite.shelves.watched(10, { email: 'orders@maker.example' });
  await suite.world.supplier.fault({ mode: 'down', times: 1_000 });
  const id = await suite.shelves.deplete(shelf);
  await suite.shelves.untilStatus(shelf, 'requested');
  await suite.world.supplier.call('DELETE', '/sandbox/faults');
  await terminate(shelf);
  await age(id);
  expect(await look()).toMatchObject({ restarted: 1 });
  await suite.shelves.untilFollowUp(id, 'supplier_silent');
  expect(await suite.shelves.mailsOf(id)).toEqual(['purchase_email:1', 'remind_email:1']);
  expect(await suite.shelves.purchasesOf(id)).toEqual([]);
  await suite.shelves.receive(shelf, 49);
  await suite.shelves.untilEnded(shelf);
}, 60_000);
