import { SYSTEM } from '../../../src/contracts/caller';
import type { OrderResource } from '../../../src/contracts/orders/order';
import { until } from '../../sandboxes/sandboxes';
import { cancelCutOff, lateTry } from '../../support/cut-off';
import { placeHeld, recipient } from '../../support/held-orders';
import { callerFor, granted, intent } from '../../support/people';
import { startSuite } from '../../support/suite';

/*
 * An attempt of a step that timed out may still reach the database when its order has gone far on. Each test lets such
 * an attempt run, and checks what it changed.
 */
const suite = startSuite();

/** Reads all that the books hold of an order, and the effects that its providers know. */
async function stateOf({ id }: OrderResource) {
  const rows = await suite.world.transactions.run(SYSTEM, async (tx) => ({
    order: await tx.selectFrom('orders').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
    reservations: await tx.selectFrom('reservation').selectAll().where('orderId', '=', id).orderBy('id').execute(),
    fulfillments: await tx.selectFrom('fulfillment').selectAll().where('orderId', '=', id).orderBy('id').execute(),
    payments: await tx.selectFrom('payment').selectAll().where('orderId', '=', id).orderBy('id').execute(),
    operations: await tx.selectFrom('operation').selectAll().where('orderId', '=', id).orderBy('providerKey').execute(),
    timeline: await tx.selectFrom('timeline_event').selectAll().where('orderId', '=', id).orderBy('seq').execute(),
  }));
  const keys = new Set(rows.operations.map(({ providerKey }) => providerKey));
  const effects: string[] = [];
  for await (const { key, status } of suite.world.payments.journal())
    if (keys.has(key)) effects.push(`${key} ${status}`);
  for await (const { key, status } of suite.world.carriers.journal())
    if (keys.has(key)) effects.push(`${key} ${status}`);
  return { ...rows, effects };
}

test('a late attempt to reserve, hold or release changes nothing of an order on the floor', async () => {
  const order = await suite.people.place();
  expect(order.status).toBe('in_fulfillment');
  const before = await stateOf(order);
  await lateTry(suite.world.activities.reserveStock, { orderId: order.id, paymentWindowSeconds: 60 });
  await lateTry(suite.world.activities.holdForAddress, {
    orderId: order.id,
    until: new Date(Date.now() + 60_000).toISOString(),
  });
  await lateTry(suite.world.activities.releaseToWarehouse, { orderId: order.id });
  await lateTry(suite.world.activities.validateOrder, { orderId: order.id });
  await lateTry(suite.world.activities.authorizePayment, { orderId: order.id, paymentId: order.payments[0]?.id ?? '' });
  expect(await stateOf(order)).toEqual(before);
}, 30_000);

test('a late attempt to hold for the address does not hold a corrected order again', async () => {
  const { id } = await placeHeld(suite.people);
  const corrected = granted(
    await suite.world.addresses.correct(suite.people.storefront, intent(), id, recipient()),
  ).body;
  await suite.world.transactions.run(SYSTEM, (tx) =>
    tx.updateTable('orders').set({ status: 'draft', stage: 'receive' }).where('id', '=', id).execute(),
  );
  const before = await stateOf(corrected);
  await lateTry(suite.world.activities.holdForAddress, {
    orderId: id,
    until: new Date(Date.now() + 60_000).toISOString(),
  });
  expect(await stateOf(corrected)).toEqual(before);
}, 30_000);

test('after a cancellation, a late try neither authorizes, nor books, nor releases', async () => {
  const held = await placeHeld(suite.people);
  const unpaid = granted(
    await suite.world.orders.cancel(suite.people.storefront, intent(), held.id, { reason: 'customer_request' }),
  ).body;
  const placed = await suite.people.place({}, [suite.mall.skus.cup]);
  const paid = granted(
    await suite.world.orders.cancel(suite.people.storefront, intent(), placed.id, { reason: 'customer_request' }),
  ).body;
  expect([unpaid.status, paid.status]).toEqual(['cancelled', 'cancelled']);
  const before = [await stateOf(unpaid), await stateOf(paid)];
  const paymentId = unpaid.payments[0]?.id ?? '';
  expect(await lateTry(suite.world.activities.authorizePayment, { orderId: unpaid.id, paymentId })).toEqual({
    status: 'declined',
    declineCode: 'expired',
  });
  await expect(
    lateTry(suite.world.activities.bookShipment, { orderId: paid.id, fulfillmentId: paid.fulfillments[0]?.id ?? '' }),
  ).rejects.toThrow('it needs no label');
  for (const { id } of [unpaid, paid]) {
    await lateTry(suite.world.activities.releaseToWarehouse, { orderId: id });
    await lateTry(suite.world.activities.reserveStock, { orderId: id, paymentWindowSeconds: 60 });
  }
  expect([await stateOf(unpaid), await stateOf(paid)]).toEqual(before);
}, 30_000);

