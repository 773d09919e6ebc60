import { randomUUID } from 'node:crypto';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { SYSTEM } from '../../../src/contracts/caller';
import { until } from '../../sandboxes/sandboxes';
import type { People } from '../../support/people';
import { callerFor, granted, intent } from '../../support/people';
import { labelsOf } from '../../support/labels';
import { startSuite } from '../../support/suite';
import { falseAudits } from '../../support/true-books';

const suite = startSuite({ policies: { verdictTimeoutSeconds: 3 }, faultsIn: ['carrier', 'gateway'] });
const SUPPORT = callerFor('support');

const fulfillmentOf = async (orderId: string) => {
  const [fulfillment] = (await suite.people.read(orderId)).fulfillments;
  if (!fulfillment) throw new Error('The order has no fulfillment');
  return fulfillment;
};
const details = async (orderId: string): Promise<string> =>
  (await suite.workflowOf(orderId).query<{ currentDetails: string }>('__temporal_workflow_metadata')).currentDetails;
const eventsOf = async (orderId: string, type: string) =>
  granted(await suite.world.orders.timeline(SUPPORT, orderId, 0, 500)).items.filter((event) => event.type === type);

/** Places an order and waits until it is with its warehouses, however busy the machine is. */
const place = async (...order: Parameters<People['place']>) =>
  suite.people.untilStatus((await suite.people.place(...order)).id, 'in_fulfillment');

/** Erases, or restores, the key of an order's customer: without it nobody reads the address, and no label is bought. */
async function eraseKey(orderId: string, key: Buffer | null = null): Promise<Buffer | null> {
  return suite.world.transactions.run(SYSTEM, async (tx) => {
    const { customerId } = await tx
      .selectFrom('orders')
      .select('customerId')
      .where('id', '=', orderId)
      .executeTakeFirstOrThrow();
    const { wrappedKey } = await tx
      .selectFrom('customer')
      .select('wrappedKey')
      .where('id', '=', customerId)
      .executeTakeFirstOrThrow();
    await tx.updateTable('customer').set({ wrappedKey: key }).where('id', '=', customerId).execute();
    return wrappedKey;
  });
}

describe('retry now', () => {
  test('ends the back-off of a call to a provider that is back, and records who asked', async () => {
    const { id } = await place({}, [suite.mall.skus.cup]);
    await suite.world.carrier.fault({ mode: 'down', times: 1_000 });
    await suite.people.completeTasks(id);
    await suite.people.untilAttention(id, 'carrier_unavailable');
    expect(await details(id)).toContain('retryNow');
    await suite.endFaults();
    expect(
      granted(await suite.interventions.intervene(SUPPORT, intent(), id, 'retryNow', { reason: 'provider_back' })).body,
    ).toMatchObject({ outcome: 'done', steps: 1 });
    await until(async () => (await fulfillmentOf(id)).status === 'labelled');
    await suite.people.untilAttention(id, null);
    expect(await eventsOf(id, 'retry.requested')).toMatchObject([
      { actor: SUPPORT.actor, data: { reason: 'provider_back' } },
    ]);
    const { events } = await suite.workflowOf(id).fetchHistory();
    expect(events?.some((event) => event.activityTaskCanceledEventAttributes)).toBe(true);
    expect(await labelsOf(suite.world, (await fulfillmentOf(id)).id)).toEqual(['1 steady booked']);
  }, 60_000);

  test('runs a failed step of one fulfillment again, while the other goes on', async () => {
    const order = await place({ customer: { reference: 'erased-by-mistake' } }, [
      suite.mall.skus.lamp,
      suite.mall.skus.rug,
    ]);
    const [first, second] = order.fulfillments.map(({ id }) => id);
    const key = await eraseKey(order.id);
    await suite.people.completeTasks(order.id, (fulfillmentId) => fulfillmentId === first);
    await suite.people.untilAttention(order.id, 'needs_operator');
    await eraseKey(order.id, key);
    await suite.people.completeTasks(order.id, (fulfillmentId) => fulfillmentId === second);
    const statusOf = async (id?: string) =>
      (await suite.people.read(order.id)).fulfillments.find((fulfillment) => fulfillment.id === id)?.status;
    await until(async () => (await statusOf(second)) === 'labelled');
    expect(await statusOf(first)).toBe('packed');
    expect(
      granted(await suite.interventions.intervene(SUPPORT, intent(), order.id, 'retryNow', { reason: 'cause_removed' }))
        .body.steps,
    ).toBe(1);
    await until(async () => (await statusOf(first)) === 'labelled');
    await suite.people.untilAttention(order.id, null);
  }, 60_000);

  test('is refused when nothing waits for it, after the end, and in a wrong shape', async () => {
    const { id } = await place({}, [suite.mall.skus.cup]);
    expect(
      await suite.interventions.intervene(SUPPORT, intent(), id, 'retryNow', { reason: 'provider_back' }),
    ).toMatchObject({ refused: 'nothing_to_retry' });
    const typed = suite
      .workflowOf(id)
      .executeUpdate('retryNow', { args: [{ reason: 'because', actor: 'Somebody Real' }] });
    await expect(typed).rejects.toThrow(WorkflowUpdateFailedError);
    granted(await suite.world.orders.cancel(suite.people.storefront, intent(), id, { reason: 'customer_request' }));
    expect(
      await suite.interventions.intervene(SUPPORT, intent(), id, 'retryNow', { reason: 'provider_back' }),
    ).toMatchObject({ refused: 'order_closed' });
    expect(await eventsOf(id, 'retry.requested')).toEqual([]);
  }, 30_000);
});

