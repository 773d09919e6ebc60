import { SANDBOX_CARRIER } from '../../../src/providers/carriers/sandbox-carrier';
import { SYSTEM } from '../../../src/contracts/caller';
import type { OrderResource } from '../../../src/contracts/orders/order';
import type { CarrierScan } from '../../../src/contracts/statuses';
import { carrierReported } from '../../../workflows/messages';
import { callerFor, granted, intent } from '../../support/people';
import { startSuite } from '../../support/suite';

/* A carrier reports what cannot be: nothing changes by itself, and a person is asked to look. */
const suite = startSuite();
const PLATFORM = callerFor('platform');
let events = 0;

/** Reports a scan of the n-th parcel of an order. The sandbox would refuse it: real carriers do not. */
async function report({ fulfillments }: OrderResource, n: number, scan: CarrierScan, at = new Date()): Promise<void> {
  const trackingNumber = fulfillments[n]?.shipment?.trackingNumber ?? '';
  events += 1;
  await suite.world.webhooks.carrier(SANDBOX_CARRIER, {
    eventId: `contradicting-${events}`,
    event: { trackingNumber, scan, at: at.toISOString(), place: null },
  });
}

const shipped = async (skus = [suite.mall.skus.cup]): Promise<OrderResource> => {
  const { id } = await suite.people.place({}, skus);
  await suite.people.pack(id);
  return suite.people.handOver(id);
};

const openTasks = async (orderId: string) =>
  granted(await suite.world.tasks.list(PLATFORM, { orderId, kind: 'attend', status: 'open', limit: 10 })).items;

async function attend(orderId: string): Promise<void> {
  for (const { id } of await openTasks(orderId))
    granted(await suite.world.tasks.complete(PLATFORM, intent(), id, { outcome: 'resolved' }));
}

test('a refused parcel that is signed for waits for a person, whose word ends the order', async () => {
  const order = await shipped();
  await report(order, 0, 'refused');
  await report(order, 0, 'signed');
  await suite.people.untilAttention(order.id, 'handed_to_person');
  expect(await openTasks(order.id)).toMatchObject([{ reason: 'carrier_contradicts', note: 'check_parcel' }]);
  expect(await suite.people.read(order.id)).toMatchObject({
    status: 'shipped',
    fulfillments: [{ status: 'returning', shipment: { status: 'refused' } }],
  });
  const fulfillmentId = order.fulfillments[0]?.id ?? '';
  await suite.workflowOf(order.id).signal(carrierReported, { fulfillmentId, scan: 'signed' });
  await suite.people.untilStatus(order.id, 'completed');
  await attend(order.id);
  expect(await suite.people.read(order.id)).toMatchObject({
    attention: null,
    fulfillments: [{ status: 'delivered', shipment: { status: 'signed' } }],
    payments: [{ captured: order.total, refunded: { amount: 0 } }],
  });
}, 60_000);

test('a parcel that was signed for and comes back keeps its status until a person has looked', async () => {
  const { lamp, rug } = suite.mall.skus;
  const order = await shipped([lamp, rug]);
  expect(order.fulfillments.length).toBeGreaterThan(1);
  await report(order, 0, 'signed');
  const seenAt = new Date();
  await report(order, 0, 'returned', seenAt);
  await report(order, 0, 'refused');
  await suite.people.untilAttention(order.id, 'handed_to_person');
  expect(await openTasks(order.id)).toHaveLength(1);
  expect((await suite.people.read(order.id)).fulfillments[0]).toMatchObject({
    status: 'delivered',
    shipment: { status: 'signed' },
  });
  await attend(order.id);
  await suite.people.untilAttention(order.id, null);
  // The carrier sends the same scan again.
  await report(order, 0, 'returned', seenAt);
  expect(await openTasks(order.id)).toEqual([]);
  for (const n of order.fulfillments.keys()) if (n > 0) await report(order, n, 'signed');
  const { payments } = await suite.people.untilStatus(order.id, 'completed');
  expect(payments).toMatchObject([{ refunded: { amount: 0 } }]);
}, 60_000);

test('a parcel that comes back after its order has ended opens a task, too', async () => {
  const order = await shipped();
  await report(order, 0, 'signed');
  await suite.people.untilStatus(order.id, 'completed');
  await report(order, 0, 'returned');
  expect(await openTasks(order.id)).toMatchObject([{ reason: 'carrier_contradicts' }]);
}, 60_000);

test('a scan that is older than its label neither hands the parcel over nor captures its money', async () => {
  const { id } = await suite.people.place({}, [suite.mall.skus.cup]);
  const labelled = await suite.people.pack(id);
  const lastYear = new Date(Date.now() - 365 * 86_400_000);
  for (const scan of ['in_transit', 'delivered', 'signed'] as const) await report(labelled, 0, scan, lastYear);
  await suite.people.untilAttention(id, 'handed_to_person');
  const order = await suite.people.read(id);
  expect(order).toMatchObject({
    status: 'in_fulfillment',
    fulfillments: [{ status: 'labelled', shipment: { status: 'booked' } }],
    payments: [{ captured: { amount: 0 } }],
  });
  await attend(id);
  await suite.people.handOver(id);
  await report(order, 0, 'signed');
  await suite.people.untilStatus(id, 'completed');
}, 60_000);

test('a tracking number that its carrier uses again belongs to the parcel on the road', async () => {
  const first = await shipped();
  await report(first, 0, 'signed');
  await suite.people.untilStatus(first.id, 'completed');
  const second = await shipped();
  await suite.world.transactions.run(SYSTEM, (tx) =>
    tx
      .updateTable('shipment')
      .set({ trackingNumber: first.fulfillments[0]?.shipment?.trackingNumber ?? '' })
      .where('orderId', '=', second.id)
      .execute(),
  );
  await report(await suite.people.read(second.id), 0, 'signed');
  await suite.people.untilStatus(second.id, 'completed');
}, 60_000);
