import fc from 'fast-check';
import { allocate, basisPointsOf } from '../../src/domain/money';

const amounts = fc.integer({ min: 0, max: 100_000_000_000 });
const weights = fc.array(fc.integer({ min: 0, max: 1_000_000_000 }), { minLength: 1, maxLength: 30 });

describe('allocate', () => {
  test.each([
    [100, [1, 1, 1], [34, 33, 33]],
    [0, [5, 5], [0, 0]],
    [5, [0, 0], [3, 2]],
    [10, [3, 0, 7], [3, 0, 7]],
    [1, [1, 1_000_000], [0, 1]],
  ])('divides %i by %j into %j', (amount, shares, parts) => {
    expect(allocate(amount, shares)).toEqual(parts);
  });

  test('parts sum to the whole, and none is a minor unit or more off its exact share', () => {
    fc.assert(
      fc.property(amounts, weights, (amount, shares) => {
        const parts = allocate(amount, shares);
        const total = shares.reduce((sum, share) => sum + share, 0);
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(amount);
        if (total > 0)
          parts.forEach((part, i) => {
            expect(Math.abs(part - amount * ((shares[i] ?? 0) / total))).toBeLessThan(1.001);
          });
      }),
    );
  });

  test('refuses to divide an amount among no weights', () => {
    expect(allocate(0, [])).toEqual([]);
    expect(() => allocate(1, [])).toThrow(RangeError);
  });
});

test.each([
  [10_000, 1_000, 1_000],
  [5, 1_000, 1],
  [4, 1_000, 0],
  [999, 0, 0],
])('takes basis points of %i at %i: %i', (amount, rate, part) => {
  expect(basisPointsOf(amount, rate)).toBe(part);
});
