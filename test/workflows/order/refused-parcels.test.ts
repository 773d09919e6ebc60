import { SYSTEM } from '../../../src/contracts/caller';
import type { OrderResource } from '../../../src/contracts/orders/order';
import { until } from '../../sandboxes/sandboxes';
import { publishPromotion } from '../../support/promotions';
import { startSuite } from '../../support/suite';
import { falseAudits } from '../../support/true-books';

const suite = startSuite();
let coupon: string;

beforeAll(async () => {
  await publishPromotion(suite.world.transactions, { kind: 'percentage', rate: 1_000, platformShare: 6_000 });
  await publishPromotion(suite.world.transactions, { kind: 'nth_item', n: 3, rate: 5_000 }, suite.mall.merchantIds[0]);
  await publishPromotion(suite.world.transactions, { kind: 'free_shipping', atMost: 333, platformShare: 5_000 });
  coupon = await publishPromotion(suite.world.transactions, {
    kind: 'fixed_amount',
    amount: 777,
    coupon: { code: 'BACK' },
    limits: { total: 5 },
  });
}, 120_000);

type Fulfillment = OrderResource['fulfillments'][number];

/** Lets the carrier bring one fulfillment back, and waits for its refund. */
async function comesBack(orderId: string, fulfillment: Fulfillment): Promise<void> {
  for (const scan of ['refused', 'returned']) {
    const { status } = await suite.world.carrier.call('POST', '/v1/scans', {
      trackingNumber: fulfillment.shipment?.trackingNumber,
      scan,
      place: 'Hub',
    });
    expect(status).toBeLessThan(300);
  }
  await until(async () => (await refunds(orderId)).some(({ fulfillmentId }) => fulfillmentId === fulfillment.id));
}

async function refunds(
  orderId: string,
): Promise<{ fulfillmentId: string; amount: number; goods: number; shipping: number }[]> {
  return suite.world.transactions.run(SYSTEM, async (tx) => {
    const rows = await tx
      .selectFrom('timeline_event')
      .select('data')
      .where('orderId', '=', orderId)
      .where('type', '=', 'payment.refunded')
      .orderBy('seq')
      .execute();
    return rows.map(({ data }) => data as Awaited<ReturnType<typeof refunds>>[number]);
  });
}

/** Reads the balance of each account of an order. */
const booked = (orderId: string): Promise<Record<string, number>> =>
  suite.world.transactions.run(SYSTEM, async (tx) => {
    const rows = await tx
      .selectFrom('ledger_entry as e')
      .innerJoin('ledger_transaction as t', 't.id', 'e.transactionId')
      .select((eb) => ['e.account', eb.fn.sum<string>('e.amount').as('amount')])
      .where('t.orderId', '=', orderId)
      .groupBy('e.account')
      .execute();
    return Object.fromEntries(rows.map(({ account, amount }) => [account, Number(amount)]));
  });

/** Reads what the reservations of a fulfillment say was paid for it. */
const paidFor = (fulfillmentId: string) =>
  suite.world.transactions.run(SYSTEM, async (tx) => {
    const rows = await tx
      .selectFrom('reservation')
      .select(['quantity', 'amount', 'shippingAmount', 'platformAmount'])
      .where('fulfillmentId', '=', fulfillmentId)
      .execute();
    const sum = (of: (row: (typeof rows)[number]) => number) => rows.reduce((total, row) => total + of(row), 0);
    return {
      units: sum((row) => row.quantity),
      amount: sum((row) => row.amount),
      shipping: sum((row) => row.shippingAmount),
      mall: sum((row) => row.platformAmount),
    };
  });

