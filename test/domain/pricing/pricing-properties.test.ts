import fc from 'fast-check';
import { PromotionDefinition } from '../../../src/contracts/pricing/promotion';
import { Account, captureEntries, refundEntries, type Entry } from '../../../src/domain/ledger/ledger-entries';
import type { CartLine, PricedCart, Promotion } from '../../../src/domain/pricing/priced-cart';
import { priceReturn } from '../../../src/domain/pricing/return-value';
import { valueUnits } from '../../../src/domain/orders/split-into-fulfillments';
import { catalogueItem, priced } from '../../support/prices';

const skuIds = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
const sku = fc.constantFrom(...skuIds);
const amount = fc.integer({ min: 1, max: 60_000 });
const rate = fc.integer({ min: 1, max: 10_000 });
const few = fc.integer({ min: 1, max: 4 });
const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
const tier = fc.constantFrom('gold', 'silver');
const of = fc.constantFrom('sku', 'scope');

const catalogue = fc
  .tuple(
    ...skuIds.map((skuId, i) =>
      fc
        .record({ unitAmount: fc.integer({ min: 1, max: 30_000 }), weightG: fc.integer({ min: 1, max: 2_500 }) })
        .map((price) =>
          catalogueItem(skuId, {
            ...price,
            merchantId: `m${i % 3}`,
            category: `k${i % 2}`,
            shippingBaseAmount: i % 3 === 0 ? 0 : 700,
          }),
        ),
    ),
  )
  .map((items) => new Map(items.map((item) => [item.skuId, item])));

