import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { Deadlines } from '../../../src/services/interventions/orders-to-examine';
import { SYSTEM } from '../../../src/contracts/caller';
import { orderWorkflowId } from '../../../src/contracts/temporal-names';
import { withOwner } from '../../../src/embedded/postgres/databases';
import { until } from '../../sandboxes/sandboxes';
import { callerFor, granted, intent } from '../../support/people';
import { startSuite } from '../../support/suite';
import { runWatchdogOnce } from '../../support/run-watchdog-once';

const suite = startSuite({ faultsIn: ['carrier'] });
const SUPPORT = callerFor('support');
const ATTENTION = defineSearchAttributeKey('AttentionReason', SearchAttributeType.KEYWORD);
const look = (deadlines?: Partial<Deadlines>, attempts?: number) => runWatchdogOnce(suite.world, deadlines, attempts);

/** Makes an order as old as that in its stage. */
const age = (orderId: string, seconds: number) =>
  suite.world.transactions.run(SYSTEM, (tx) =>
    tx
      .updateTable('orders')
      .set({ stageSince: new Date(Date.now() - seconds * 1000) })
      .where('id', '=', orderId)
      .execute(),
  );
const attentionOf = async (orderId: string) =>
  granted(await suite.interventions.attention(SUPPORT, { limit: 100 })).items.find((item) => item.orderId === orderId);
const attribute = async (orderId: string) => {
  const { typedSearchAttributes } = await suite.world.temporal.client.workflow
    .getHandle(orderWorkflowId(orderId))
    .describe();
  return typedSearchAttributes.get(ATTENTION) ?? null;
};
test("an order past its stage's deadline is shown everywhere, by one of two watchdogs, until it goes on", async () => {
  const { id } = await suite.people.place({}, [suite.mall.skus.cup]);
  expect(await look({ pick: 3600 })).toEqual({ outcome: 'done', raised: 0, cleared: 0, restarted: 0 });
  await age(id, 7200);
  const rounds = await Promise.all([look({ pick: 3600 }), look({ pick: 3600 })]);
  expect(rounds.map((round) => round?.raised).sort()).toEqual([0, 1]);
  expect(await attentionOf(id)).toMatchObject({
    reason: 'stage_overdue',
    stage: 'pick',
    verbs: ['cancelOrder', 'handToPerson'],
    waitsFor: [expect.stringContaining('pick, recheck and pack')],
    detail: { step: null, overdueSince: expect.any(String) },
  });
  await until(async () => (await attribute(id)) === 'stage_overdue');
  expect(await look({ pick: 3600 })).toMatchObject({ raised: 0, cleared: 0 });

  await age(id, 0);
  expect(await look({ pick: 3600 })).toMatchObject({ raised: 0, cleared: 1 });
  expect(await attentionOf(id)).toBeUndefined();
  await until(async () => (await attribute(id)) === null);
}, 60_000);

test('a more urgent reason of the order itself stays in front, and what was found comes back behind it', async () => {
  const { id } = await suite.people.place({}, [suite.mall.skus.cup]);
  granted(await suite.interventions.intervene(SUPPORT, intent(), id, 'handToPerson', { reason: 'overdue' }));
  await until(async () => (await attentionOf(id))?.reason === 'handed_to_person');
  await age(id, 7200);
  expect(await look({ pick: 3600 })).toMatchObject({ raised: 1 });
  expect(await attentionOf(id)).toMatchObject({
    reason: 'handed_to_person',
    detail: { overdueSince: expect.any(String) },
  });
  const { taskId } = (await attentionOf(id)) ?? {};
  granted(await suite.world.tasks.complete(SUPPORT, intent(), taskId ?? '', { outcome: 'nothing_found' }));
  await until(async () => (await attentionOf(id))?.reason === 'stage_overdue');
  await until(async () => (await attribute(id)) === 'stage_overdue');
}, 60_000);

