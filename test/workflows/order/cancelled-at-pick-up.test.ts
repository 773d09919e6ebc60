import { SYSTEM } from '../../../src/contracts/caller';
import type { OrderResource } from '../../../src/contracts/orders/order';
import type { CarrierScan } from '../../../src/contracts/statuses';
import { backorderFilled, cancelOrder } from '../../../workflows/messages';
import { until } from '../../sandboxes/sandboxes';
import { lateTry } from '../../support/cut-off';
import { callerFor, granted, intent } from '../../support/people';
import { startSuite } from '../../support/suite';
import { falseAudits } from '../../support/true-books';

/* The driver takes a parcel while its order is being cancelled: what the carrier has goes on, and is paid for. */
const suite = startSuite({ policies: { verdictTimeoutSeconds: 1 }, faultsIn: ['carrier', 'gateway'] });
const PLATFORM = callerFor('platform');
afterEach(() => jest.restoreAllMocks());

const labelled = async (skus = [suite.mall.skus.cup]): Promise<OrderResource> => {
  const { id } = await suite.people.place({}, skus);
  await suite.people.untilStatus(id, 'in_fulfillment');
  return suite.people.pack(id);
};
const cancel = (id: string, request = intent()) =>
  suite.world.orders.cancel(suite.people.storefront, request, id, { reason: 'customer_request' });
const voidsFail = () => suite.world.carrier.fault({ mode: 'down', operation: 'void', times: 1_000 });

/** Lets the driver scan the n-th parcel of an order; our side hears of it by webhook. */
async function scan({ fulfillments }: OrderResource, n: number, ...scans: CarrierScan[]): Promise<void> {
  const trackingNumber = fulfillments[n]?.shipment?.trackingNumber;
  for (const one of scans) {
    const { status } = await suite.world.carrier.call('POST', '/v1/scans', { trackingNumber, scan: one, place: 'Hub' });
    expect(status).toBeLessThan(300);
  }
}

/** Keeps the carrier's webhooks from our side until the returned function is called. */
function silenceCarrier(): () => void {
  const spy = jest.spyOn(suite.world.webhooks, 'carrier').mockRejectedValue(new Error('not now'));
  return () => {
    spy.mockRestore();
  };
}

const moves = (orderId: string) =>
  suite.world.transactions.run(SYSTEM, (tx) =>
    tx
      .selectFrom('operation')
      .select(['subjectType', 'kind', 'status'])
      .where('orderId', '=', orderId)
      .where('kind', 'in', ['void', 'capture', 'void_label'])
      .orderBy('startedAt')
      .execute(),
  );
const reserved = (orderId: string) =>
  suite.world.transactions.run(SYSTEM, (tx) =>
    tx.selectFrom('reservation').select(['status', 'fulfillmentId']).where('orderId', '=', orderId).execute(),
  );
/** Lists the audits that are not true once nothing is under way. */
async function untrue() {
  await suite.world.outbox.sweep(0);
  return falseAudits(suite.world, { graceMs: 0 });
}

const attendTasks = async (orderId: string) =>
  granted(await suite.world.tasks.list(PLATFORM, { orderId, kind: 'attend', status: 'open', limit: 10 })).items;

test('a parcel that was picked up before its label is voided goes on, is captured and ends delivered', async () => {
  const order = await labelled();
  await voidsFail();
  expect(granted(await cancel(order.id))).toMatchObject({ status: 202, body: { status: 'cancelling' } });
  await suite.people.untilAttention(order.id, 'carrier_unavailable');
  // Neither money nor stock moves before the carrier has answered.
  expect(await moves(order.id)).toEqual([{ subjectType: 'shipment', kind: 'void_label', status: 'started' }]);
  expect((await reserved(order.id)).map(({ status }) => status)).toEqual(['allocated']);
  await scan(order, 0, 'picked_up', 'in_transit');
  await suite.endFaults();
  const shipped = await suite.people.untilStatus(order.id, 'shipped');
  expect(shipped).toMatchObject({
    fulfillments: [{ status: 'handed_over', shipment: { status: 'in_transit' } }],
    payments: [{ captured: order.total, voided: { amount: 0 } }],
  });
  await scan(order, 0, 'signed');
  await suite.people.untilStatus(order.id, 'completed');
  expect(await suite.people.eventTypes(order.id)).toEqual(
    expect.arrayContaining(['order.cancellation_requested', 'order.cancellation_too_late', 'payment.captured']),
  );
  expect(await attendTasks(order.id)).toEqual([]);
  expect(await untrue()).toEqual([]);
}, 60_000);

