import { isRefusal } from '../../src/contracts/errors';
import { PromotionDefinition } from '../../src/contracts/pricing/promotion';
import { priceCart } from '../../src/domain/pricing/price-cart';
import { measurePricing, pricingLoad } from '../../bench/pricing';

test('the bench prices ten lines with fifty live rules of every kind, the same ones for the same seed', () => {
  const request = pricingLoad(7);
  expect([request.lines.length, request.promotions.length]).toEqual([10, 50]);
  expect(new Set(request.promotions.map(({ definition }) => definition.kind)).size).toBe(
    PromotionDefinition.options.length,
  );
  expect(priceCart(request)).toEqual(priceCart(pricingLoad(7)));
  expect(isRefusal(priceCart(request))).toBe(false);
});

test('it counts what it measured, and most carts meet many rules that apply', () => {
  const figures = measurePricing(60);
  expect(figures).toMatchObject({ count: 60 });
  expect(figures.applied).toBeGreaterThan(15);
  expect(figures.p99Ms).toBeGreaterThanOrEqual(figures.p50Ms);
});