test('a cancelled run that lost its history to a restart undoes what only the books know', async () => {
  const order = await suite.people.read(await cancelCutOff(suite.world, suite.people, suite.mall.skus.cup));
  expect(order.payments).toMatchObject([{ status: 'settled', voided: order.total }]);
  const { effects, reservations, operations } = await stateOf(order);
  expect(effects).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/:authorize:1 /),
      expect.stringMatching(/:void:1 succeeded/),
      expect.stringMatching(/:book:1 voided/),
    ]),
  );
  expect(reservations.map(({ status }) => status)).toEqual(['released']);
  expect(operations.map(({ status }) => status)).not.toContain('started');
}, 60_000);

test('an order whose cancellation only the books know of is not ended otherwise before it hears of it', async () => {
  const order = await suite.people.place({ payment: { method: 'card', token: 'tok_redirect' } });
  const handle = suite.workflowOf(order.id);
  await suite.world.stopWorkers();
  await suite.world.gateway.call('POST', `/v1/authorizations/${order.nextAction?.url.split('/').pop() ?? ''}/action`, {
    approve: true,
  });
  const sinceSettled = async () => {
    const events = (await handle.fetchHistory()).events ?? [];
    const at = events.findIndex(
      (event) => event.workflowExecutionSignaledEventAttributes?.signalName === 'paymentSettled',
    );
    return at === -1 ? [] : events.slice(at);
  };
  await until(async () => (await sinceSettled()).length > 0);
  await lateTry(suite.world.activities.beginCancellation, {
    orderId: order.id,
    reason: 'customer_request',
    actor: 'support:test',
  });
  await suite.world.startWorkers();
  await until(async () => (await sinceSettled()).some((event) => event.workflowTaskCompletedEventAttributes));
  await suite.world.outbox.flush(order.id);
  await suite.people.untilStatus(order.id, 'cancelled');
  const { payments, reservations, timeline, effects } = await stateOf(order);
  expect(payments).toEqual([expect.objectContaining({ authorized: order.total.amount, voided: order.total.amount })]);
  expect(reservations.every(({ status }) => status === 'released')).toBe(true);
  expect(timeline.map(({ type }) => type)).not.toContain('order.returned');
  expect(effects).toHaveLength(2);
}, 30_000);

test('a cancellation requested twice at once, through Temporal and through the books, undoes everything', async () => {
  const order = await suite.people.place({}, [suite.mall.skus.cup]);
  const handle = suite.workflowOf(order.id);
  await suite.world.stopWorkers();
  await handle.cancel();
  await lateTry(suite.world.activities.beginCancellation, {
    orderId: order.id,
    reason: 'operator_decision',
    actor: 'support:test',
  });
  await suite.world.outbox.flush(order.id);
  await suite.world.startWorkers();
  expect(await handle.result()).toBe('cancelled');
  const { payments, reservations } = await stateOf(await suite.people.untilStatus(order.id, 'cancelled'));
  expect(payments).toEqual([expect.objectContaining({ voided: order.total.amount })]);
  expect(reservations.map(({ status }) => status)).toEqual(['released']);
}, 30_000);

test('a label found later is of the carrier that was asked, though another would be chosen by now', async () => {
  const order = await suite.people.place({}, [suite.mall.skus.cup]);
  const ref = { orderId: order.id, fulfillmentId: order.fulfillments[0]?.id ?? '' };
  await suite.world.stopWorkers();
  for (const kind of ['pick', 'recheck', 'pack'] as const) {
    const { items } = granted(
      await suite.world.tasks.list(callerFor('platform'), { status: 'open', kind, orderId: order.id, limit: 10 }),
    );
    for (const task of items) granted(await suite.world.tasks.complete(callerFor('platform'), intent(), task.id, {}));
  }
  await suite.world.carrier.fault({ mode: 'error_after', operation: 'book' });
  await expect(lateTry(suite.world.activities.bookShipment, ref)).rejects.toThrow();
  const [asked] = (await stateOf(order)).operations
    .filter(({ kind }) => kind === 'book')
    .map(({ request }) => (request as { carrierCode: string }).carrierCode);
  const dearer = (by: number) =>
    suite.world.transactions.run(SYSTEM, (tx) =>
      tx
        .updateTable('carrier')
        .set((eb) => ({ baseAmount: eb('baseAmount', '+', by) }))
        .where('code', '=', asked ?? '')
        .execute(),
    );
  await dearer(1_000_000);
  await lateTry(suite.world.activities.bookShipment, ref);
  await dearer(-1_000_000);
  expect((await suite.people.read(order.id)).fulfillments[0]?.shipment?.carrierCode).toBe(asked);
  await suite.world.startWorkers();
}, 30_000);
