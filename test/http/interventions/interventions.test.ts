import { setOwnAttention } from '../../../src/books/orders/order-attention';
import { SYSTEM } from '../../../src/contracts/caller';
import type { OrderWorkflows } from '../../../src/services/orders/order-workflows';
import { refuse } from '../../../src/contracts/errors';
import { AttentionReason } from '../../../src/contracts/statuses';
import { releasedOrder } from '../orders/fulfillment';
import { posting, reading, startApi, type TestApi } from '../api';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.close();
});

const send = (url: string, payload: object, headers = posting(api.mall.keys.support)) =>
  api.app.inject({ method: 'POST', url, headers, payload });

test.each([
  ['retry', 'retryNow', { reason: 'provider_back' }],
  [
    'carrier-choice',
    'chooseCarrier',
    { fulfillmentId: 'ful_01ARZ3NDEKTSV4RRFFQ69G5FAV', carrierCode: 'swift', reason: 'provider_down' },
  ],
  ['attendance', 'handToPerson', { reason: 'overdue', note: 'ask_customer' }],
] as const)(
  'POST .../%s sends one Update for a key, and a repetition gets the first answer',
  async (path, verb, body) => {
    const { orderId } = await releasedOrder(api, api.mall.skus.cup);
    const url = `/v1/orders/${orderId}/${path}`;
    const headers = posting(api.mall.keys.support);
    const before = api.workflows.operated.length;
    api.workflows.operating = () => Promise.resolve('no_answer');
    const undecided = await send(url, body, headers);
    expect([
      undecided.statusCode,
      undecided.json<{ outcome: string }>().outcome,
      undecided.headers['retry-after'],
    ]).toEqual([202, 'undecided', expect.any(String)]);

    api.workflows.operating = () => Promise.resolve({ outcome: 'retried', steps: 2 });
    const done = await send(url, body, headers);
    expect([done.statusCode, done.json()]).toEqual([200, { orderId, verb, outcome: 'done', steps: 2, taskId: null }]);
    const again = await send(url, body, headers);
    expect([again.statusCode, again.json(), again.headers['idempotent-replayed']]).toEqual([200, done.json(), 'true']);
    const updates = api.workflows.operated.slice(before);
    expect(updates).toMatchObject([
      { verb, asked: { ...body, actor: expect.stringMatching(/^support:key_/) } },
      { verb },
    ]);
    expect(updates[0]?.updateId).toBe(updates[1]?.updateId);
  },
);

test('a refusal of the order is a problem, and so is an order without a workflow', async () => {
  const { orderId } = await releasedOrder(api, api.mall.skus.cup);
  const retry = () => send(`/v1/orders/${orderId}/retry`, { reason: 'provider_back' });
  api.workflows.operating = () => Promise.resolve(refuse('nothing_to_retry'));
  expect((await retry()).json()).toMatchObject({ status: 409, code: 'nothing_to_retry' });
  api.workflows.operating = () => Promise.resolve({ outcome: 'refused', code: 'already_attended' });
  expect((await retry()).json()).toMatchObject({ status: 409, code: 'already_attended' });
  api.workflows.operating = () => Promise.resolve('not_running');
  expect((await retry()).json()).toMatchObject({ status: 503, code: 'starting' });
  expect((await send('/v1/orders/ord_01ARZ3NDEKTSV4RRFFQ69G5FAV/retry', { reason: 'provider_back' })).statusCode).toBe(
    404,
  );
  expect((await send(`/v1/orders/${orderId}/retry`, { reason: 'I felt like it' })).json()).toMatchObject({
    code: 'validation_failed',
    errors: [{ pointer: '/reason' }],
  });
});

test('a request with the key of a refused one is a new Update of the order', async () => {
  const { orderId } = await releasedOrder(api, api.mall.skus.cup);
  const headers = posting(api.mall.keys.support);
  const before = api.workflows.operated.length;
  // As in Temporal, an Update id answers the outcome of its first Update from then on.
  const outcomes = new Map<string, ReturnType<OrderWorkflows['operate']>>();
  const answerWith = (outcome: Awaited<ReturnType<OrderWorkflows['operate']>>) => {
    api.workflows.operating = (updateId) =>
      outcomes.get(updateId) ??
      (outcomes.set(updateId, Promise.resolve(outcome)).get(updateId) as ReturnType<OrderWorkflows['operate']>);
  };
  answerWith({ outcome: 'refused', code: 'already_attended' });
  const handOver = (note: string) => send(`/v1/orders/${orderId}/attendance`, { reason: 'overdue', note }, headers);
  expect((await handOver('ask_customer')).json()).toMatchObject({ code: 'already_attended' });
  answerWith({ outcome: 'handed', taskId: 'tsk_01ARZ3NDEKTSV4RRFFQ69G5FAV' });
  expect((await handOver('ask_provider')).json()).toMatchObject({
    outcome: 'done',
    taskId: 'tsk_01ARZ3NDEKTSV4RRFFQ69G5FAV',
  });
  expect(new Set(api.workflows.operated.slice(before).map(({ updateId }) => updateId)).size).toBe(2);
});

