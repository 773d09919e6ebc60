import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { SYSTEM } from '../../../src/contracts/caller';
import { orderWorkflowId } from '../../../src/contracts/temporal-names';
import { beginCancellation } from '../../../src/books/orders/cancellation';
import { moveOrder } from '../../../src/books/orders/orders';
import { appendEvents } from '../../../src/books/timeline';
import { placeOrderBody } from '../../support/mall';
import { posting, reading, startApi, type TestApi } from '../api';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.close();
});

const place = (
  headers = posting(api.mall.keys.storefront),
  body: unknown = placeOrderBody([api.mall.skus.lamp, api.mall.skus.cup]),
) => api.app.inject({ method: 'POST', url: '/v1/orders', headers, payload: JSON.stringify(body) });

const accept = (orderId: string) =>
  api.transactions.run(SYSTEM, async (tx) => {
    await moveOrder(tx, orderId, { status: 'in_fulfillment', stage: 'pick' });
    await appendEvents(tx, orderId, [{ type: 'order.accepted' }]);
  });

test('an order is placed at our prices, and the answer has its location', async () => {
  api.workflows.onStart = ({ orderId }) => accept(orderId);
  const answered = await place();
  api.workflows.onStart = () => Promise.resolve();

  expect(answered.statusCode).toBe(201);
  const order = answered.json<{ id: string; goods: { amount: number }; status: string; recipient: unknown }>();
  expect(order).toMatchObject({
    status: 'in_fulfillment',
    goods: { amount: 8990 + 1990, currency: 'BRL' },
    recipient: null,
  });
  expect(answered.headers.location).toBe(`/v1/orders/${order.id}`);
  expect(answered.headers['idempotent-replayed']).toBeUndefined();

  const read = await api.app.inject({ url: `/v1/orders/${order.id}`, headers: reading(api.mall.keys.storefront) });
  expect(read.json()).toMatchObject({ id: order.id, recipient: { name: 'Recipient One' } });
});

test('an order that is not decided in time is answered 202 with Retry-After', async () => {
  const answered = await place();
  expect(answered.statusCode).toBe(202);
  expect(answered.json()).toMatchObject({ status: 'draft' });
  expect(Number(answered.headers['retry-after'])).toBeGreaterThan(0);
});

test('a repetition gets the same order and is marked; another body with the key is refused', async () => {
  const headers = posting(api.mall.keys.storefront);
  const first = await place(headers);
  const started = api.workflows.started.length;
  const again = await place(headers);
  expect(again.json<{ id: string }>().id).toBe(first.json<{ id: string }>().id);
  expect(again.headers['idempotent-replayed']).toBe('true');
  expect(api.workflows.started).toHaveLength(started);

  const other = await place(headers, placeOrderBody([api.mall.skus.cup]));
  expect(other.statusCode).toBe(422);
  expect(other.json()).toMatchObject({ code: 'idempotency_key_reused' });
});

test('a repetition gets the current order, as the description of the API says', async () => {
  const headers = posting(api.mall.keys.storefront);
  const first = await place(headers);
  expect([first.statusCode, first.json()]).toMatchObject([202, { status: 'draft' }]);
  await accept(first.json<{ id: string }>().id);
  const again = await place(headers);
  expect([again.statusCode, again.json(), again.headers['idempotent-replayed']]).toMatchObject([
    201,
    { status: 'in_fulfillment' },
    'true',
  ]);
  const { info } = (await api.app.inject({ url: '/openapi.json' })).json<{ info: { description: string } }>();
  expect(info.description.replaceAll('\n', ' ')).toContain('answers the current order');
});

test('an unchanged order is answered 304', async () => {
  const { id } = (await place()).json<{ id: string }>();
  const url = `/v1/orders/${id}`;
  const first = await api.app.inject({ url, headers: reading(api.mall.keys.support) });
  const etag = String(first.headers.etag);
  const again = await api.app.inject({
    url,
    headers: { ...reading(api.mall.keys.support), 'if-none-match': `"x", W/${etag}` },
  });
  expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', etag]);
  await accept(id);
  const changed = await api.app.inject({ url, headers: { ...reading(api.mall.keys.support), 'if-none-match': etag } });
  expect(changed.statusCode).toBe(200);
});

