import { isRefusal } from '../../../src/contracts/errors';
import { SYSTEM } from '../../../src/contracts/caller';
import { callerFor, granted, intent } from '../../support/people';
import { until } from '../../sandboxes/sandboxes';
import { startSuite } from '../../support/suite';

const suite = startSuite({ policies: { paymentWindowSeconds: 3 } });
const PLATFORM = callerFor('platform');

const reserved = () =>
  suite.world.transactions
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
  suite.world.transactions
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
  const order = await suite.people.place();
  expect(order).toMatchObject({
    status: 'in_fulfillment',
    stage: 'pick',
    goods: { amount: 19_970 },
    shipping: { amount: 1_700 },
  });
  expect(order.fulfillments.map((part) => part.total.amount)).toEqual([18_880, 2_790]);
  expect(await reserved()).toBe(held + 3);

  const packed = await suite.people.pack(order.id);
  expect(packed.fulfillments.map((part) => part.shipment?.carrierCode)).toEqual(['steady', 'steady']);
  await suite.people.handOver(order.id);
  expect([await reserved(), await onHand()]).toEqual([held, stock - 3]);
  await until(async () => (await suite.people.read(order.id)).payments[0]?.status === 'settled');
  expect((await suite.people.read(order.id)).payments).toMatchObject([
    { status: 'settled', captured: { amount: 21_670 } },
  ]);

  await suite.people.scan(order.id, 'in_transit', 'out_for_delivery', 'delivered', 'signed');
  const done = await suite.people.untilStatus(order.id, 'completed');
  expect(done.fulfillments.map((part) => part.status)).toEqual(['delivered', 'delivered']);
  expect(await suite.workflowOf(order.id).result()).toBe('completed');
});

test('one merchant, one parcel costs at most 40 events and 5 workflow tasks', async () => {
  const order = await suite.people.place({}, [suite.mall.skus.cup]);
  await suite.people.pack(order.id);
  await suite.people.handOver(order.id);
  await suite.people.scan(order.id, 'in_transit', 'out_for_delivery', 'delivered', 'signed');
  await suite.people.untilStatus(order.id, 'completed');
  await suite.workflowOf(order.id).result();
  const { events } = await suite.workflowOf(order.id).fetchHistory();
  const tasks = events?.filter((event) => event.workflowTaskCompletedEventAttributes).length;
  expect(events?.length).toBeLessThanOrEqual(40);
  expect(tasks).toBeLessThanOrEqual(5);
});

test('a declined payment keeps the stock, and the customer pays otherwise', async () => {
  const declined = await suite.world.orders.place(
    suite.people.storefront,
    intent(),
    suite.people.cart({ payment: { method: 'card', token: 'tok_insufficient_funds' } }),
  );
  expect(declined).toMatchObject({ refused: 'payment_declined', extensions: { declineCode: 'insufficient_funds' } });
  const orderId = isRefusal(declined) ? String(declined.extensions?.orderId) : '';
  const again = await suite.world.orders.pay(suite.people.storefront, intent(), orderId, {
    method: 'card',
    token: 'tok_declined',
  });
  expect(again).toMatchObject({ refused: 'payment_declined' });
  const paid = granted(
    await suite.world.orders.pay(suite.people.storefront, intent(), orderId, { method: 'wallet', token: 'tok_ok' }),
  ).body;
  expect(paid).toMatchObject({
    status: 'in_fulfillment',
    payments: [{ status: 'abandoned' }, { status: 'abandoned' }, { status: 'authorized' }],
  });
});

test('a payment window that passes gives everything back', async () => {
  const held = await reserved();
  const declined = await suite.world.orders.place(
    suite.people.storefront,
    intent(),
    suite.people.cart({ payment: { method: 'card', token: 'tok_declined' } }),
  );
  const orderId = isRefusal(declined) ? String(declined.extensions?.orderId) : '';
  expect(await reserved()).toBe(held + 3);
  await suite.people.untilStatus(orderId, 'cancelled');
  expect(await reserved()).toBe(held);
  expect(await suite.people.eventTypes(orderId)).toEqual(expect.arrayContaining(['stock.released', 'order.cancelled']));
});

test('a customer who has to act learns how, and approves', async () => {
  const order = await suite.people.place({ payment: { method: 'card', token: 'tok_redirect' } });
  expect(order).toMatchObject({ status: 'awaiting_payment', nextAction: { type: 'redirect' } });
  const reference = order.nextAction?.url.split('/').pop() ?? '';
  await suite.world.gateway.call('POST', `/v1/authorizations/${reference}/action`, { approve: true });
  await suite.people.untilStatus(order.id, 'in_fulfillment');
});

test('an approval that nobody gives is cancelled at the gateway too', async () => {
  const order = await suite.people.place({ payment: { method: 'qr', token: 'tok_qr' } });
  expect(order.nextAction?.type).toBe('qr_code');
  const ended = await suite.people.untilStatus(order.id, 'cancelled');
  expect(ended.payments).toMatchObject([{ status: 'abandoned' }]);
  const late = await suite.world.gateway.call(
    'POST',
    `/v1/authorizations/${order.nextAction?.url.split('/').pop() ?? ''}/action`,
    { approve: true },
  );
  expect(late.status).toBe(409);
});