test('each of two fulfillments of one line refunds its units and delivery; both clear the ledger', async () => {
  const order = await suite.people.place({
    lines: [{ skuId: suite.mall.skus.lamp.id, quantity: 23 }],
    couponCodes: ['BACK'],
  });
  await suite.people.pack(order.id);
  const {
    fulfillments: [first, second, ...others],
  } = await suite.people.handOver(order.id);
  if (!first || !second || others.length > 0) throw new Error('The order should have two fulfillments');
  await until(
    async () => (await suite.people.eventTypes(order.id)).filter((type) => type === 'payment.captured').length === 2,
  );
  const [paid, rest] = [await paidFor(first.id), await paidFor(second.id)];
  expect([paid.units + rest.units, paid.amount + rest.amount, paid.shipping + rest.shipping]).toEqual([
    23,
    order.total.amount,
    order.shipping.amount,
  ]);

  // A commission that changes later changes nothing of one that was taken.
  await suite.world.transactions.run(SYSTEM, (tx) =>
    tx.updateTable('merchant').set({ commissionBp: 4_321 }).where('id', '=', first.merchantId).execute(),
  );
  await comesBack(order.id, first);
  expect(await refunds(order.id)).toEqual([
    expect.objectContaining({
      fulfillmentId: first.id,
      amount: paid.amount,
      goods: paid.amount - paid.shipping,
      shipping: paid.shipping,
    }),
  ]);
  const half = await booked(order.id);
  // The balance is the second fulfillment's: its money, the mall's share of its discounts, and who gets both.
  expect(half).toMatchObject({ 'gateway.clearing': rest.amount, 'mall.promotion': rest.mall });
  expect((half['merchant.payable'] ?? 0) + (half['mall.commission'] ?? 0)).toBe(-rest.amount - rest.mall);
  expect((await suite.people.read(order.id)).payments).toMatchObject([
    { captured: order.total, refunded: { amount: paid.amount } },
  ]);

  await comesBack(order.id, second);
  await suite.people.untilStatus(order.id, 'returned');
  expect((await refunds(order.id)).map(({ amount }) => amount)).toEqual([paid.amount, rest.amount]);
  expect(await booked(order.id)).toMatchObject({
    'gateway.clearing': 0,
    'merchant.payable': 0,
    'mall.commission': 0,
    'mall.promotion': 0,
    'payment.open': 0,
  });
  // An order that came back keeps its use of a coupon.
  const use = await suite.world.transactions.run(SYSTEM, (tx) =>
    tx.selectFrom('promotion_use').select(['promotionId', 'status']).where('orderId', '=', order.id).execute(),
  );
  expect(use).toEqual([{ promotionId: coupon, status: 'held' }]);
});

test("one merchant's fulfillment comes back and the other's is signed for: every audit is true", async () => {
  const order = await suite.people.place({
    lines: [
      { skuId: suite.mall.skus.lamp.id, quantity: 1 },
      { skuId: suite.mall.skus.cup.id, quantity: 3 },
    ],
    couponCodes: ['BACK'],
  });
  await suite.people.pack(order.id);
  const { fulfillments } = await suite.people.handOver(order.id);
  const [back, kept] = [
    fulfillments.find(({ merchantId }) => merchantId === suite.mall.merchantIds[1]),
    fulfillments.find(({ merchantId }) => merchantId === suite.mall.merchantIds[0]),
  ];
  if (!back || !kept) throw new Error('The order lacks a fulfillment of each merchant');
  const paid = await paidFor(back.id);
  await comesBack(order.id, back);
  expect(
    (
      await suite.world.carrier.call('POST', '/v1/scans', {
        trackingNumber: kept.shipment?.trackingNumber,
        scan: 'signed',
        place: 'Hub',
      })
    ).status,
  ).toBeLessThan(300);
  expect(await suite.people.untilStatus(order.id, 'completed')).toMatchObject({
    payments: [{ captured: order.total, refunded: { amount: paid.amount } }],
  });
  await suite.world.outbox.sweep(0);
  await until(() =>
    suite.world.transactions.run(
      SYSTEM,
      async (tx) => (await tx.selectFrom('workflow_message').select('id').execute()).length === 0,
    ),
  );
  expect(await falseAudits(suite.world)).toEqual([]);
});

test('goods that are not back on the shelf are not refunded', async () => {
  const order = await suite.people.place({ lines: [{ skuId: suite.mall.skus.cup.id, quantity: 1 }] });
  await suite.people.pack(order.id);
  const {
    fulfillments: [part],
  } = await suite.people.handOver(order.id);
  await expect(
    suite.world.activities.refundPayment({ orderId: order.id, fulfillmentId: part?.id ?? '' }),
  ).rejects.toThrow('came back');
  expect(await refunds(order.id)).toEqual([]);
});

test('a scan that decides nothing, typed by staff, delays none that decides', async () => {
  const { id } = await suite.people.place({}, [suite.mall.skus.cup]);
  await suite.people.pack(id);
  const [fulfillment] = (await suite.people.handOver(id)).fulfillments;
  for (const scan of ['delivered', 'in_transit', 'no such scan'])
    await suite.workflowOf(id).signal('carrierReported', { fulfillmentId: fulfillment?.id, scan });
  await suite.people.scan(id, 'in_transit', 'out_for_delivery', 'delivered', 'signed');
  await suite.people.untilStatus(id, 'completed');
}, 60_000);
