import { SYSTEM } from '../../../src/contracts/caller';
import type { PriceBreakdown } from '../../../src/contracts/pricing/quote';
import { placeOrderBody } from '../../support/mall';
import { publishPromotion } from '../../support/promotions';
import { posting, reading, startApi, type TestApi } from '../api';

let api: TestApi;
let tenth: string;
let coupon: string;
beforeAll(async () => {
  api = await startApi();
  tenth = await publishPromotion(api.transactions, {
    kind: 'percentage',
    rate: 1_000,
    name: 'Ten percent',
    platformShare: 6_000,
  });
  coupon = await publishPromotion(api.transactions, {
    kind: 'fixed_amount',
    amount: 500,
    name: 'Welcome',
    coupon: { code: 'WELCOME' },
    limits: { perCustomer: 1 },
    firstOrderOnly: true,
  });
});
afterAll(async () => {
  await api.close();
});

const post = (url: string, payload: object) =>
  api.app.inject({ method: 'POST', url, headers: posting(api.mall.keys.storefront), payload });
const cart = (change: object = {}) => ({
  currency: 'BRL',
  country: 'DE',
  lines: [{ skuId: api.mall.skus.lamp.id, quantity: 2 }],
  customer: { reference: 'quoted' },
  ...change,
});
const order = (change: object = {}) =>
  placeOrderBody([api.mall.skus.lamp], { lines: cart().lines, customer: { reference: 'quoted' }, ...change });
const brl = (amount: number) => ({ amount, currency: 'BRL' });

test('a quote explains every cent, and writes nothing', async () => {
  const answered = await post('/v1/quotes', cart({ couponCodes: [' welcome '] }));
  expect(answered.statusCode).toBe(200);
  // Two lamps for 179.80 less 17.98 less 5.00, and delivery of 5.00 and 2.00 for each of two kilograms.
  expect(answered.json<PriceBreakdown>()).toMatchObject({
    goods: brl(15_682),
    shipping: brl(900),
    discount: brl(2_298),
    total: brl(16_582),
    tax: brl(2_648),
    rules: [
      {
        promotionId: tenth,
        version: 1,
        amount: brl(1_798),
        discounts: [{ line: 0, on: 'goods', paidByMall: brl(1_079), paidByMerchant: brl(719) }],
      },
      { promotionId: coupon, couponCode: 'WELCOME', amount: brl(500), discounts: [{ paidByMall: brl(500) }] },
    ],
    notApplied: [],
    unknownCodes: [],
  });
  const rows = await api.transactions.run(SYSTEM, (tx) => tx.selectFrom('promotion_use').select('orderId').execute());
  expect(rows).toEqual([]);
});

test('a quote says why a coupon does not apply; coupons that were not given stay secret', async () => {
  const other = await publishPromotion(api.transactions, {
    kind: 'percentage',
    rate: 500,
    coupon: { code: 'RICH' },
    minimum: { amount: 1_000_000 },
  });
  expect((await post('/v1/quotes', cart({ couponCodes: ['RICH', 'NOSUCH'] }))).json<PriceBreakdown>()).toMatchObject({
    notApplied: [{ promotionId: other, code: 'minimum_amount' }],
    unknownCodes: ['NOSUCH'],
  });
  expect((await post('/v1/quotes', cart())).json<PriceBreakdown>().notApplied).toEqual([]);
});

test('an order costs what its quote said, and keeps the explanation, versions and discounts', async () => {
  const quote = (await post('/v1/quotes', cart({ country: 'BR', couponCodes: ['WELCOME'] }))).json<PriceBreakdown>();
  const placed = await post(
    '/v1/orders',
    order({
      couponCodes: ['WELCOME'],
      total: quote.total,
      fapiao: { type: 'company', title: 'A Company', taxNumber: '91310000MA1FL0AB3X' },
    }),
  );
  expect(placed.json()).toMatchObject({
    goods: quote.goods,
    shipping: quote.shipping,
    total: quote.total,
    discount: quote.discount,
    lines: [{ discount: brl(2_298), total: brl(15_682) }],
  });
  const { id } = placed.json<{ id: string }>();
  expect(
    (await api.app.inject({ url: `/v1/orders/${id}/price`, headers: reading(api.mall.keys.storefront) })).json(),
  ).toEqual(quote);
  expect(
    (await api.app.inject({ url: `/v1/orders/${id}`, headers: reading(api.mall.keys.support) })).json(),
  ).toMatchObject({ fapiao: { taxNumber: '91310000MA1FL0AB3X' } });
  expect(
    (await api.app.inject({ url: `/v1/orders/${id}`, headers: reading(api.mall.keys.merchant) })).json(),
  ).toMatchObject({ fapiao: null });
  const kept = await api.transactions.run(SYSTEM, async (tx) => ({
    discounts: await tx
      .selectFrom('order_discount')
      .select(['promotionId', 'version', 'target', 'amount', 'platformAmount'])
      .where('orderId', '=', id)
      .orderBy('amount')
      .execute(),
    uses: await tx
      .selectFrom('promotion_use')
      .select(['promotionId', 'amount', 'status'])
      .where('orderId', '=', id)
      .execute(),
    counter: await tx
      .selectFrom('promotion_counter')
      .select(['used', 'spent'])
      .where('promotionId', '=', coupon)
      .executeTakeFirst(),
  }));
  expect(kept).toEqual({
    discounts: [
      { promotionId: coupon, version: 1, target: 'goods', amount: 500, platformAmount: 500 },
      { promotionId: tenth, version: 1, target: 'goods', amount: 1_798, platformAmount: 1_079 },
    ],
    uses: [{ promotionId: coupon, amount: 500, status: 'held' }],
    counter: { used: 1, spent: 500 },
  });
});

test('an order is refused, and no use is counted, when a coupon does not apply or the price differs', async () => {
  expect((await post('/v1/orders', order({ couponCodes: ['WELCOME', 'NOSUCH'] }))).json()).toMatchObject({
    status: 409,
    code: 'coupon_not_applicable',
    errors: [
      { pointer: '/couponCodes/0', reason: 'not_first_order' },
      { pointer: '/couponCodes/1', reason: 'unknown_code' },
    ],
  });
  expect((await post('/v1/orders', order({ total: brl(18_880) }))).json()).toMatchObject({
    status: 409,
    code: 'price_changed',
    seen: { total: brl(18_880) },
    ours: { total: brl(17_082), rules: [{ promotionId: tenth }] },
  });
  const { rows } = await api.transactions.run(SYSTEM, async (tx) => ({
    rows: await tx.selectFrom('promotion_use').select('orderId').execute(),
  }));
  expect(rows).toHaveLength(1);
});

test('an order that costs nothing is accepted', async () => {
  await publishPromotion(api.transactions, { kind: 'percentage', rate: 10_000, coupon: { code: 'FREEGOODS' } });
  await publishPromotion(api.transactions, { kind: 'free_shipping', coupon: { code: 'FREESHIP' } });
  const placed = await post('/v1/orders', order({ couponCodes: ['FREEGOODS', 'FREESHIP'] }));
  expect(placed.json()).toMatchObject({ total: brl(0), payments: [{ amount: brl(0) }] });
});