test('a carrier that refuses the void ends the cancellation, though no scan has come', async () => {
  const order = await labelled();
  const speak = silenceCarrier();
  await scan(order, 0, 'picked_up');
  const request = intent();
  const answer = await cancel(order.id, request);
  if ('status' in answer && answer.status === 202) await suite.people.untilStatus(order.id, 'shipped');
  else expect(answer).toMatchObject({ refused: 'order_not_cancellable' });
  expect(await suite.people.untilStatus(order.id, 'shipped')).toMatchObject({ attention: null });
  speak();
  expect(await cancel(order.id, request)).toMatchObject({ refused: 'order_not_cancellable' });
  await scan(order, 0, 'refused', 'returned');
  const returned = await suite.people.untilStatus(order.id, 'returned');
  expect(returned.payments).toMatchObject([{ captured: order.total, refunded: order.total }]);
  expect(await untrue()).toEqual([]);
}, 60_000);

test('a parcel that is signed for while its order is being cancelled is delivered', async () => {
  const order = await labelled();
  await voidsFail();
  granted(await cancel(order.id));
  await suite.people.scan(order.id, 'picked_up', 'in_transit', 'out_for_delivery', 'delivered', 'signed');
  // The carrier's own word is enough: it is not asked again.
  const completed = await suite.people.untilStatus(order.id, 'completed');
  await suite.endFaults();
  expect(completed).toMatchObject({ fulfillments: [{ status: 'delivered', shipment: { status: 'signed' } }] });
  expect(await untrue()).toEqual([]);
}, 60_000);

test('of two parcels one is picked up: the other is undone, and the order goes on without it', async () => {
  const { lamp, rug } = suite.mall.skus;
  const order = await labelled([lamp, rug]);
  expect(order.fulfillments).toHaveLength(2);
  const speak = silenceCarrier();
  await scan(order, 0, 'picked_up');
  const request = intent();
  granted(await cancel(order.id, request));
  await suite.people.untilStatus(order.id, 'shipped');
  await until(async () => (await suite.people.read(order.id)).fulfillments[1]?.status === 'cancelled');
  // The same request again shows the order as it continues; another one comes too late.
  expect(granted(await cancel(order.id, request)).body.fulfillments).toMatchObject([
    { status: 'handed_over' },
    { status: 'cancelled' },
  ]);
  expect(await cancel(order.id)).toMatchObject({ refused: 'order_not_cancellable' });
  speak();
  await scan(order, 0, 'signed');
  const completed = await suite.people.untilStatus(order.id, 'completed');
  const [payment] = completed.payments;
  expect(payment?.captured.amount).toBeGreaterThan(0);
  expect(payment?.voided.amount).toBeGreaterThan(0);
  expect((payment?.captured.amount ?? 0) + (payment?.voided.amount ?? 0)).toBe(order.total.amount);
  expect((await reserved(order.id)).map(({ status }) => status).sort()).toEqual(['released', 'shipped']);
  expect(await untrue()).toEqual([]);
}, 60_000);

