import { SYSTEM } from '../../../src/contracts/caller';
import type { OrderResource } from '../../../src/contracts/orders/order';
import { createStockActivities } from '../../../activities/inventory/stock';
import { placeOrderBody, testVault } from '../../support/mall';
import { posting, reading, startApi, type TestApi } from '../api';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(async () => {
  await api.close();
});

const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const set = async (payload: object, key = api.mall.keys.merchant) => {
  const answer = await api.app.inject({ method: 'POST', url: '/v1/stock/backorders', headers: posting(key), payload });
  return { status: answer.statusCode, body: answer.json<{ code?: string; errors?: { pointer: string }[] }>() };
};
const get = async <T>(url: string, key = api.mall.keys.storefront) =>
  (await api.app.inject({ url, headers: reading(key) })).json<T>();
const order = async (quantity: number) => {
  const { scarce } = api.mall.skus;
  const answer = await api.app.inject({
    method: 'POST',
    url: '/v1/orders',
    headers: posting(api.mall.keys.storefront),
    payload: placeOrderBody([scarce], { lines: [{ skuId: scarce.id, quantity }] }),
  });
  return { status: answer.statusCode, body: answer.json<OrderResource & { code?: string; shortages?: object[] }>() };
};

test('a merchant sets which of its SKUs are sold on backorder, and the actor is recorded', async () => {
  const { scarce, cup } = api.mall.skus;
  const backorder = { leadDays: 7, maxUnits: 3 };
  expect(await set({ skuId: scarce.id, backorder })).toEqual({
    status: 200,
    body: { skuId: scarce.id, merchantId: scarce.merchantId, backorder, owed: 0 },
  });
  expect((await get<{ items: object[] }>(`/v1/stock?skuId=${scarce.id}`, api.mall.keys.merchant)).items).toEqual([
    expect.objectContaining({ backorder, owed: 0 }),
  ]);
  expect((await set({ skuId: scarce.id, backorder: null }, api.mall.keys.platform)).body).toMatchObject({
    backorder: null,
  });
  expect((await set({ skuId: cup.id, backorder })).body.code).toBe('not_found');
  expect((await set({ skuId: 'sku_01KAQ5ZJ5V8E6Q0000000000A1', backorder }, api.mall.keys.platform)).body.code).toBe(
    'not_found',
  );
  const settings = await api.transactions.run(SYSTEM, (tx) =>
    tx.selectFrom('backorder_setting').select(['skuId', 'leadDays', 'maxUnits', 'actor']).orderBy('id').execute(),
  );
  expect(settings).toEqual([
    { skuId: scarce.id, ...backorder, actor: expect.stringMatching(/^merchant:key_/) as string },
    { skuId: scarce.id, leadDays: null, maxUnits: null, actor: expect.stringMatching(/^platform:key_/) as string },
  ]);
});

test.each([
  ['/backorder/leadDays', { leadDays: -1 }],
  ['/backorder/leadDays', { leadDays: 366 }],
  ['/backorder/maxUnits', { leadDays: 1, maxUnits: 0 }],
])('invalid settings are refused at %s', async (pointer, backorder) => {
  expect((await set({ skuId: api.mall.skus.scarce.id, backorder })).body).toMatchObject({
    code: 'validation_failed',
    errors: [{ pointer }],
  });
});

test('availability names the expected date, and an order beyond the stock is taken with it', async () => {
  const { scarce } = api.mall.skus;
  const availability = async () =>
    await get<{ available: number; backorder: object | null }>(`/v1/availability?skuId=${scarce.id}&country=BR`);
  expect(await availability()).toMatchObject({ available: 1, backorder: null });
  expect((await order(2)).body.code).toBe('out_of_stock');
  await set({ skuId: scarce.id, backorder: { leadDays: 7, maxUnits: 3 } });
  expect(await availability()).toMatchObject({
    available: 1,
    backorder: { expectedOn: day(7), basis: 'lead_days', remaining: 3 },
  });

  const refused = await order(5);
  expect([refused.status, refused.body.code, refused.body.shortages]).toEqual([
    409,
    'out_of_stock',
    [{ skuId: scarce.id, requested: 5, available: 4 }],
  ]);
  const stock = createStockActivities({ transactions: api.transactions, vault: testVault(), timeZone: 'UTC' });
  api.workflows.onStart = async ({ orderId }) => {
    await stock.reserveStock({ orderId, paymentWindowSeconds: 60 });
  };
  const { status, body } = await order(3);
  expect([status, body.backorder]).toEqual([
    202,
    {
      agreedOn: day(7),
      lines: [
        {
          lineId: body.lines[0]?.id,
          skuId: scarce.id,
          quantity: 2,
          waiting: 2,
          expectedOn: day(7),
          basis: 'lead_days',
        },
      ],
    },
  ]);
  expect((await get<OrderResource>(`/v1/orders/${body.id}`)).backorder).toEqual(body.backorder);
  expect(await availability()).toMatchObject({ available: 0, backorder: { remaining: 1 } });
});
