import { TO_BRAZIL, placeOrderBody, TODAY } from '../../support/mall';
import { reserve } from '../../../src/books/inventory/reservations';
import { SYSTEM } from '../../../src/contracts/caller';
import type { ShelfResource } from '../../../src/contracts/inventory/stock';
import { posting, reading, startApi, type TestApi } from '../api';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(async () => {
  await api.close();
});

const get = async (url: string, key = api.mall.keys.merchant) =>
  (await api.app.inject({ url, headers: reading(key) })).json<{
    items: ShelfResource[];
    next: string | null;
    code?: string;
  }>();
const post = async (path: string, payload: object, key = api.mall.keys.merchant, headers = posting(key)) => {
  const answer = await api.app.inject({ method: 'POST', url: `/v1/stock/${path}`, headers, payload });
  return {
    status: answer.statusCode,
    body: answer.json<ShelfResource & { code?: string; errors?: { pointer: string }[] }>(),
    replayed: answer.headers['idempotent-replayed'],
  };
};
const movements = (skuId: string) =>
  api.transactions.run(SYSTEM, (tx) =>
    tx
      .selectFrom('stock_movement')
      .select(['quantity', 'reason', 'reference', 'actor'])
      .where('skuId', '=', skuId)
      .orderBy('id')
      .execute(),
  );

const delivery = (change: object = {}) => ({
  skuId: api.mall.skus.lamp.id,
  warehouseId: api.mall.warehouseIds[0],
  lotCode: 'L2',
  quantity: 7,
  reference: 'DN-1',
  ...change,
});

test('a delivery is recorded once, counted and adjusted, each with its actor and reason', async () => {
  const headers = posting(api.mall.keys.merchant);
  const received = await post('receipts', delivery(), api.mall.keys.merchant, headers);
  expect([received.status, received.body.onHand, received.body.available]).toEqual([200, 27, 27]);
  expect((await post('receipts', delivery(), api.mall.keys.merchant, headers)).replayed).toBe('true');
  const lotId = received.body.lots.find(({ code }) => code === 'L2')?.id;

  expect((await post('counts', { lotId, counted: 9, reference: 'C-1' })).body).toMatchObject({ onHand: 29 });
  expect((await post('counts', { lotId, counted: 9, reference: 'C-2' }, api.mall.keys.warehouse)).body).toMatchObject({
    onHand: 29,
  });
  expect(
    (await post('adjustments', { lotId, quantity: -2, reason: 'damaged', reference: 'R-1' }, api.mall.keys.warehouse))
      .body,
  ).toMatchObject({ onHand: 27 });
  const actor = expect.stringMatching(/^merchant:key_/) as string;
  expect((await movements(api.mall.skus.lamp.id)).slice(2)).toEqual([
    { quantity: 7, reason: 'received', reference: 'DN-1', actor },
    { quantity: 2, reason: 'counted', reference: 'C-1', actor },
    { quantity: -2, reason: 'damaged', reference: 'R-1', actor: expect.stringMatching(/^warehouse:key_/) as string },
  ]);
});

test('reserved units cannot be counted or adjusted away', async () => {
  const { rug } = api.mall.skus;
  const placed = await api.app.inject({
    method: 'POST',
    url: '/v1/orders',
    headers: posting(api.mall.keys.storefront),
    payload: placeOrderBody([rug]),
  });
  const {
    id: orderId,
    lines: [line],
  } = placed.json<{ id: string; lines: { id: string }[] }>();
  await api.transactions.run(SYSTEM, (tx) =>
    reserve(tx, {
      orderId,
      demands: [{ lineId: line?.id ?? '', merchantId: rug.merchantId, skuId: rug.id, quantity: 6 }],
      values: [{ lineId: line?.id ?? '', amount: 1 }],
      delivery: TO_BRAZIL,
      today: TODAY,
      expiresAt: new Date(),
    }),
  );
  const [shelf] = (await get(`/v1/stock?skuId=${rug.id}`, api.mall.keys.platform)).items;
  const lotId = shelf?.lots[0]?.id;
  const refused = await post('counts', { lotId, counted: 5, reference: 'C-1' }, api.mall.keys.platform);
  expect([refused.status, refused.body.code]).toEqual([409, 'stock_promised']);
  expect(
    (await post('adjustments', { lotId, quantity: -2, reason: 'lost', reference: 'R-1' }, api.mall.keys.platform)).body,
  ).toMatchObject({ onHand: 6, available: 0 });
});

test('units that a reservation needs for their expiry date cannot be adjusted away', async () => {
  const { cup } = api.mall.skus;
  const lots = await api.transactions.run(SYSTEM, async (tx) => {
    await tx.updateTable('sku').set({ expires: true }).where('id', '=', cup.id).execute();
    const lot = await tx
      .updateTable('lot')
      .set({ expiresOn: new Date(Date.now() + 86_400_000) })
      .where('skuId', '=', cup.id)
      .returning('id')
      .executeTakeFirstOrThrow();
    return [lot.id];
  });
  const fresh = { ...delivery({ skuId: cup.id, quantity: 4 }), expiresOn: '2099-01-31' };
  expect((await post('receipts', fresh, api.mall.keys.platform)).body).toMatchObject({
    onHand: 54,
    lots: [{ id: lots[0] }, { expiresOn: '2099-01-31', onHand: 4 }],
  });
  const placed = await api.app.inject({
    method: 'POST',
    url: '/v1/orders',
    headers: posting(api.mall.keys.storefront),
    payload: placeOrderBody([cup]),
  });
  const {
    id: orderId,
    lines: [line],
  } = placed.json<{ id: string; lines: { id: string }[] }>();
  await api.transactions.run(SYSTEM, (tx) =>
    reserve(tx, {
      orderId,
      demands: [{ lineId: line?.id ?? '', merchantId: cup.merchantId, skuId: cup.id, quantity: 3 }],
      values: [{ lineId: line?.id ?? '', amount: 1 }],
      delivery: TO_BRAZIL,
      today: TODAY,
      expiresAt: new Date(),
    }),
  );
  const [shelf] = (await get(`/v1/stock?skuId=${cup.id}`, api.mall.keys.platform)).items;
  const adjust = (quantity: number) =>
    post(
      'adjustments',
      { lotId: shelf?.lots[1]?.id, quantity, reason: 'damaged', reference: 'R-1' },
      api.mall.keys.platform,
    );
  expect((await adjust(-2)).body.code).toBe('stock_promised');
  expect((await adjust(-1)).status).toBe(200);
});

