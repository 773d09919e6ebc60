import type { WorkflowHandle } from '@temporalio/client';
import { orderWorkflowId } from '../../../src/contracts/temporal-names';
import { isRefusal } from '../../../src/contracts/errors';
import { SYSTEM } from '../../../src/contracts/caller';
import { seedMall, type TestMall } from '../../support/mall';
import { People, callerFor, granted, intent } from '../../support/people';
import { startWorld, type World } from '../../support/world';
import { until } from '../../sandboxes/sandboxes';

let world: World;
let mall: TestMall;
const PLATFORM = callerFor('platform');
let people: People;

beforeAll(async () => {
  world = await startWorld({ paymentWindowSeconds: 3 });
  mall = await seedMall(world.transactions);
  people = new People(world, mall);
}, 60_000);
afterAll(() => world.close());

const workflow = (orderId: string): WorkflowHandle =>
  world.temporal.client.workflow.getHandle(orderWorkflowId(orderId));
const reserved = () =>
  world.transactions
    .run(
      SYSTEM,
      async (tx) =>
        (
          await tx
            .selectFrom('stock')
            .select((eb) => eb.fn.sum<string>('reserved').as('sum'))
            .executeTakeFirstOrThrow()
        ).sum,
    )
    .then(Number);
const onHand = () =>
  world.transactions
    .run(
      SYSTEM,
      async (tx) =>
        (
          await tx
            .selectFrom('stock')
            .select((eb) => eb.fn.sum<string>('onHand').as('sum'))
            .executeTakeFirstOrThrow()
        ).sum,
    )
    .then(Number);

test('an order of two merchants goes from checkout to the doorstep', async () => {
  const [held, stock] = [await reserved(), await onHand()];
  const order = await people.place();
  expect(order).toMatchObject({
    status: 'in_fulfillment',
    stage: 'pick',
    goods: { amount: 19_970 },
    shipping: { amount: 1_700 },
  });
  expect(order.fulfillments.map((part) => part.total.amount)).toEqual([18_880, 2_790]);
  expect(await reserved()).toBe(held + 3);

  const packed = await people.pack(order.id);
  expect(packed.fulfillments.map((part) => part.shipment?.carrierCode)).toEqual(['steady', 'steady']);
  await people.handOver(order.id);
  expect([await reserved(), await onHand()]).toEqual([held, stock - 3]);
  await until(async () => (await people.read(order.id)).payments[0]?.status === 'settled');
  expect((await people.read(order.id)).payments).toMatchObject([{ status: 'settled', captured: { amount: 21_670 } }]);

  await people.scan(order.id, 'in_transit', 'out_for_delivery', 'delivered', 'signed');
  const done = await people.untilStatus(order.id, 'completed');
  expect(done.fulfillments.map((part) => part.status)).toEqual(['delivered', 'delivered']);
  expect(await workflow(order.id).result()).toBe('completed');
});

test('one merchant, one parcel costs at most 40 events and 5 workflow tasks', async () => {
  const order = await people.place({}, [mall.skus.cup]);
  await people.pack(order.id);
  await people.handOver(order.id);
  await people.scan(order.id, 'in_transit', 'out_for_delivery', 'delivered', 'signed');
  await people.untilStatus(order.id, 'completed');
  await workflow(order.id).result();
  const { events } = await workflow(order.id).fetchHistory();
  const tasks = events?.filter((event) => event.workflowTaskCompletedEventAttributes).length;
  expect(events?.length).toBeLessThanOrEqual(40);
  expect(tasks).toBeLessThanOrEqual(5);
});

test('a declined payment keeps the stock, and the customer pays otherwise', async () => {
  const declined = await world.orders.place(
    people.storefront,
    intent(),
    people.cart({ payment: { method: 'card', token: 'tok_insufficient_funds' } }),
  );
  expect(declined).toMatchObject({ refused: 'payment_declined', extensions: { declineCode: 'insufficient_funds' } });
  const orderId = isRefusal(declined) ? String(declined.extensions?.orderId) : '';
  const again = await world.orders.pay(people.storefront, intent(), orderId, { method: 'card', token: 'tok_declined' });
  expect(again).toMatchObject({ refused: 'payment_declined' });
  const paid = granted(
    await world.orders.pay(people.storefront, intent(), orderId, { method: 'wallet', token: 'tok_ok' }),
  ).body;
  expect(paid).toMatchObject({
    status: 'in_fulfillment',
    payments: [{ status: 'abandoned' }, { status: 'abandoned' }, { status: 'authorized' }],
  });
});

test('a payment window that passes gives everything back', async () => {
  const held = await reserved();
  const declined = await world.orders.place(
    people.storefront,
    intent(),
    people.cart({ payment: { method: 'card', token: 'tok_declined' } }),
  );
  const orderId = isRefusal(declined) ? String(declined.extensions?.orderId) : '';
  expect(await reserved()).toBe(held + 3);
  await people.untilStatus(orderId, 'cancelled');
  expect(await reserved()).toBe(held);
  expect(await people.told(orderId)).toEqual(expect.arrayContaining(['stock.released', 'order.cancelled']));
});

test('a customer who has to act is told how, and approves', async () => {
  const order = await people.place({ payment: { method: 'card', token: 'tok_redirect' } });
  expect(order).toMatchObject({ status: 'awaiting_payment', nextAction: { type: 'redirect' } });
  const reference = order.nextAction?.url.split('/').pop() ?? '';
  await world.gateway.call('POST', `/v1/authorizations/${reference}/action`, { approve: true });
  await people.untilStatus(order.id, 'in_fulfillment');
});