test('an order without a workflow is adopted once for a key; a running one only when that is meant', async () => {
  const { orderId } = await releasedOrder(api, api.mall.skus.lamp);
  const url = `/v1/orders/${orderId}/adoption`;
  const body = { reason: 'operator_decision' };
  api.workflows.describing = () => Promise.resolve('RUNNING');
  expect((await send(url, body)).json()).toMatchObject({ status: 409, code: 'workflow_running' });
  expect((await send(url, { ...body, evenIfRunning: true })).json()).toEqual({
    orderId,
    status: 'in_fulfillment',
    outcome: 'adopted',
  });
  api.workflows.describing = () => Promise.resolve('TERMINATED');
  const headers = posting(api.mall.keys.support);
  const adopted = await send(url, body, headers);
  expect([adopted.statusCode, adopted.json()]).toEqual([
    200,
    { orderId, status: 'in_fulfillment', outcome: 'adopted' },
  ]);
  const again = await send(url, body, headers);
  expect([again.statusCode, again.json(), again.headers['idempotent-replayed']]).toEqual([200, adopted.json(), 'true']);
  expect(api.workflows.adopted.map((order) => order.orderId)).toEqual([orderId, orderId]);
});

test('an adoption is refused to others than staff, for unknown orders and for codes that no reason has', async () => {
  const { orderId } = await releasedOrder(api, api.mall.skus.lamp);
  const url = `/v1/orders/${orderId}/adoption`;
  const body = { reason: 'operator_decision' };
  for (const key of [api.mall.keys.storefront, api.mall.keys.merchant])
    expect((await send(url, body, posting(key))).statusCode).toBe(403);
  expect((await send('/v1/orders/ord_01ARZ3NDEKTSV4RRFFQ69G5FAV/adoption', body)).statusCode).toBe(404);
  expect((await send(url, { reason: 'why not' })).json()).toMatchObject({
    code: 'validation_failed',
    errors: [{ pointer: '/reason' }],
  });
  expect(api.workflows.adopted.filter((order) => order.orderId === orderId)).toEqual([]);
});

test('while Temporal does not answer an adoption is 503, and the same key adopts later', async () => {
  const { orderId } = await releasedOrder(api, api.mall.skus.lamp);
  const url = `/v1/orders/${orderId}/adoption`;
  const headers = posting(api.mall.keys.support);
  api.workflows.describing = () => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
  expect((await send(url, { reason: 'operator_decision' }, headers)).statusCode).toBe(503);
  api.workflows.describing = () => Promise.resolve('TERMINATED');
  expect((await send(url, { reason: 'operator_decision' }, headers)).statusCode).toBe(200);
});

test('orders that need a person are listed in pages, the longest waiting first', async () => {
  const ids: string[] = [];
  for (const reason of [
    AttentionReason.carrierUnavailable,
    AttentionReason.deliveryOverdue,
    AttentionReason.needsOperator,
  ]) {
    const { orderId } = await releasedOrder(api, api.mall.skus.lamp);
    await api.transactions.run(SYSTEM, (tx) => setOwnAttention(tx, orderId, reason));
    ids.push(orderId);
  }
  const get = async (query: string) =>
    (await api.app.inject({ url: `/v1/attention?${query}`, headers: reading(api.mall.keys.support) })).json<{
      items: { orderId: string; verbs: string[] }[];
      next: string | null;
    }>();
  const first = await get('limit=2');
  const second = await get(`limit=2&cursor=${first.next}`);
  expect([...first.items, ...second.items].map(({ orderId }) => orderId)).toEqual(ids);
  expect(first.items[0]?.verbs).toEqual(['retryNow', 'cancelOrder', 'handToPerson']);
  expect((await get('reason=delivery_overdue')).items.map(({ orderId }) => orderId)).toEqual([ids[1]]);
});