describe('another carrier', () => {
  test('is booked at once, while the label that the first may have made is voided beside it', async () => {
    const { id } = await place({}, [suite.mall.skus.cup]);
    await suite.world.carrier.fault({ mode: 'error_after', times: 1, operation: 'book' });
    await suite.world.carrier.fault({ mode: 'down', times: 1_000, operation: 'find' });
    await suite.people.completeTasks(id);
    await suite.people.untilAttention(id, 'carrier_unavailable');
    const fulfillment = await fulfillmentOf(id);
    const choice = { fulfillmentId: fulfillment.id, carrierCode: 'swift', reason: 'provider_down' } as const;
    const key = randomUUID();
    const asking = (carrierCode: string) =>
      suite.interventions.intervene(SUPPORT, { key, requestHash: Buffer.from(carrierCode) }, id, 'chooseCarrier', {
        ...choice,
        carrierCode,
      });
    expect(await asking('nobody')).toMatchObject({ refused: 'carrier_not_offered' });
    // A refused request frees its key for another request.
    granted(await asking('swift'));
    expect(granted(await asking('swift'))).toMatchObject({ status: 200, replayed: true });
    await until(async () => (await fulfillmentOf(id)).shipment?.carrierCode === 'swift');
    expect(await labelsOf(suite.world, fulfillment.id)).toEqual(['1 steady booked', '2 swift booked']);
    expect(await suite.interventions.intervene(SUPPORT, intent(), id, 'chooseCarrier', choice)).toMatchObject({
      refused: 'label_not_awaited',
    });

    await suite.endFaults();
    await until(async () => (await labelsOf(suite.world, fulfillment.id)).includes('1 steady voided'), 30_000);
    await suite.people.handOver(id);
    await suite.people.scan(id, 'signed');
    await suite.people.untilStatus(id, 'completed');
    expect(await labelsOf(suite.world, fulfillment.id)).toEqual(['1 steady voided', '2 swift booked']);
    expect(await eventsOf(id, 'carrier.chosen')).toMatchObject([
      { actor: SUPPORT.actor, data: { carrierCode: 'swift', reason: 'provider_down' } },
    ]);
  }, 90_000);

  test('may be chosen while every carrier is down; a cancellation then leaves no live label of either', async () => {
    const { id } = await place({}, [suite.mall.skus.cup]);
    await suite.world.carrier.fault({ mode: 'down', times: 1_000 });
    await suite.people.completeTasks(id);
    await suite.people.untilAttention(id, 'carrier_unavailable');
    const fulfillment = await fulfillmentOf(id);
    granted(
      await suite.interventions.intervene(SUPPORT, intent(), id, 'chooseCarrier', {
        fulfillmentId: fulfillment.id,
        carrierCode: 'swift',
        reason: 'provider_down',
      }),
    );
    const cancelled = granted(await suite.world.orders.cancel(SUPPORT, intent(), id, { reason: 'operator_decision' }));
    expect(cancelled).toMatchObject({ status: 202, body: { status: 'cancelling' } });
    expect(
      await suite.interventions.intervene(SUPPORT, intent(), id, 'chooseCarrier', {
        fulfillmentId: fulfillment.id,
        carrierCode: 'swift',
        reason: 'provider_down',
      }),
    ).toMatchObject({ refused: 'label_not_awaited' });
    await suite.endFaults();
    granted(await suite.interventions.intervene(SUPPORT, intent(), id, 'retryNow', { reason: 'provider_back' }));
    await until(async () => (await suite.people.read(id)).status === 'cancelled', 40_000);
    expect((await labelsOf(suite.world, fulfillment.id)).filter((label) => !label.endsWith('voided'))).toEqual([]);
  }, 90_000);
});

