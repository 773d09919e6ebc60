import { PromotionDefinition, type PromotionKind } from '../../../src/contracts/pricing/promotion';
import type { PricedCart } from '../../../src/domain/pricing/priced-cart';
import { priceReturn } from '../../../src/domain/pricing/return-value';
import { includedTaxes } from '../../../src/domain/pricing/tax';
import { priced } from '../../support/prices';
import { cases, minor, rowsUnder, workedOut, type Case } from './pricing-cases';

const shown = (amount: number): string => (amount / 100).toFixed(2);

/** Writes each rule's outcome as the page does, in the case's order of rules. */
function offOf(cart: PricedCart, { off, request }: Case): string {
  const outcomes = request.promotions.map(({ id }) => {
    const applied = cart.applied.find((rule) => rule.promotionId === id);
    if (!applied) return `${id} ${cart.unapplied.find((rule) => rule.promotionId === id)?.code ?? 'missing'}`;
    const mall = applied.discounts.reduce((sum, discount) => sum + discount.platformAmount, 0);
    const showsMall = new RegExp(`${id} [0-9.]+ \\(mall`).test(off);
    return `${id} ${shown(applied.amount)}${showsMall ? ` (mall ${shown(mall)})` : ''}`;
  });
  return [...outcomes, ...cart.unknownCodes.map((code) => `unknown ${code}`)].join(' · ');
}

function paysOf(cart: PricedCart): string {
  const goods = cart.lines.map((line) => shown(line.goodsAmount)).join(' + ');
  return cart.shippingAmount > 0 ? `${goods}, delivery ${shown(cart.shippingAmount)}` : goods;
}

test.each(cases)('%s', (_name, example) => {
  const cart = priced(example.request);
  expect({ off: offOf(cart, example), pays: paysOf(cart) }).toEqual({ off: example.off, pays: example.pays });
  expect(cart.goodsAmount + cart.shippingAmount).toBe(workedOut(example.worked));
});

test('the page works at least 150 cases, and every kind in several', () => {
  const kinds = cases.flatMap(([, { request }]) => request.promotions.map(({ definition }) => definition.kind));
  const all = PromotionDefinition.options.map((option) => option.shape.kind.value) satisfies PromotionKind[];
  expect(cases.length).toBeGreaterThanOrEqual(150);
  expect(new Set(cases.map(([name]) => name)).size).toBe(cases.length);
  expect(all.filter((kind) => kinds.filter((own) => own === kind).length < 5)).toEqual([]);
});

const taxes = rowsUnder('| country | category | price | rate | tax | worked |');
test.each(taxes)('tax of %s, %s, in %s', (country, category, price, rate, tax, worked) => {
  const share = includedTaxes().taxOf(
    country,
    category,
    { goods: minor(price), shipping: minor(price) },
    '2026-11-11T12:00:00',
  );
  const amount = minor(tax === '' ? '0.00' : tax);
  expect(share).toEqual(
    rate === '' ? null : { rate: Math.round(Number.parseFloat(rate) * 100), goods: amount, shipping: amount },
  );
  expect(workedOut(worked)).toBe(minor(price));
});

const returns = rowsUnder('| bought | paid | mall paid | parts | given back | to the mall | worked |');
test.each(returns)(
  'return of %s units that cost %s (mall: %s) in parts of %s',
  (bought, paid, mall, parts, back, toMall, worked) => {
    let returnedQuantity = 0;
    const refunds = parts.split(', ').map((part) => {
      const refund = priceReturn(
        {
          quantity: Number(bought),
          goodsAmount: minor(paid),
          shippingAmount: 0,
          platformAmount: minor(mall),
          returnedQuantity,
        },
        Number(part),
      );
      returnedQuantity += Number(part);
      return refund;
    });
    expect(refunds.map((refund) => shown(refund.goodsAmount)).join(', ')).toBe(back);
    expect(refunds.map((refund) => shown(refund.platformAmount)).join(', ')).toBe(toMall);
    expect(workedOut(worked)).toBe(minor(paid));
  },
);

test('tables were found', () => {
  expect([taxes.length, returns.length]).toEqual([11, 6]);
});