test('a workflow whose tasks fail is found, and stays so until it is corrected', async () => {
  const { id } = await suite.people.place({}, [suite.mall.skus.cup]);
  // A signal without its payload: its handler throws in every attempt at the task, as a defect would.
  await suite.workflowOf(id).signal('parcelPacked');
  await age(id, 7200);
  await until(async () => {
    await look({ pick: 3600 });
    return (await attentionOf(id))?.reason === 'workflow_failing';
  }, 60_000);
  expect(await attentionOf(id)).toMatchObject({
    verbs: [],
    detail: { failure: 'workflow_task_failing', attempts: expect.any(Number) },
  });
  await suite.workflowOf(id).terminate('the test ends it');
  await look({ pick: 3600 });
  expect(await attentionOf(id)).toMatchObject({
    reason: 'workflow_failing',
    detail: { failure: 'workflow_not_running' },
  });
}, 90_000);

test('a step that is retried while carriers are down is found, and goes on with another carrier', async () => {
  const {
    id,
    fulfillments: [part],
  } = await suite.people.place({}, [suite.mall.skus.cup]);
  await suite.world.carrier.fault({ mode: 'down', times: 1_000 });
  await suite.people.completeTasks(id);
  await until(async () => (await attentionOf(id))?.reason === 'carrier_unavailable', 30_000);
  await age(id, 7200);
  expect(await look({ pick: 3600 }, 2)).toMatchObject({ raised: 1 });
  expect(await attentionOf(id)).toMatchObject({
    reason: 'carrier_unavailable',
    verbs: ['retryNow', 'chooseCarrier', 'cancelOrder', 'handToPerson'],
    detail: {
      step: 'bookShipment',
      failure: 'ProviderUnavailable',
      attempts: expect.any(Number),
      overdueSince: expect.any(String),
    },
  });
  await suite.world.carrier.call('DELETE', '/sandbox/faults');
  granted(
    await suite.interventions.intervene(SUPPORT, intent(), id, 'chooseCarrier', {
      fulfillmentId: part?.id ?? '',
      carrierCode: 'swift',
      reason: 'provider_down',
    }),
  );
  await until(async () => (await suite.people.read(id)).fulfillments[0]?.shipment?.carrierCode === 'swift');
  await age(id, 0);
  await until(async () => {
    await look({ pick: 3600 }, 20);
    return (await attentionOf(id)) === undefined;
  });
}, 90_000);

test('a step that fails inside the worker, unseen by Temporal, is found, and withdrawn once it succeeds', async () => {
  const {
    id,
    fulfillments: [part],
  } = await suite.people.place({}, [suite.mall.skus.cup]);
  await suite.people.pack(id);
  await suite.people.handOver(id);
  const asOwner = (text: string) =>
    withOwner(suite.world.database.ownerUrl, async (client) => {
      await client.query(text);
    });
  await asOwner(
    `ALTER TABLE fulfillment ADD CONSTRAINT never_delivered CHECK (id <> '${part?.id}' OR status <> 'delivered')`,
  );
  await suite.people.scan(id, 'in_transit', 'out_for_delivery', 'delivered', 'signed');
  await until(async () => {
    await look({}, 5);
    return (await attentionOf(id)) !== undefined;
  }, 30_000);
  expect(await attentionOf(id)).toMatchObject({
    reason: 'activity_retrying',
    verbs: ['handToPerson'],
    detail: { step: 'confirmDelivery', failure: 'DatabaseError', attempts: expect.any(Number), overdueSince: null },
  });
  await asOwner('ALTER TABLE fulfillment DROP CONSTRAINT never_delivered');
  await until(async () => (await suite.people.read(id)).status === 'completed', 30_000);
  expect(await attentionOf(id)).toBeUndefined();
  await until(
    async () =>
      (await suite.world.transactions.run(SYSTEM, (tx) => tx.selectFrom('failing_step').selectAll().execute()))
        .length === 0,
  );
}, 90_000);