test('a parcel refused at the door comes back, is restocked and refunded', async () => {
  const stock = await onHand();
  const order = await suite.people.place({ lines: [{ skuId: suite.mall.skus.rug.id, quantity: 2 }] });
  await suite.people.pack(order.id);
  await suite.people.handOver(order.id);
  expect(await onHand()).toBe(stock - 2);
  await suite.people.scan(order.id, 'out_for_delivery', 'refused', 'returned');
  const ended = await suite.people.untilStatus(order.id, 'returned');
  expect(ended.payments).toMatchObject([{ captured: order.total, refunded: order.total }]);
  expect(await onHand()).toBe(stock);
});

describe('a cancellation', () => {
  const cancel = (orderId: string) =>
    suite.world.orders.cancel(suite.people.storefront, intent(), orderId, { reason: 'customer_request' });

  test('while the payment is awaited gives the stock back', async () => {
    const held = await reserved();
    const order = await suite.people.place({ payment: { method: 'card', token: 'tok_redirect' } });
    expect(granted(await cancel(order.id)).body.status).toBe('cancelled');
    expect(await reserved()).toBe(held);
  });

  test('before packing voids the payment and ends the tasks', async () => {
    const held = await reserved();
    const order = await suite.people.place();
    const ended = granted(await cancel(order.id)).body;
    expect(ended).toMatchObject({ status: 'cancelled', payments: [{ status: 'settled', voided: order.total }] });
    expect(await reserved()).toBe(held);
    expect(
      granted(await suite.world.tasks.list(PLATFORM, { status: 'open', orderId: order.id, limit: 10 })).items,
    ).toEqual([]);
  });

  test('whose Update was lost reaches the order through the sweeper', async () => {
    const held = await reserved();
    const order = await suite.people.place();
    // The books hold it; the worker died before Temporal had heard of any of it.
    await suite.world.activities.beginCancellation({
      orderId: order.id,
      reason: 'customer_request',
      actor: 'storefront:test',
    });
    await suite.world.outbox.sweep(0);
    expect(await suite.workflowOf(order.id).result()).toBe('cancelled');
    expect(await reserved()).toBe(held);
  });

  test('with a label voids it at the carrier', async () => {
    const order = await suite.people.place();
    await suite.people.pack(order.id);
    const ended = granted(await cancel(order.id)).body;
    expect(ended.fulfillments.map((part) => part.shipment?.status)).toEqual(['voided', 'voided']);
    for (const part of ended.fulfillments) {
      expect(await suite.world.shipments.handOver(PLATFORM, intent(), part.id)).toMatchObject({
        refused: 'fulfillment_not_ready',
      });
    }
  });

  test('after the hand-over is refused, and the order goes on', async () => {
    const order = await suite.people.place({}, [suite.mall.skus.cup]);
    await suite.people.pack(order.id);
    await suite.people.handOver(order.id);
    expect(await cancel(order.id)).toMatchObject({ refused: 'order_not_cancellable' });
    await suite.people.scan(order.id, 'signed');
    await suite.people.untilStatus(order.id, 'completed');
    expect(await cancel(order.id)).toMatchObject({ refused: 'order_not_cancellable' });
  });

  test('that races with the payment and the warehouse leaves nothing behind', async () => {
    const held = await reserved();
    await Promise.all(
      Array.from({ length: 12 }, async (_, n) => {
        const order = await suite.people.place({ payment: { method: 'card', token: 'tok_redirect' } }, [
          suite.mall.skus.cup,
        ]);
        const approve = suite.world.gateway.call(
          'POST',
          `/v1/authorizations/${order.nextAction?.url.split('/').pop() ?? ''}/action`,
          { approve: true },
        );
        if (n % 2) await approve;
        const [ended] = await Promise.all([cancel(order.id), approve]);
        expect(granted(ended).body.status).toBe('cancelled');
        const { payments } = await suite.people.read(order.id);
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
    const order = await suite.people.place();
    await suite.workflowOf(order.id).cancel();
    await suite.people.untilStatus(order.id, 'cancelled');
    expect(await suite.workflowOf(order.id).result()).toBe('cancelled');
  });
});

test('staff can end every wait by the message that the details name', async () => {
  const order = await suite.people.place({}, [suite.mall.skus.cup]);
  const [part] = order.fulfillments;
  const about = { fulfillmentId: part?.id ?? '' };
  await suite.workflowOf(order.id).signal('parcelPacked', about);
  await until(async () => (await suite.people.read(order.id)).fulfillments[0]?.status === 'labelled');
  await suite.workflowOf(order.id).signal('parcelHandedOver', about);
  await suite.people.untilStatus(order.id, 'shipped');
  await suite.workflowOf(order.id).signal('carrierReported', { ...about, scan: 'signed' });
  await suite.people.untilStatus(order.id, 'completed');
});