test('a merchant keeps and sees its own SKUs, a warehouse its own shelves', async () => {
  const [own, elsewhere] = api.mall.warehouseIds;
  const owned = (await get('/v1/stock')).items.map(({ merchantId }) => merchantId);
  expect(new Set(owned)).toEqual(new Set([api.mall.merchantIds[0]]));
  expect(
    new Set((await get('/v1/stock', api.mall.keys.warehouse)).items.map(({ warehouseId }) => warehouseId)),
  ).toEqual(new Set([own]));
  for (const [payload, key] of [
    [delivery({ skuId: api.mall.skus.cup.id }), api.mall.keys.merchant],
    [delivery({ warehouseId: elsewhere }), api.mall.keys.warehouse],
  ] as const) {
    expect((await post('receipts', payload, key)).body.code).toBe('not_found');
  }
  const [cups] = (await get(`/v1/stock?skuId=${api.mall.skus.cup.id}`, api.mall.keys.platform)).items;
  expect((await post('counts', { lotId: cups?.lots[0]?.id, counted: 1, reference: 'C-1' })).body.code).toBe(
    'not_found',
  );
  expect((await post('settings', { skuId: api.mall.skus.cup.id, warehouseId: own, safetyStock: 1 })).body.code).toBe(
    'not_found',
  );
});

test('a page ends where the next one begins', async () => {
  const all = (await get('/v1/stock', api.mall.keys.platform)).items;
  const first = await get('/v1/stock?limit=2', api.mall.keys.platform);
  const rest = await get(`/v1/stock?cursor=${first.next}`, api.mall.keys.platform);
  expect([...first.items, ...rest.items]).toEqual(all);
  expect((await get('/v1/stock?cursor=x', api.mall.keys.platform)).code).toBe('validation_failed');
});

test.each([
  ['/expiresOn', { expiresOn: '2099-01-31' }],
  ['/locationId', { locationId: 'loc_01KAQ5ZJ5V8E6Q0000000000A1' }],
  ['/quantity', { quantity: 0 }],
])('an invalid delivery is refused at %s', async (pointer, change) => {
  expect((await post('receipts', delivery(change))).body).toMatchObject({
    code: 'validation_failed',
    errors: [{ pointer }],
  });
});

test('settings are saved, and a SKU gets a shelf where it had none', async () => {
  const [, second] = api.mall.warehouseIds;
  const settings = {
    skuId: api.mall.skus.scarce.id,
    warehouseId: second,
    safetyStock: 2,
    reorder: { point: 5, to: 20 },
  };
  expect((await post('settings', settings)).body).toMatchObject({
    onHand: 0,
    safetyStock: 2,
    reorder: { point: 5, to: 20 },
  });
  expect((await post('settings', { ...settings, safetyStock: undefined, reorder: null })).body).toMatchObject({
    safetyStock: 2,
    reorder: null,
  });
  expect((await post('settings', { ...settings, reorder: { point: 5, to: 5 } })).body.code).toBe('validation_failed');
});

test('availability names units, warehouses and delivery days', async () => {
  const { lamp } = api.mall.skus;
  const [first, second] = api.mall.warehouseIds;
  await post('settings', { skuId: lamp.id, warehouseId: first, safetyStock: 15 });
  const availability = (query: string) => get(`/v1/availability?skuId=${lamp.id}&${query}`, api.mall.keys.storefront);
  const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  expect(await availability('country=BR&postcode=20040-002')).toEqual({
    skuId: lamp.id,
    country: 'BR',
    available: 10,
    earliestDelivery: day(1),
    latestDelivery: day(3),
    backorder: null,
    warehouses: [
      { warehouseId: second, available: 5, zone: 1 },
      { warehouseId: first, available: 5, zone: 3 },
    ],
  });
  expect(await availability('country=AQ')).toMatchObject({
    available: 10,
    earliestDelivery: null,
    latestDelivery: null,
  });
  expect(
    (await get('/v1/availability?skuId=sku_01KAQ5ZJ5V8E6Q0000000000A1&country=BR', api.mall.keys.storefront)).code,
  ).toBe('unknown_sku');
});

test('a refusal for lack of stock is recorded as demand, once per request, and starts no workflow', async () => {
  const { scarce } = api.mall.skus;
  const headers = posting(api.mall.keys.storefront);
  const order = () =>
    api.app.inject({
      method: 'POST',
      url: '/v1/orders',
      headers,
      payload: placeOrderBody([scarce], { lines: [{ skuId: scarce.id, quantity: 3 }] }),
    });
  for (const refused of [await order(), await order()])
    expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([409, 'out_of_stock']);
  const demand = await api.transactions.run(SYSTEM, (tx) =>
    tx.selectFrom('stock_demand').select(['skuId', 'merchantId', 'requested', 'available']).execute(),
  );
  expect(demand).toEqual([{ skuId: scarce.id, merchantId: scarce.merchantId, requested: 3, available: 1 }]);
  expect(api.workflows.started).toEqual([]);
});
