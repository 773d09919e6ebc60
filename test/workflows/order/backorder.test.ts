import { SYSTEM } from '../../../src/contracts/caller';
import type { OrderResource } from '../../../src/contracts/orders/order';
import { until } from '../../sandboxes/sandboxes';
import { backorderedSku } from '../../support/backorders';
import { INCOMPLETE, correctAddress } from '../../support/held-orders';
import { type TestSku } from '../../support/mall';
import type { People } from '../../support/people';
import { callerFor, granted, intent } from '../../support/people';
import { startSuite } from '../../support/suite';
import { falseAudits } from '../../support/true-books';

const suite = startSuite();

const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const buy = (sku: TestSku, quantity: number, change: Parameters<People['place']>[0] = {}) =>
  suite.people.place({ lines: [{ skuId: sku.id, quantity }], ...change });
const deliver = async (sku: TestSku, quantity: number, place: 0 | 1 = 0) =>
  granted(
    await suite.world.stock.receive(callerFor('merchant', sku.merchantId), intent(), {
      skuId: sku.id,
      warehouseId: suite.mall.warehouseIds[place],
      lotCode: 'L2',
      quantity,
      reference: 'DN-1',
    }),
  );
const waiting = ({ backorder }: OrderResource) => backorder?.lines.map((line) => line.waiting);
const expectTrueBooks = async () => {
  await until(() =>
    suite.world.transactions.run(
      SYSTEM,
      async (tx) =>
        (await tx.selectFrom('workflow_message').select('id').where('signal', '=', 'backorderFilled').execute())
          .length === 0,
    ),
  );
  expect(await falseAudits(suite.world, { pauseMs: 200 })).toEqual([]);
};

test('an order for more than the free stock gets an agreed date, and goes on with its last goods', async () => {
  const sku = await backorderedSku(suite.world.transactions, suite.mall, 1);
  const order = await suite.people.place({
    lines: [
      { skuId: sku.id, quantity: 3 },
      { skuId: suite.mall.skus.cup.id, quantity: 1 },
    ],
  });
  expect(order).toMatchObject({
    status: 'awaiting_stock',
    stage: 'receive',
    attention: null,
    payments: [{ status: 'authorized' }],
    fulfillments: [],
    backorder: {
      agreedOn: day(10),
      lines: [{ skuId: sku.id, quantity: 2, waiting: 2, expectedOn: day(10), basis: 'lead_days' }],
    },
  });
  const progress = await suite.workflowOf(order.id).query<{ status: string; waitsFor: string[] }>('getProgress');
  expect(progress).toMatchObject({
    status: 'awaiting_stock',
    waitsFor: [expect.stringMatching(new RegExp(`${day(10)}.*backorderFilled`))],
  });

  // A Signal that is typed too early is no proof: the books are asked.
  await suite.workflowOf(order.id).signal('backorderFilled');
  await deliver(sku, 1);
  expect(waiting(await suite.people.read(order.id))).toEqual([1]);
  expect((await suite.people.read(order.id)).status).toBe('awaiting_stock');
  await deliver(sku, 1, 1);
  const released = await suite.people.untilStatus(order.id, 'in_fulfillment');
  expect(released.fulfillments.flatMap(({ lines }) => lines).reduce((sum, { quantity }) => sum + quantity, 0)).toBe(4);
  expect(released.fulfillments.reduce((sum, { total }) => sum + total.amount, 0)).toBe(order.total.amount);
  expect(released.backorder).toMatchObject({ lines: [{ quantity: 2, waiting: 0 }] });
  expect((await suite.people.eventTypes(order.id)).filter((type) => /stock|order/.test(type))).toEqual([
    'order.received',
    'stock.reserved',
    'stock.backordered',
    'order.backordered',
    'stock.reserved',
    'stock.reserved',
    'order.accepted',
  ]);
  await suite.people.pack(order.id);
  await suite.people.handOver(order.id);
  await suite.people.scan(order.id, 'signed');
  await suite.people.untilStatus(order.id, 'completed');
  await expectTrueBooks();
}, 60_000);

test('cancelling one that waits gives the money back, and its goods to the next', async () => {
  const sku = await backorderedSku(suite.world.transactions, suite.mall, 2);
  const first = await buy(sku, 3);
  const next = await buy(sku, 2);
  expect([waiting(first), waiting(next)]).toEqual([[1], [2]]);
  const cancelled = granted(
    await suite.world.orders.cancel(suite.people.storefront, intent(), first.id, { reason: 'customer_request' }),
  ).body;
  expect(cancelled).toMatchObject({
    status: 'cancelled',
    payments: [{ authorized: first.total, voided: first.total }],
    backorder: { lines: [{ waiting: 0 }] },
  });
  await suite.world.outbox.sweep(0);
  await suite.people.untilStatus(next.id, 'in_fulfillment');
  await expectTrueBooks();
}, 60_000);

test('goods that come before it is paid for are held for it, and it does not wait then', async () => {
  const sku = await backorderedSku(suite.world.transactions, suite.mall, 0);
  const order = await buy(sku, 1, { payment: { method: 'card', token: 'tok_redirect' } });
  expect(order).toMatchObject({
    status: 'awaiting_payment',
    backorder: { agreedOn: day(10), lines: [{ waiting: 1 }] },
  });
  await deliver(sku, 1);
  expect(waiting(await suite.people.read(order.id))).toEqual([0]);
  await suite.world.gateway.call('POST', `/v1/authorizations/${order.nextAction?.url.split('/').pop() ?? ''}/action`, {
    approve: true,
  });
  await suite.people.untilStatus(order.id, 'in_fulfillment');
  expect(await suite.people.eventTypes(order.id)).not.toContain('order.backordered');
});