const kind = fc.oneof(
  fc.record({ kind: fc.constant('percentage'), rate, atMost: some(amount) }),
  fc.record({ kind: fc.constant('fixed_amount'), amount, per: fc.constantFrom('order', 'unit') }),
  fc.record({ kind: fc.constant('fixed_price'), unitPrice: amount }),
  fc.record({
    kind: fc.constant('spend_tiers'),
    tiers: fc.array(fc.oneof(fc.record({ spend: amount, save: amount }), fc.record({ spend: amount, rate })), {
      minLength: 1,
      maxLength: 3,
    }),
  }),
  fc.record({ kind: fc.constant('spend_every'), every: amount, save: amount, times: some(few) }),
  fc.record({ kind: fc.constant('buy_n_get_m'), buy: few, get: few, rate, of, times: some(few) }),
  fc.record({ kind: fc.constant('nth_item'), n: fc.integer({ min: 2, max: 4 }), rate, of, times: some(few) }),
  fc.record({
    kind: fc.constant('bundle_price'),
    price: amount,
    times: some(few),
    parts: fc
      .uniqueArray(sku, { minLength: 1, maxLength: 3 })
      .chain((ids) => fc.tuple(...ids.map((id) => fc.record({ skuIds: fc.constant([id]), quantity: few })))),
  }),
  fc.record({ kind: fc.constant('bundle_price'), price: amount, parts: fc.tuple(fc.record({ quantity: few })) }),
  fc.record({ kind: fc.constant('free_shipping'), atMost: some(amount) }),
  fc.record({
    kind: fc.constant('member_price'),
    prices: fc.array(fc.record({ tier, skuId: sku, unitPrice: amount }), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    kind: fc.constant('member_discount'),
    tiers: fc.array(fc.record({ tier, rate }), { minLength: 1, maxLength: 2 }),
  }),
);
const common = fc.record({
  priority: some(fc.integer({ min: 0, max: 3 })),
  group: some(fc.constantFrom('g', 'h')),
  exclusive: fc.constantFrom('none', 'none', 'none', 'line', 'later', 'order'),
  scope: some(
    fc.record({ skuIds: some(fc.array(sku, { minLength: 1, maxLength: 4 })), categories: some(fc.constant(['k1'])) }),
  ),
  minimum: some(fc.record({ amount: some(amount), quantity: some(few) })),
  platformShare: some(fc.integer({ min: 0, max: 10_000 })),
});
const promotions = fc
  .uniqueArray(
    fc.record({
      id: fc.string({ minLength: 1, maxLength: 4 }),
      kind,
      common,
      merchantId: fc.constantFrom(null, null, 'm0', 'm1'),
    }),
    { maxLength: 8, selector: ({ id }) => id },
  )
  .map((rules) =>
    rules.map((rule): Promotion => ({
      id: rule.id,
      version: 1,
      merchantId: rule.merchantId,
      paused: false,
      used: { total: 0, byCustomer: 0, spent: 0 },
      definition: PromotionDefinition.parse({
        name: 'rule',
        currency: 'CNY',
        ...(JSON.parse(JSON.stringify({ ...rule.common, ...rule.kind })) as object),
      }),
    })),
  );
const lines = fc.array(fc.record({ skuId: sku, quantity: fc.integer({ min: 1, max: 12 }) }), {
  minLength: 1,
  maxLength: 8,
});
const requests = fc.record({
  lines,
  catalogue,
  promotions,
  customer: fc.record({ memberTier: fc.constantFrom(null, 'gold', 'silver'), firstOrder: fc.boolean() }),
});

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const runs = { numRuns: 100 };

test('all shares add up to the whole, in minor units, and nothing is below zero', () => {
  fc.assert(
    fc.property(requests, (request) => {
      const cart = priced(request);
      const list = sum(
        cart.lines.map((line) => line.unitAmount * line.quantity + line.shippingAmount + line.shippingDiscountAmount),
      );
      expect(cart.goodsAmount + cart.shippingAmount + cart.discountAmount).toBe(list);
      expect(cart.goodsAmount).toBe(sum(cart.lines.map((line) => line.goodsAmount)));
      expect(cart.shippingAmount).toBe(sum(cart.lines.map((line) => line.shippingAmount)));
      expect(cart.discountAmount).toBe(sum(cart.applied.map((rule) => rule.amount)));
      for (const rule of cart.applied) {
        expect(rule.amount).toBe(sum(rule.discounts.map((discount) => discount.amount)));
        for (const { amount: whole, platformAmount, merchantAmount } of rule.discounts) {
          expect(platformAmount + merchantAmount).toBe(whole);
          expect(Math.min(whole - 1, platformAmount, merchantAmount)).toBeGreaterThanOrEqual(0);
        }
      }
      cart.lines.forEach((line, index) => {
        const own = cart.applied.flatMap((rule) => rule.discounts).filter((discount) => discount.line === index);
        const on = (what: 'goods' | 'shipping') =>
          sum(own.filter((discount) => discount.on === what).map((discount) => discount.amount));
        expect([line.goodsAmount + on('goods'), line.discountAmount, line.shippingDiscountAmount]).toEqual([
          line.unitAmount * line.quantity,
          on('goods'),
          on('shipping'),
        ]);
        expect(line.platformAmount).toBe(sum(own.map((discount) => discount.platformAmount)));
        expect(Math.min(line.goodsAmount, line.shippingAmount, line.discountAmount)).toBeGreaterThanOrEqual(0);
      });
    }),
    runs,
  );
});

test('every rule is reported once, with its discount or its reason', () => {
  fc.assert(
    fc.property(requests, (request) => {
      const cart = priced(request);
      const reported = [...cart.applied, ...cart.unapplied].map((rule) => rule.promotionId).sort();
      expect(reported).toEqual(request.promotions.map(({ id }) => id).sort());
      expect(cart.unapplied.every((rule) => rule.reason.length > 10)).toBe(true);
    }),
    runs,
  );
});

/** Removes from a price everything that depends on the order of the lines. */
const unordered = (cart: PricedCart) => ({
  ...cart,
  lines: cart.lines
    .map(({ skuId, quantity, goodsAmount, shippingAmount, platformAmount }) =>
      JSON.stringify([skuId, quantity, goodsAmount, shippingAmount, platformAmount]),
    )
    .sort(),
  taxAmount: 0,
  applied: cart.applied.map(({ discounts, ...rule }) => ({
    ...rule,
    discounts: discounts
      .map(({ line, on, amount: own }) =>
        JSON.stringify([cart.lines[line]?.skuId, cart.lines[line]?.quantity, on, own]),
      )
      .sort(),
  })),
});
const shuffledWith = <T>(items: readonly T[]) =>
  fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length });

test('the order of rules and lines in the request changes nothing', () => {
  fc.assert(
    fc.property(
      requests.chain((request) =>
        fc.tuple(fc.constant(request), shuffledWith<CartLine>(request.lines), shuffledWith(request.promotions)),
      ),
      ([request, otherLines, otherRules]) => {
        expect(unordered(priced({ ...request, lines: otherLines, promotions: otherRules }))).toEqual(
          unordered(priced(request)),
        );
      },
    ),
    runs,
  );
});

test('the same request has the same price, and the total of a quote is accepted', () => {
  fc.assert(
    fc.property(requests, (request) => {
      const quote = priced(request);
      const total = { amount: quote.goodsAmount + quote.shippingAmount, currency: 'CNY' as const };
      expect(priced({ ...request, total })).toEqual(quote);
    }),
    runs,
  );
});