test('an approval that nobody gives is cancelled at the gateway too', async () => {
  const order = await people.place({ payment: { method: 'qr', token: 'tok_qr' } });
  expect(order.nextAction?.type).toBe('qr_code');
  const ended = await people.untilStatus(order.id, 'cancelled');
  expect(ended.payments).toMatchObject([{ status: 'abandoned' }]);
  const late = await world.gateway.call(
    'POST',
    `/v1/authorizations/${order.nextAction?.url.split('/').pop() ?? ''}/action`,
    { approve: true },
  );
  expect(late.status).toBe(409);
});

test('a parcel refused at the door comes back, is restocked and refunded', async () => {
  const stock = await onHand();
  const order = await people.place({ lines: [{ skuId: mall.skus.rug.id, quantity: 2 }] });
  await people.pack(order.id);
  await people.handOver(order.id);
  expect(await onHand()).toBe(stock - 2);
  await people.scan(order.id, 'out_for_delivery', 'refused', 'returned');
  const ended = await people.untilStatus(order.id, 'returned');
  expect(ended.payments).toMatchObject([{ captured: order.total, refunded: order.total }]);
  expect(await onHand()).toBe(stock);
});

describe('a cancellation', () => {
  const cancel = (orderId: string) =>
    world.orders.cancel(people.storefront, intent(), orderId, { reason: 'customer_request' });

  test('while the payment is awaited gives the stock back', async () => {
    const held = await reserved();
    const order = await people.place({ payment: { method: 'card', token: 'tok_redirect' } });
    expect(granted(await cancel(order.id)).body.status).toBe('cancelled');
    expect(await reserved()).toBe(held);
  });

  test('before packing voids the payment and ends the tasks', async () => {
    const held = await reserved();
    const order = await people.place();
    const ended = granted(await cancel(order.id)).body;
    expect(ended).toMatchObject({ status: 'cancelled', payments: [{ status: 'settled', voided: order.total }] });
    expect(await reserved()).toBe(held);
    expect(granted(await world.tasks.list(PLATFORM, { status: 'open', orderId: order.id, limit: 10 })).items).toEqual(
      [],
    );
  });

  test('whose Update was lost with all it had done is told to the order by the sweeper', async () => {
    const held = await reserved();
    const order = await people.place();
    // The books hold it; the worker died before Temporal had heard of any of it.
    await world.activities.beginCancellation({
      orderId: order.id,
      reason: 'customer_request',
      actor: 'storefront:test',
    });
    await world.messenger.sweep(0);
    expect(await workflow(order.id).result()).toBe('cancelled');
    expect(await reserved()).toBe(held);
  });

  test('with a label voids it at the carrier', async () => {
    const order = await people.place();
    await people.pack(order.id);
    const ended = granted(await cancel(order.id)).body;
    expect(ended.fulfillments.map((part) => part.shipment?.status)).toEqual(['voided', 'voided']);
    for (const part of ended.fulfillments) {
      expect(await world.shipments.handOver(PLATFORM, intent(), part.id)).toMatchObject({
        refused: 'fulfillment_not_ready',
      });
    }
  });

  test('after the hand-over is refused, and the order goes on', async () => {
    const order = await people.place({}, [mall.skus.cup]);
    await people.pack(order.id);
    await people.handOver(order.id);
    expect(await cancel(order.id)).toMatchObject({ refused: 'order_not_cancellable' });
    await people.scan(order.id, 'signed');
    await people.untilStatus(order.id, 'completed');
    expect(await cancel(order.id)).toMatchObject({ refused: 'order_not_cancellable' });
  });

  test('that races with the payment and the warehouse leaves nothing behind', async () => {
    const held = await reserved();
    await Promise.all(
      Array.from({ length: 12 }, async (_, n) => {
        const order = await people.place({ payment: { method: 'card', token: 'tok_redirect' } }, [mall.skus.cup]);
        const approve = world.gateway.call(
          'POST',
          `/v1/authorizations/${order.nextAction?.url.split('/').pop() ?? ''}/action`,
          { approve: true },
        );
        if (n % 2) await approve;
        const [ended] = await Promise.all([cancel(order.id), approve]);
        expect(granted(ended).body.status).toBe('cancelled');
        const { payments } = await people.read(order.id);
        expect(
          payments.every(
            (payment) => payment.voided.amount === payment.authorized.amount && payment.captured.amount === 0,
          ),
        ).toBe(true);
      }),
    );
    expect(await reserved()).toBe(held);
  });

  test('pressed in the Temporal Web UI means the same', async () => {
    const order = await people.place();
    await workflow(order.id).cancel();
    await people.untilStatus(order.id, 'cancelled');
    expect(await workflow(order.id).result()).toBe('cancelled');
  });
});

test('staff can end every wait by the message that the details name', async () => {
  const order = await people.place({}, [mall.skus.cup]);
  const [part] = order.fulfillments;
  const about = { fulfillmentId: part?.id ?? '' };
  await workflow(order.id).signal('parcelPacked', about);
  await until(async () => (await people.read(order.id)).fulfillments[0]?.status === 'labelled');
  await workflow(order.id).signal('parcelHandedOver', about);
  await people.untilStatus(order.id, 'shipped');
  await workflow(order.id).signal('carrierReported', { ...about, scan: 'signed' });
  await people.untilStatus(order.id, 'completed');
});