describe('a cancellation', () => {
  test('while the gateway is down undoes what it can see, and ends once the gateway answers', async () => {
    await suite.world.gateway.fault({ mode: 'down', times: 1_000 });
    const { id } = granted(
      await suite.world.orders.place(suite.people.storefront, intent(), suite.people.cart({}, [suite.mall.skus.cup])),
    ).body;
    await suite.people.untilAttention(id, 'payment_provider_unavailable');
    expect(
      granted(await suite.world.orders.cancel(SUPPORT, intent(), id, { reason: 'operator_decision' })).body.status,
    ).toBe('cancelling');
    await suite.endFaults();
    await until(async () => {
      await suite.interventions.intervene(SUPPORT, intent(), id, 'retryNow', { reason: 'provider_back' });
      return (await suite.people.read(id)).status === 'cancelled';
    }, 40_000);
    expect(await eventsOf(id, 'order.cancellation_requested')).toMatchObject([
      { actor: SUPPORT.actor, data: { reason: 'operator_decision' } },
    ]);
  }, 90_000);

  test('of what was handed over is refused though its money is not collected yet', async () => {
    const { id } = await place({}, [suite.mall.skus.cup]);
    await suite.people.pack(id);
    await suite.world.gateway.fault({ mode: 'down', times: 1_000, operation: 'capture' });
    granted(await suite.world.shipments.handOver(callerFor('platform'), intent(), (await fulfillmentOf(id)).id));
    await suite.people.untilAttention(id, 'payment_provider_unavailable');
    expect(await suite.world.orders.cancel(SUPPORT, intent(), id, { reason: 'operator_decision' })).toMatchObject({
      refused: 'order_not_cancellable',
    });
    expect(await details(id)).not.toContain('cancelOrder');
    await suite.endFaults();
    granted(await suite.interventions.intervene(SUPPORT, intent(), id, 'retryNow', { reason: 'provider_back' }));
    await suite.people.untilStatus(id, 'shipped');
  }, 60_000);
});

test('an order is handed to one person at a time, who says what came of it', async () => {
  const { id } = await place({}, [suite.mall.skus.cup]);
  const hand = () =>
    suite.interventions.intervene(SUPPORT, intent(), id, 'handToPerson', {
      reason: 'customer_request',
      note: 'ask_customer',
      assignee: 'support:key_1',
    });
  const { taskId } = granted(await hand()).body;
  await suite.people.untilAttention(id, 'handed_to_person');
  expect(await hand()).toMatchObject({ refused: 'already_attended' });
  const { items } = granted(await suite.world.tasks.list(SUPPORT, { kind: 'attend', status: 'open', limit: 10 }));
  expect(items).toMatchObject([
    {
      id: taskId,
      orderId: id,
      fulfillmentId: null,
      reason: 'customer_request',
      note: 'ask_customer',
      assignee: 'support:key_1',
      lines: [],
    },
  ]);
  expect(
    granted(await suite.interventions.attention(SUPPORT, { reason: 'handed_to_person', limit: 10 })).items,
  ).toMatchObject([{ orderId: id, taskId, verbs: ['cancelOrder'] }]);

  granted(await suite.world.tasks.claim(SUPPORT, intent(), taskId ?? ''));
  expect(await suite.world.tasks.complete(SUPPORT, intent(), taskId ?? '', {})).toMatchObject({
    refused: 'validation_failed',
    errors: [{ pointer: '/outcome' }],
  });
  granted(await suite.world.tasks.complete(SUPPORT, intent(), taskId ?? '', { outcome: 'resolved' }));
  await suite.people.untilAttention(id, null);
  expect(await eventsOf(id, 'task.done')).toMatchObject([
    { actor: SUPPORT.actor, data: { taskId, kind: 'attend', outcome: 'resolved' } },
  ]);
  const [pick] = granted(
    await suite.world.tasks.list(SUPPORT, { kind: 'pick', status: 'open', orderId: id, limit: 1 }),
  ).items;
  expect(await suite.world.tasks.complete(SUPPORT, intent(), pick?.id ?? '', {})).toMatchObject({
    refused: 'forbidden',
  });
}, 30_000);

test('every audit is true afterwards', async () => {
  expect(await falseAudits(suite.world)).toEqual([]);
}, 60_000);