test('lists are filtered and paged by cursor; a cursor that we did not make is refused', async () => {
  const body = placeOrderBody([api.mall.skus.cup], { reference: 'LIST' });
  for (let n = 0; n < 3; n += 1) await place(posting(api.mall.keys.storefront), body);
  const get = (query: string) =>
    api.app.inject({ url: `/v1/orders?${query}`, headers: reading(api.mall.keys.platform) });
  const first = (await get('reference=LIST&limit=2')).json<{ items: { id: string }[]; next: string }>();
  const second = (await get(`reference=LIST&limit=2&cursor=${first.next}`)).json<{
    items: { id: string }[];
    next: null;
  }>();
  expect([first.items.length, second.items.length, second.next]).toEqual([2, 1, null]);
  expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).toBe(3);

  const nul = Buffer.from(JSON.stringify(['\0'])).toString('base64url');
  for (const cursor of ['x', nul]) {
    expect((await get(`cursor=${cursor}`)).json()).toMatchObject({
      code: 'validation_failed',
      errors: [{ pointer: 'cursor' }],
    });
  }
});

test("a merchant sees its own lines and no recipient; another merchant's order is not found", async () => {
  const { id } = (await place()).json<{ id: string }>();
  const seen = await api.app.inject({ url: `/v1/orders/${id}`, headers: reading(api.mall.keys.merchant) });
  expect(seen.json()).toMatchObject({
    lines: [{ merchantId: api.mall.merchantIds[0] }],
    recipient: null,
    goods: { amount: 8990 },
  });
  const foreign = (await place(undefined, placeOrderBody([api.mall.skus.cup]))).json<{ id: string }>();
  const hidden = await api.app.inject({ url: `/v1/orders/${foreign.id}`, headers: reading(api.mall.keys.merchant) });
  expect(hidden.json()).toMatchObject({ status: 404, code: 'not_found' });
});

test('a merchant learns nothing about other merchants in a shared order, in lists or events', async () => {
  const { mall } = api;
  const reference = 'SHARED';
  const { id, total } = (await place(undefined, placeOrderBody([mall.skus.lamp, mall.skus.cup], { reference }))).json<{
    id: string;
    total: { amount: number };
  }>();
  const as = async <Body>(url: string, key = mall.keys.merchant) =>
    (await api.app.inject({ url, headers: reading(key) })).json<Body>();
  type Listed = { items: { id: string; total: { amount: number; currency: string } }[] };
  const own = await as<{ total: object }>(`/v1/orders/${id}`);
  expect((await as<Listed>(`/v1/orders?reference=${reference}`)).items).toMatchObject([{ id, total: own.total }]);
  expect((await as<Listed>(`/v1/orders?reference=${reference}`, mall.keys.storefront)).items).toMatchObject([
    { id, total },
  ]);
  expect(own.total).not.toEqual(total);

  await api.transactions.run(SYSTEM, (tx) =>
    appendEvents(tx, id, [{ type: 'fulfillment.released', merchantId: mall.merchantIds[0], data: { amount: 8990 } }]),
  );
  const events = async (key?: string) =>
    (await as<{ items: { type: string; data: object }[] }>(`/v1/orders/${id}/events`, key)).items.map(
      ({ type, data }) => [type, data],
    );
  expect(await events()).toEqual([
    ['order.received', { currency: 'BRL', reference }],
    ['fulfillment.released', { amount: 8990 }],
  ]);
  expect(await events(mall.keys.storefront)).toEqual([
    ['order.received', { lines: 2, total: total.amount, currency: 'BRL', reference }],
    ['fulfillment.released', { amount: 8990 }],
  ]);
});

test('a cancellation answers 200 once everything is undone, and a late one is refused', async () => {
  const { id } = (await place()).json<{ id: string }>();
  const cancel = (headers = posting(api.mall.keys.support)) =>
    api.app.inject({
      method: 'POST',
      url: `/v1/orders/${id}/cancellation`,
      headers,
      payload: { reason: 'customer_request' },
    });
  api.workflows.cancelling = () => Promise.resolve({ outcome: 'refused', code: 'order_not_cancellable' });
  const refused = await cancel();
  expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([409, 'order_not_cancellable']);

  api.workflows.cancelling = async (orderId) => {
    await api.transactions.run(SYSTEM, (tx) => moveOrder(tx, orderId, { status: 'cancelled', stage: 'closed' }));
    return { outcome: 'cancelled' };
  };
  const headers = posting(api.mall.keys.support);
  const cancelled = await cancel(headers);
  expect([cancelled.statusCode, cancelled.json<{ status: string }>().status]).toEqual([200, 'cancelled']);
  const again = await cancel(headers);
  expect([again.statusCode, again.headers['idempotent-replayed']]).toEqual([200, 'true']);
});

