import { labelled, releasedOrder } from '../orders/fulfillment';
import { posting, reading, startApi, type TestApi } from '../api';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.close();
});

const get = (url: string, key = api.mall.keys.warehouse) => api.app.inject({ url, headers: reading(key) });
const post = (
  url: string,
  { key = api.mall.keys.warehouse, headers = posting(key), payload = undefined as object | undefined } = {},
) => {
  const { 'content-type': _json, ...bare } = headers;
  return payload
    ? api.app.inject({ method: 'POST', url, headers, payload })
    : api.app.inject({ method: 'POST', url, headers: bare });
};

test('tasks follow each other: claimed, done with an empty body, and the order gets parcelPacked', async () => {
  const { orderId, fulfillmentId, taskId } = await releasedOrder(api, api.mall.skus.lamp);
  const listed = (await get(`/v1/tasks?orderId=${orderId}`)).json<{ items: { id: string; lines: unknown[] }[] }>();
  expect(listed.items).toMatchObject([
    { id: taskId, lines: [{ skuId: api.mall.skus.lamp.id, location: '1-1-1', quantity: 1 }] },
  ]);

  expect((await post(`/v1/tasks/${taskId}/claim`)).json()).toMatchObject({ status: 'claimed' });
  const other = await post(`/v1/tasks/${taskId}/claim`, { key: api.mall.keys.platform });
  expect([other.statusCode, other.json<{ code: string }>().code]).toEqual([409, 'task_claimed_by_another']);

  const headers = posting(api.mall.keys.warehouse);
  expect((await post(`/v1/tasks/${taskId}/completion`, { headers })).json()).toMatchObject({ status: 'done' });
  const again = await post(`/v1/tasks/${taskId}/completion`, { headers });
  expect([again.statusCode, again.headers['idempotent-replayed']]).toEqual([200, 'true']);

  for (const kind of ['recheck', 'pack']) {
    const [next] = (await get(`/v1/tasks?orderId=${orderId}&kind=${kind}`)).json<{ items: { id: string }[] }>().items;
    const payload = kind === 'pack' ? { parcel: { weightG: 900, lengthMm: 250, widthMm: 200, heightMm: 150 } } : {};
    expect((await post(`/v1/tasks/${next?.id}/completion`, { payload })).statusCode).toBe(200);
  }
  expect(api.signals).toContainEqual({ workflowId: `order:${orderId}`, signal: 'parcelPacked' });

  const early = await post(`/v1/fulfillments/${fulfillmentId}/hand-over`);
  expect(early.json()).toMatchObject({ status: 409, code: 'fulfillment_not_ready' });
  expect(early.headers['retry-after']).toBeDefined();
});

test('a labelled parcel is printed and handed over; another warehouse sees neither', async () => {
  const released = await releasedOrder(api, api.mall.skus.cup);
  const shipmentId = await labelled(api, released, 'SW1', '^XA^FDRecipient One^FS^XZ');
  const printed = await get(`/v1/shipments/${shipmentId}/label`);
  expect([printed.statusCode, printed.headers['content-type'], printed.headers['cache-control'], printed.body]).toEqual(
    [200, 'text/plain; charset=utf-8', 'no-store', '^XA^FDRecipient One^FS^XZ'],
  );

  const handed = await post(`/v1/fulfillments/${released.fulfillmentId}/hand-over`);
  expect([handed.statusCode, handed.json()]).toEqual([
    200,
    { fulfillmentId: released.fulfillmentId, status: 'handed_over' },
  ]);
  expect(api.signals).toContainEqual({ workflowId: `order:${released.orderId}`, signal: 'parcelHandedOver' });
  const order = await get(`/v1/orders/${released.orderId}`, api.mall.keys.storefront);
  expect(order.json()).toMatchObject({
    fulfillments: [
      {
        status: 'handed_over',
        shipment: { id: shipmentId, status: 'handed_over', trackingNumber: 'SW1', estimatedDelivery: '2027-01-02' },
      },
    ],
  });

  const elsewhere = await releasedOrder(api, api.mall.skus.rug);
  const hidden = await labelled(api, elsewhere, 'SW2', '^XA^XZ');
  for (const answered of [
    await get(`/v1/shipments/${hidden}/label`),
    await get(`/v1/tasks/${elsewhere.taskId}`),
    await post(`/v1/tasks/${elsewhere.taskId}/claim`),
    await post(`/v1/fulfillments/${elsewhere.fulfillmentId}/hand-over`),
  ])
    expect(answered.json()).toMatchObject({ status: 404, code: 'not_found' });
});

test('members of a body that must be empty are refused', async () => {
  const { taskId } = await releasedOrder(api, api.mall.skus.lamp);
  const refused = await post(`/v1/tasks/${taskId}/claim`, { payload: { by: 'me' } });
  expect(refused.json()).toMatchObject({ code: 'validation_failed', errors: [{ pointer: '/by' }] });
  const odd = await post(`/v1/tasks/${taskId}/completion`, {
    payload: { parcel: { weightG: 0, lengthMm: 1, widthMm: 1, heightMm: 1 } },
  });
  expect(odd.json()).toMatchObject({ code: 'validation_failed', errors: [{ pointer: '/parcel/weightG' }] });
});
