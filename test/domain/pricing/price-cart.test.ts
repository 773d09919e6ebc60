import { PriceBreakdown } from '../../../src/contracts/pricing/quote';
import { PromotionDefinition } from '../../../src/contracts/pricing/promotion';
import { breakdownOf } from '../../../src/domain/pricing/breakdown';
import { priceCart } from '../../../src/domain/pricing/price-cart';
import { priceReturn } from '../../../src/domain/pricing/return-value';
import { catalogueItem as item, priced, priceRequest } from '../../support/prices';

const catalogue = new Map(
  [
    item('a'),
    item('b', { weightG: 1_200, unitAmount: 250 }),
    item('c', { merchantId: 'm2', shippingBaseAmount: 0, shippingPerKgAmount: 0 }),
    item('r', { currency: 'BRL' }),
  ].map((entry) => [entry.skuId, entry]),
);
const cny = (amount: number) => ({ amount, currency: 'CNY' as const });

test("charges goods, and each merchant's delivery once by started kilogram, shared by weight", () => {
  const cart = priced({
    lines: [
      { skuId: 'a', quantity: 2 },
      { skuId: 'b', quantity: 1 },
      { skuId: 'c', quantity: 1 },
    ],
    catalogue,
  });
  expect(cart).toMatchObject({ goodsAmount: 3_250, shippingAmount: 900 });
  expect(cart.lines.map((line) => line.shippingAmount)).toEqual([360, 540, 0]);
});

test.each([
  [
    'an unknown SKU',
    [
      { skuId: 'a', quantity: 1 },
      { skuId: 'x', quantity: 1 },
    ],
    undefined,
    'unknown_sku',
    '/lines/1/skuId',
  ],
  ['a SKU of another currency', [{ skuId: 'r', quantity: 1 }], undefined, 'currency_not_sold', '/lines/0/skuId'],
  [
    'a unit price that is not ours',
    [{ skuId: 'a', quantity: 1, unitPrice: cny(999) }],
    undefined,
    'price_changed',
    '/lines/0/unitPrice',
  ],
  ['a total that is not ours', [{ skuId: 'a', quantity: 1 }], cny(1), 'price_changed', '/total'],
  [
    'a total in another currency',
    [{ skuId: 'c', quantity: 1 }],
    { amount: 1_000, currency: 'USD' as const },
    'price_changed',
    '/total',
  ],
])('refuses %s', (_what, lines, total, code, pointer) => {
  expect(priceCart(priceRequest({ lines, total, catalogue }))).toMatchObject({ refused: code, errors: [{ pointer }] });
});

test('a refused price comes with ours and both breakdowns', () => {
  const refusal = priceCart(
    priceRequest({ lines: [{ skuId: 'a', quantity: 1, unitPrice: cny(1_000) }], total: cny(1), catalogue }),
  );
  expect(refusal).toMatchObject({
    errors: [{ expected: cny(1_700) }],
    extensions: {
      seen: { lines: [{ skuId: 'a', quantity: 1, unitPrice: cny(1_000) }], total: cny(1) },
      ours: { total: cny(1_700), goods: cny(1_000), shipping: cny(700) },
    },
  });
});

test('accepts the price that the customer saw when it is ours', () => {
  const lines = [{ skuId: 'a', quantity: 1, unitPrice: cny(1_000) }];
  expect(priceCart(priceRequest({ lines, total: cny(1_700), catalogue }))).toMatchObject({ goodsAmount: 1_000 });
});

test('refuses a total above the largest amount', () => {
  const dear = new Map([['d', item('d', { unitAmount: 99_999_999_999 })]]);
  expect(priceCart(priceRequest({ lines: [{ skuId: 'd', quantity: 999 }], catalogue: dear }))).toMatchObject({
    refused: 'order_too_large',
  });
});

test('shows the tax in goods and delivery, and none without a destination', () => {
  const lines = [
    { skuId: 'a', quantity: 1 },
    { skuId: 'c', quantity: 1 },
  ];
  const reduced = new Map(catalogue).set(
    'c',
    item('c', { merchantId: 'm2', taxCategory: 'reduced', shippingBaseAmount: 0, shippingPerKgAmount: 0 }),
  );
  const cart = priced({ lines, catalogue: reduced });
  expect(cart.lines.map(({ tax }) => tax)).toEqual([
    { rate: 1_300, goods: 115, shipping: 81 },
    { rate: 900, goods: 83, shipping: 0 },
  ]);
  expect(cart.taxAmount).toBe(279);
  expect(priced({ lines, catalogue, country: null })).toMatchObject({
    taxAmount: null,
    lines: [{ tax: null }, { tax: null }],
  });
});

test('a breakdown fits its schema and names who pays each discount', () => {
  const definition = PromotionDefinition.parse({
    kind: 'percentage',
    rate: 1_000,
    name: 'Ten',
    currency: 'CNY',
    platformShare: 5_000,
  });
  const cart = priced({
    lines: [{ skuId: 'a', quantity: 1 }],
    catalogue,
    promotions: [
      { id: 'p', version: 3, merchantId: null, paused: false, definition, used: { total: 0, byCustomer: 0, spent: 0 } },
    ],
  });
  const breakdown = PriceBreakdown.parse(breakdownOf(cart, 'CNY'));
  expect(breakdown.rules).toEqual([
    {
      promotionId: 'p',
      version: 3,
      merchantId: null,
      name: 'Ten',
      kind: 'percentage',
      couponCode: null,
      amount: cny(100),
      discounts: [{ line: 0, on: 'goods', amount: cny(100), paidByMall: cny(50), paidByMerchant: cny(50) }],
    },
  ]);
  expect(breakdown).toMatchObject({ goods: cny(900), discount: cny(100), total: cny(1_600) });
});

test.each([[0], [4]])('refuses a return of %i of three units', (quantity) => {
  expect(() =>
    priceReturn({ quantity: 3, goodsAmount: 100, shippingAmount: 0, platformAmount: 0, returnedQuantity: 0 }, quantity),
  ).toThrow(RangeError);
});