test('a cancellation whose answer was lost with its process answers 200 when it is sent again', async () => {
  const { id } = (await place()).json<{ id: string }>();
  const headers = posting(api.mall.keys.support);
  const cancel = (sent = headers) =>
    api.app.inject({
      method: 'POST',
      url: `/v1/orders/${id}/cancellation`,
      headers: sent,
      payload: { reason: 'customer_request' },
    });
  api.workflows.cancelling = async (orderId) => {
    await api.transactions.run(SYSTEM, (tx) => moveOrder(tx, orderId, { status: 'cancelled', stage: 'closed' }));
    throw new Error('the process ends here');
  };
  expect((await cancel()).statusCode).toBe(500);
  api.workflows.cancelling = () => Promise.resolve('not_running');
  await api.transactions.run(SYSTEM, (tx) =>
    tx
      .updateTable('idempotency_record')
      .set({ leaseUntil: new Date(0) })
      .where('key', '=', headers['idempotency-key'] ?? '')
      .execute(),
  );
  const again = await cancel();
  expect([again.statusCode, again.json<{ status: string }>().status]).toEqual([200, 'cancelled']);
  expect((await cancel(posting(api.mall.keys.support))).json()).toMatchObject({ code: 'order_not_cancellable' });
});

test('a cancellation without a workflow is in the books before its 202, and 200 once all is undone', async () => {
  const { id } = (await place()).json<{ id: string }>();
  await api.transactions.run(SYSTEM, (tx) => moveOrder(tx, id, { status: 'in_fulfillment', stage: 'pick' }));
  const headers = posting(api.mall.keys.support);
  const payload = { reason: 'customer_request' };
  const cancel = () => api.app.inject({ method: 'POST', url: `/v1/orders/${id}/cancellation`, headers, payload });
  api.workflows.cancelling = () => Promise.resolve('not_running');
  const begun = await cancel();
  expect([begun.statusCode, begun.json<{ status: string }>().status]).toEqual([202, 'cancelling']);
  expect(api.signals).toContainEqual({ workflowId: orderWorkflowId(id), signal: 'cancellationBegun' });
  await api.transactions.run(SYSTEM, (tx) => moveOrder(tx, id, { status: 'cancelled', stage: 'closed' }));
  expect((await cancel()).json()).toMatchObject({ status: 'cancelled' });
});

test('an order that is cancelled before its first answer keeps its start lease', async () => {
  api.workflows.onStart = ({ orderId }) =>
    api.transactions.run(SYSTEM, async (tx) => {
      await beginCancellation(tx, orderId, { reason: 'customer_request', actor: 'storefront:test' });
    });
  const { id } = (await place()).json<{ id: string }>();
  api.workflows.onStart = () => Promise.resolve();
  const { startLeaseUntil } = await api.transactions.run(SYSTEM, (tx) =>
    tx.selectFrom('orders').select('startLeaseUntil').where('id', '=', id).executeTakeFirstOrThrow(),
  );
  expect(startLeaseUntil).not.toBeNull();
});

test('an order with five undecided payment attempts takes a sixth once one is decided', async () => {
  const { id } = (await place()).json<{ id: string }>();
  await api.transactions.run(SYSTEM, async (tx) => {
    const payUntil = new Date(Date.now() + 60_000);
    await moveOrder(tx, id, { status: 'awaiting_payment', stage: 'receive', payUntil });
  });
  const pay = (headers = posting(api.mall.keys.storefront)) =>
    api.app.inject({
      method: 'POST',
      url: `/v1/orders/${id}/payments`,
      headers,
      payload: { method: 'card', token: 'tok_ok' },
    });
  for (let attempt = 2; attempt <= 5; attempt += 1) expect((await pay()).statusCode).toBe(202);
  const headers = posting(api.mall.keys.storefront);
  const refused = await pay(headers);
  expect(refused.json()).toMatchObject({ status: 409, code: 'payments_undecided' });
  expect(refused.headers['retry-after']).toBeDefined();
  await api.transactions.run(SYSTEM, (tx) =>
    tx.updateTable('payment').set({ status: 'declined' }).where('orderId', '=', id).where('number', '=', 1).execute(),
  );
  expect((await pay(headers)).statusCode).toBe(202);
});