const paid = fc.record({
  quantity: fc.integer({ min: 1, max: 200 }),
  goodsAmount: fc.nat({ max: 10_000_000 }),
  shippingAmount: fc.nat({ max: 50_000 }),
  platformAmount: fc.nat({ max: 100_000 }),
});
const returned = paid.chain((line) =>
  fc.tuple(fc.constant(line), fc.array(fc.integer({ min: 1, max: line.quantity }), { minLength: 1, maxLength: 12 })),
);

test('partial returns refund no more than was paid for them, and together exactly the payment', () => {
  fc.assert(
    fc.property(returned, ([line, cuts]) => {
      let returnedQuantity = 0;
      const back = { goodsAmount: 0, shippingAmount: 0, platformAmount: 0 };
      for (const cut of [...cuts, line.quantity]) {
        const quantity = Math.min(cut, line.quantity - returnedQuantity);
        if (quantity === 0) continue;
        const refund = priceReturn({ ...line, returnedQuantity }, quantity);
        returnedQuantity += quantity;
        for (const member of ['goodsAmount', 'shippingAmount', 'platformAmount'] as const) {
          back[member] += refund[member];
          expect(refund[member]).toBeGreaterThanOrEqual(0);
          expect(back[member] * line.quantity).toBeLessThanOrEqual(line[member] * returnedQuantity);
        }
      }
      expect(back).toEqual({
        goodsAmount: line.goodsAmount,
        shippingAmount: line.shippingAmount,
        platformAmount: line.platformAmount,
      });
    }),
    { numRuns: 1_000 },
  );
});

const divided = requests.chain((request) =>
  fc.tuple(
    fc.constant(request),
    fc.array(fc.integer({ min: 1, max: 12 }), { minLength: request.lines.length, maxLength: request.lines.length }),
    fc.infiniteStream(fc.nat({ max: 1_000 })),
  ),
);

test('fulfillments returned in any order refund their payment, and all together empty the ledger', () => {
  fc.assert(
    fc.property(divided, ([request, cuts, dice]) => {
      const cart = priced(request);
      // Every line is split over two warehouses where it has units for both.
      const sourced = cart.lines.flatMap(({ merchantId, skuId, quantity }, line) => {
        const first = Math.min(quantity, cuts[line] ?? 1);
        return [first, quantity - first]
          .filter((units) => units > 0)
          .map((units, i) => ({ lineId: String(line), merchantId, skuId, warehouseId: `w${i}`, quantity: units }));
      });
      const valued = valueUnits(
        sourced,
        cart.lines.map(({ goodsAmount, shippingAmount, platformAmount }, line) => ({
          lineId: String(line),
          amount: goodsAmount + shippingAmount,
          shippingAmount,
          platformAmount,
        })),
      );
      expect(sum(valued.map((units) => units.amount))).toBe(cart.goodsAmount + cart.shippingAmount);
      const entries: Entry[] = [];
      const back = cart.lines.map(() => ({ goodsAmount: 0, shippingAmount: 0, platformAmount: 0 }));
      const turns = valued.map((units) => ({ units, turn: dice.next().value ?? 0 }));
      for (const { units } of turns.sort((a, b) => a.turn - b.turn)) {
        const { lineId, merchantId, quantity, amount, shippingAmount, platformAmount } = units;
        const refund = priceReturn(
          { quantity, goodsAmount: amount - shippingAmount, shippingAmount, platformAmount, returnedQuantity: 0 },
          quantity,
        );
        expect(refund.goodsAmount + refund.shippingAmount).toBe(amount);
        const captured = captureEntries(amount, merchantId, 900, platformAmount);
        const commission = -sum(
          captured.filter((entry) => entry.account === Account.commission).map((entry) => entry.amount),
        );
        entries.push(
          ...captured,
          ...refundEntries(
            { amount: refund.goodsAmount + refund.shippingAmount, platformAmount: refund.platformAmount },
            merchantId,
            { amount, platformAmount, commission },
          ),
        );
        const [line, given] = [cart.lines[Number(lineId)], back[Number(lineId)]];
        for (const member of ['goodsAmount', 'shippingAmount', 'platformAmount'] as const) {
          if (!line || !given) throw new Error('units of no line');
          given[member] += refund[member];
          expect(given[member]).toBeLessThanOrEqual(line[member]);
        }
      }
      expect(back).toEqual(
        cart.lines.map(({ goodsAmount, shippingAmount, platformAmount }) => ({
          goodsAmount,
          shippingAmount,
          platformAmount,
        })),
      );
      const balance = (account: Account) =>
        sum(entries.filter((entry) => entry.account === account).map((entry) => entry.amount));
      expect([Account.clearing, Account.merchantPayable, Account.commission, Account.promotion].map(balance)).toEqual([
        0, 0, 0, 0,
      ]);
    }),
    runs,
  );
});