test('a carrier that keeps one label blocks neither the money nor the stock of the other fulfillment', async () => {
  const { lamp, rug } = suite.mall.skus;
  const order = await labelled([lamp, rug]);
  const [first, second] = order.fulfillments;
  const kept = await suite.world.transactions.run(SYSTEM, (tx) =>
    tx
      .selectFrom('shipment')
      .select('providerReference')
      .where('fulfillmentId', '=', first?.id ?? '')
      .executeTakeFirstOrThrow(),
  );
  const ask = suite.world.carriers.void.bind(suite.world.carriers);
  const spy = jest
    .spyOn(suite.world.carriers, 'void')
    .mockImplementation((reference, signal) =>
      reference === kept.providerReference
        ? Promise.resolve({ status: 'refused', reason: 'system_closed' })
        : ask(reference, signal),
    );
  granted(await cancel(order.id));
  await suite.people.untilAttention(order.id, 'carrier_unavailable');
  const waiting = await suite.people.read(order.id);
  expect(waiting.fulfillments.map(({ status }) => status)).toEqual(['cancelling', 'cancelled']);
  expect(waiting.payments[0]?.voided.amount).toBeGreaterThan(0);
  expect(waiting.payments[0]?.voided.amount).toBeLessThan(order.total.amount);
  expect((await reserved(order.id)).find(({ fulfillmentId }) => fulfillmentId === second?.id)?.status).toBe('released');
  spy.mockRestore();
  const cancelled = await suite.people.untilStatus(order.id, 'cancelled');
  expect(cancelled.payments).toMatchObject([{ voided: order.total, captured: { amount: 0 } }]);
  expect(await untrue()).toEqual([]);
}, 60_000);

test('an order whose workflow is lost while it is cancelled at the pick-up is adopted, and goes on', async () => {
  const order = await labelled();
  await voidsFail();
  granted(await cancel(order.id));
  await scan(order, 0, 'picked_up');
  await suite.workflowOf(order.id).terminate('by hand');
  await suite.endFaults();
  granted(
    await suite.world.adoptions.adopt(callerFor('support'), intent(), order.id, {
      reason: 'operator_decision',
      evenIfRunning: false,
    }),
  );
  await suite.people.untilStatus(order.id, 'shipped');
  await scan(order, 0, 'signed');
  const completed = await suite.people.untilStatus(order.id, 'completed');
  expect(completed.payments).toMatchObject([{ captured: order.total, voided: { amount: 0 } }]);
  expect(await untrue()).toEqual([]);
}, 60_000);

test('a label that its carrier voids after it has scanned the parcel is looked at by a person', async () => {
  const order = await labelled();
  const ask = suite.world.carriers.void.bind(suite.world.carriers);
  jest.spyOn(suite.world.carriers, 'void').mockImplementationOnce(async (reference, signal) => {
    const answer = await ask(reference, signal);
    await suite.world.webhooks.carrier(suite.world.carriers.code, {
      eventId: 'scanned-and-voided',
      event: {
        trackingNumber: order.fulfillments[0]?.shipment?.trackingNumber ?? '',
        scan: 'picked_up',
        at: new Date().toISOString(),
        place: null,
      },
    });
    return answer;
  });
  await cancel(order.id);
  await suite.people.untilStatus(order.id, 'cancelled');
  expect(await attendTasks(order.id)).toMatchObject([{ reason: 'carrier_contradicts' }]);
}, 60_000);

test('an order one of whose labels is not voided yet is cancelled in part, and the answer says so', async () => {
  const { lamp, rug } = suite.mall.skus;
  const order = await labelled([lamp, rug]);
  await voidsFail();
  const asked = suite
    .workflowOf(order.id)
    .executeUpdate(cancelOrder, { args: [{ reason: 'customer_request', actor: 'support:test' }] });
  await suite.people.untilStatus(order.id, 'cancelling');
  await scan(order, 0, 'picked_up');
  await suite.people.untilStatus(order.id, 'shipped');
  expect((await suite.people.read(order.id)).fulfillments.map(({ status }) => status)).toEqual([
    'handed_over',
    'cancelling',
  ]);
  await suite.endFaults();
  expect(await asked).toEqual({ outcome: 'partially_cancelled' });
  await scan(order, 0, 'refused', 'returned');
  // All that was not cancelled came back.
  const returned = await suite.people.untilStatus(order.id, 'returned');
  expect(returned.fulfillments.map(({ status }) => status)).toEqual(['returned', 'cancelled']);
  expect(await untrue()).toEqual([]);
}, 60_000);

