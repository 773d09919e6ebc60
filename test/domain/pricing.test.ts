import fc from 'fast-check';
import { isRefusal } from '../../src/contracts/errors';
import { priceCart, type CatalogueItem } from '../../src/domain/pricing';

const item = (skuId: string, change: Partial<CatalogueItem> = {}): CatalogueItem => ({
  skuId, merchantId: 'm1', title: skuId, weightG: 400, currency: 'CNY', unitAmount: 1_000, shippingBaseAmount: 500, shippingPerKgAmount: 200, ...change,
});
const catalogue = new Map([
  item('a'), item('b', { weightG: 1_200, unitAmount: 250 }), item('c', { merchantId: 'm2', shippingBaseAmount: 0, shippingPerKgAmount: 0 }), item('r', { currency: 'BRL' }),
].map((entry) => [entry.skuId, entry]));
const cny = (amount: number) => ({ amount, currency: 'CNY' as const });

test('charges goods, and each merchant\'s delivery once by started kilogram, shared by weight', () => {
  const cart = priceCart('CNY', [{ skuId: 'a', quantity: 2 }, { skuId: 'b', quantity: 1 }, { skuId: 'c', quantity: 1 }], undefined, catalogue);
  expect(cart).toMatchObject({ goodsAmount: 3_250, shippingAmount: 900 });
  expect(isRefusal(cart) ? [] : cart.lines.map((line) => line.shippingAmount)).toEqual([360, 540, 0]);
});

test.each([
  ['an unknown SKU', [{ skuId: 'a', quantity: 1 }, { skuId: 'x', quantity: 1 }], undefined, 'unknown_sku', '/lines/1/skuId'],
  ['a SKU of another currency', [{ skuId: 'r', quantity: 1 }], undefined, 'currency_not_sold', '/lines/0/skuId'],
  ['a unit price that is not ours', [{ skuId: 'a', quantity: 1, unitPrice: cny(999) }], undefined, 'price_changed', '/lines/0/unitPrice'],
  ['a total that is not ours', [{ skuId: 'a', quantity: 1 }], cny(1), 'price_changed', '/total'],
  ['a total in another currency', [{ skuId: 'c', quantity: 1 }], { amount: 1_000, currency: 'USD' as const }, 'price_changed', '/total'],
])('refuses %s', (_what, lines, total, code, pointer) => {
  expect(priceCart('CNY', lines, total, catalogue)).toMatchObject({ refused: code, errors: [{ pointer }] });
});

test('says the price it expected, so that the storefront can show it', () => {
  expect(priceCart('CNY', [{ skuId: 'a', quantity: 1 }], cny(1), catalogue)).toMatchObject({ errors: [{ expected: cny(1_700) }] });
});

test('takes the price the customer saw when it is ours', () => {
  expect(priceCart('CNY', [{ skuId: 'a', quantity: 1, unitPrice: cny(1_000) }], cny(1_700), catalogue)).toMatchObject({ goodsAmount: 1_000 });
});

test('refuses a total beyond what the books take', () => {
  const dear = new Map([['d', item('d', { unitAmount: 99_999_999_999 })]]);
  expect(priceCart('CNY', [{ skuId: 'd', quantity: 999 }], undefined, dear)).toMatchObject({ refused: 'order_too_large' });
});

test('lines add up to the cart, whatever the cart', () => {
  const line = fc.record({ skuId: fc.constantFrom('a', 'b', 'c'), quantity: fc.integer({ min: 1, max: 999 }) });
  fc.assert(fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), (lines) => {
    const cart = priceCart('CNY', lines, undefined, catalogue);
    if (isRefusal(cart)) throw new Error('a cart of known SKUs was refused');
    expect(cart.lines.reduce((sum, { shippingAmount }) => sum + shippingAmount, 0)).toBe(cart.shippingAmount);
    expect(cart.lines.every(({ shippingAmount }) => shippingAmount >= 0)).toBe(true);
  }));
});