test('the agreed day passes: a person is asked to look, and it goes on when the goods are there', async () => {
  const sku = await backorderedSku(suite.world.transactions, suite.mall, 0);
  const late = await buy(sku, 1, { payment: { method: 'card', token: 'tok_redirect' } });
  await suite.world.transactions.run(SYSTEM, (tx) =>
    tx
      .updateTable('orders')
      .set({ agreedOn: day(-1) })
      .where('id', '=', late.id)
      .execute(),
  );
  await suite.world.gateway.call('POST', `/v1/authorizations/${late.nextAction?.url.split('/').pop() ?? ''}/action`, {
    approve: true,
  });
  await until(async () => (await suite.people.read(late.id)).attention === 'backorder_overdue');
  const { items } = granted(
    await suite.world.interventions.attention(callerFor('support'), { limit: 10, reason: 'backorder_overdue' }),
  );
  expect(items).toEqual([
    expect.objectContaining({
      orderId: late.id,
      status: 'awaiting_stock',
      waitsFor: ['goods that are on backorder'],
      verbs: ['cancelOrder', 'handToPerson'],
    }),
  ]);
  await deliver(sku, 1);
  expect((await suite.people.untilStatus(late.id, 'in_fulfillment')).attention).toBeNull();
});

test('a need is opened for what is owed, and what the supplier confirms says when', async () => {
  const sku = await backorderedSku(suite.world.transactions, suite.mall, 0);
  await suite.world.transactions.run(SYSTEM, async (tx) => {
    await tx.insertInto('supplier').values({ id: 'sup_b', code: 'maker-b', name: 'Maker' }).execute();
    await tx.updateTable('sku').set({ supplierId: 'sup_b' }).where('id', '=', sku.id).execute();
  });
  const first = await buy(sku, 4);
  expect(first.backorder?.lines[0]?.basis).toBe('lead_days');
  const read = async () =>
    granted(await suite.world.replenishments.list(callerFor('platform'), { skuId: sku.id, limit: 5 })).items;
  await suite.world.outbox.sweep(0);
  await until(async () => (await read())[0]?.status === 'confirmed', 20_000);
  expect(await read()).toEqual([expect.objectContaining({ asked: 4, confirmed: 4 })]);
  const [replenishment] = await read();
  // More is on its way than is owed: as if one more had been confirmed.
  await suite.world.transactions.run(SYSTEM, (tx) =>
    tx
      .updateTable('replenishment')
      .set({ confirmed: 6 })
      .where('id', '=', replenishment?.id ?? '')
      .execute(),
  );
  const ask = async () =>
    granted(
      await suite.world.stock.availability(suite.people.storefront, {
        skuId: sku.id,
        country: 'BR',
        urgency: 'standard',
      }),
    ).backorder;
  expect(await ask()).toEqual({ expectedOn: replenishment?.expectedOn, basis: 'supplier', remaining: null });
  expect((await buy(sku, 2)).backorder).toMatchObject({
    agreedOn: replenishment?.expectedOn,
    lines: [{ basis: 'supplier' }],
  });
  expect((await buy(sku, 1)).backorder).toMatchObject({ agreedOn: day(10), lines: [{ basis: 'lead_days' }] });
  await deliver(sku, 6);
  await suite.people.untilStatus(first.id, 'in_fulfillment');
  // The shelf has its need open again for the unit that is still owed.
  await until(async () => (await read())[0]?.asked === 1, 20_000);
}, 60_000);

test('an order on hold keeps its place in the queue', async () => {
  const sku = await backorderedSku(suite.world.transactions, suite.mall, 0);
  const held = await buy(sku, 1, { recipient: INCOMPLETE });
  expect(held).toMatchObject({ status: 'awaiting_address', backorder: { agreedOn: day(10) } });
  const second = await buy(sku, 1);
  await deliver(sku, 1);
  expect([waiting(await suite.people.read(held.id)), waiting(await suite.people.read(second.id))]).toEqual([[0], [1]]);
  expect((await correctAddress(suite.world, suite.people, held.id)).status).toBe('in_fulfillment');
  expect((await suite.people.read(second.id)).status).toBe('awaiting_stock');
});

test('a declined payment of an order that is owed goods waits for another one', async () => {
  const sku = await backorderedSku(suite.world.transactions, suite.mall, 0);
  const refused = await suite.world.orders.place(
    suite.people.storefront,
    intent(),
    suite.people.cart({ lines: [{ skuId: sku.id, quantity: 1 }], payment: { method: 'card', token: 'tok_declined' } }),
  );
  expect(refused).toMatchObject({ refused: 'payment_declined' });
  const { orderId } = (refused as unknown as { extensions: { orderId: string } }).extensions;
  const paid = granted(
    await suite.world.orders.pay(suite.people.storefront, intent(), orderId, { method: 'wallet', token: 'tok_ok' }),
  ).body;
  expect(paid).toMatchObject({ status: 'awaiting_stock', payUntil: null });
});