test('a cancellation whose workflow ended before its answer gets 200 and the cancelled order', async () => {
  const { id } = (await place()).json<{ id: string }>();
  api.workflows.cancelling = async (orderId) => {
    await api.transactions.run(SYSTEM, (tx) => moveOrder(tx, orderId, { status: 'cancelled', stage: 'closed' }));
    return 'not_running';
  };
  const answer = await api.app.inject({
    method: 'POST',
    url: `/v1/orders/${id}/cancellation`,
    headers: posting(api.mall.keys.support),
    payload: { reason: 'customer_request' },
  });
  expect([answer.statusCode, answer.json<{ status: string }>().status]).toEqual([200, 'cancelled']);
});

test('an attempt to pay that the order refuses is taken back: nothing may charge it later', async () => {
  const { id } = (await place()).json<{ id: string }>();
  await api.transactions.run(SYSTEM, async (tx) => {
    await moveOrder(tx, id, { status: 'awaiting_payment', stage: 'receive' });
    const payUntil = new Date(Date.now() + 60_000);
    await tx.updateTable('orders').set({ payUntil }).where('id', '=', id).execute();
  });
  const attempts = () =>
    api.transactions.run(SYSTEM, (tx) =>
      tx
        .selectFrom('payment')
        .select(['number', 'status', 'token'])
        .where('orderId', '=', id)
        .orderBy('number')
        .execute(),
    );
  const pay = (headers: Record<string, string>) =>
    api.app.inject({
      method: 'POST',
      url: `/v1/orders/${id}/payments`,
      headers,
      payload: { method: 'card', token: 'tok_ok' },
    });
  const headers = posting(api.mall.keys.storefront);
  api.workflows.paying = () => Promise.reject(new WorkflowNotFoundError('gone', `order:${id}`, undefined));
  expect((await pay(headers)).statusCode).toBe(202);
  expect(await attempts()).toMatchObject([{ number: 1 }, { number: 2, status: 'pending' }]);
  api.workflows.paying = () => Promise.reject(new WorkflowUpdateFailedError('refused', new Error('not awaited')));
  expect((await pay(headers)).json()).toMatchObject({ status: 409, code: 'payment_not_awaited' });
  expect(await attempts()).toMatchObject([{ number: 1 }, { number: 2, status: 'abandoned', token: null }]);

  // The order may have abandoned the attempt by itself, before it refused it.
  api.workflows.paying = async () => {
    await api.transactions.run(SYSTEM, (tx) =>
      tx.updateTable('payment').set({ status: 'abandoned' }).where('orderId', '=', id).execute(),
    );
    throw new WorkflowUpdateFailedError('refused', new Error('not awaited'));
  };
  expect((await pay(posting(api.mall.keys.storefront))).json()).toMatchObject({ code: 'payment_not_awaited' });
});

test('a payment is refused when the order does not wait for one', async () => {
  const { id } = (await place()).json<{ id: string }>();
  const before = api.workflows.paid.length;
  const paid = await api.app.inject({
    method: 'POST',
    url: `/v1/orders/${id}/payments`,
    headers: posting(api.mall.keys.storefront),
    payload: { method: 'card', token: 'tok_ok' },
  });
  expect([paid.statusCode, paid.json<{ code: string }>().code]).toEqual([409, 'payment_not_awaited']);
  expect(api.workflows.paid).toHaveLength(before);
});

test('the timeline comes in pages', async () => {
  const { id } = (await place()).json<{ id: string }>();
  await accept(id);
  const read = (query: string) =>
    api.app.inject({ url: `/v1/orders/${id}/events?${query}`, headers: reading(api.mall.keys.storefront) });
  expect((await read('limit=1')).json()).toMatchObject({ items: [{ seq: 1, type: 'order.received' }], closed: false });
  expect((await read('after=1')).json()).toMatchObject({ items: [{ seq: 2, type: 'order.accepted' }] });
});