test('an order is cancelled once its abandoned booking is voided, however long that waits', async () => {
  const { id } = await suite.people.place({}, [suite.mall.skus.cup]);
  await suite.people.untilStatus(id, 'in_fulfillment');
  await suite.world.carrier.fault({ mode: 'error_after', times: 1, operation: 'book' });
  await suite.world.carrier.fault({ mode: 'down', times: 1_000, operation: 'find' });
  await suite.people.completeTasks(id);
  await suite.people.untilAttention(id, 'carrier_unavailable');
  const fulfillmentId = (await suite.people.read(id)).fulfillments[0]?.id ?? '';
  granted(
    await suite.interventions.intervene(callerFor('support'), intent(), id, 'chooseCarrier', {
      fulfillmentId,
      carrierCode: 'swift',
      reason: 'provider_down',
    }),
  );
  granted(await cancel(id));
  await until(async () => (await suite.people.read(id)).fulfillments[0]?.status === 'cancelled', 30_000);
  // What wakes the run meanwhile ends nothing.
  await suite.workflowOf(id).signal(backorderFilled);
  await suite.people.untilAttention(id, 'carrier_unavailable');
  await suite.endFaults();
  await suite.people.untilStatus(id, 'cancelled');
  expect(await suite.people.eventTypes(id)).not.toContain('retry.requested');
  expect(await untrue()).toEqual([]);
}, 90_000);

test('an order whose workflow is lost between stock and money is adopted, and its money is voided', async () => {
  const order = await labelled();
  const ref = { orderId: order.id, fulfillmentId: order.fulfillments[0]?.id ?? '' };
  await suite.workflowOf(order.id).terminate('by hand');
  const { beginCancellation, voidShipment, cancelFulfillment } = suite.world.activities;
  await lateTry(beginCancellation, { ...ref, reason: 'customer_request', actor: 'support:test' });
  await expect(lateTry(cancelFulfillment, ref)).rejects.toThrow('its label may be live');
  expect(await lateTry(voidShipment, ref)).toEqual({ status: 'voided' });
  await lateTry(cancelFulfillment, ref);
  granted(
    await suite.world.adoptions.adopt(callerFor('support'), intent(), order.id, {
      reason: 'operator_decision',
      evenIfRunning: false,
    }),
  );
  const cancelled = await suite.people.untilStatus(order.id, 'cancelled');
  expect(cancelled.payments).toMatchObject([{ voided: order.total }]);
  expect(await untrue()).toEqual([]);
}, 60_000);

test('late steps of a cancellation change nothing of an order that continues', async () => {
  const order = await labelled();
  const ref = { orderId: order.id, fulfillmentId: order.fulfillments[0]?.id ?? '' };
  await scan(order, 0, 'picked_up');
  await suite.people.untilStatus(order.id, 'shipped');
  const { finishCancellation, cancelFulfillment, voidFulfillmentAmount, voidPayment, voidShipment } =
    suite.world.activities;
  await expect(lateTry(finishCancellation, { ...ref, reason: 'customer_request' })).rejects.toThrow('is shipped');
  await expect(lateTry(cancelFulfillment, ref)).rejects.toThrow('is handed_over');
  await expect(lateTry(voidFulfillmentAmount, ref)).rejects.toThrow('is handed_over');
  await lateTry(voidPayment, { orderId: order.id, paymentId: order.payments[0]?.id ?? '' });
  expect(await lateTry(voidShipment, ref)).toEqual({ status: 'handed_over' });
  await scan(order, 0, 'signed');
  await suite.people.untilStatus(order.id, 'completed');
  expect(await untrue()).toEqual([]);
}, 60_000);

test('a fulfillment that release 0.5 called cancelled while its label was live is handed over, too', async () => {
  const order = await labelled();
  const speak = silenceCarrier();
  await scan(order, 0, 'picked_up');
  await suite.world.stopWorkers();
  granted(await cancel(order.id));
  await suite.world.transactions.run(SYSTEM, (tx) =>
    tx.updateTable('fulfillment').set({ status: 'cancelled' }).where('orderId', '=', order.id).execute(),
  );
  await suite.world.startWorkers();
  await suite.people.untilStatus(order.id, 'shipped');
  speak();
  await scan(order, 0, 'signed');
  await suite.people.untilStatus(order.id, 'completed');
  expect(await untrue()).toEqual([]);
}, 60_000);
