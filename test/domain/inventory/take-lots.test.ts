import fc from 'fast-check';
import { takeFirstExpired } from '../../../src/domain/inventory/take-lots';
import { estimateParcel } from '../../../src/domain/parcel';
import { splitIntoFulfillments, valueUnits } from '../../../src/domain/orders/split-into-fulfillments';

describe('takeFirstExpired', () => {
  const lot = (lotId: string, free: number, expiresOn: string | null) => ({ lotId, skuId: 's', free, expiresOn });

  test('takes what expires first, and what never expires last', () => {
    const lots = [lot('never', 9, null), lot('late', 4, '2027-05-01'), lot('soon', 3, '2027-01-01')];
    expect(takeFirstExpired(9, lots, null)).toEqual([
      { lotId: 'soon', quantity: 3 },
      { lotId: 'late', quantity: 4 },
      { lotId: 'never', quantity: 2 },
    ]);
  });

  test('takes nothing when the lots hold too little', () => {
    expect(takeFirstExpired(2, [lot('a', 1, null)], null)).toBeUndefined();
  });

  test('passes over what does not keep until the day', () => {
    const lots = [lot('soon', 3, '2027-01-01'), lot('late', 4, '2027-05-01'), lot('never', 9, null)];
    expect(takeFirstExpired(5, lots, '2027-05-01')).toEqual([
      { lotId: 'late', quantity: 4 },
      { lotId: 'never', quantity: 1 },
    ]);
    expect(takeFirstExpired(14, lots, '2027-01-02')).toBeUndefined();
  });
});

test('units carry the whole value of their lines, and fulfillments the whole value of the units', () => {
  const units = fc.record({
    lineId: fc.constantFrom('1', '2', '3'),
    merchantId: fc.constantFrom('m1', 'm2'),
    skuId: fc.constant('s'),
    warehouseId: fc.constantFrom('w1', 'w2'),
    quantity: fc.integer({ min: 1, max: 50 }),
  });
  fc.assert(
    fc.property(
      fc.array(units, { minLength: 1, maxLength: 12 }),
      fc.array(fc.nat({ max: 1_000_000 }), { minLength: 3, maxLength: 3 }),
      (sourced, values) => {
        const lines = ['1', '2', '3']
          .map((lineId, i) => ({ lineId, amount: values[i] ?? 0 }))
          .filter(({ lineId }) => sourced.some((own) => own.lineId === lineId));
        const total = lines.reduce((sum, line) => sum + line.amount, 0);
        const plans = splitIntoFulfillments(valueUnits(sourced, lines));
        expect(plans.reduce((sum, plan) => sum + plan.amount, 0)).toBe(total);
        expect(plans.map((plan) => plan.number)).toEqual(plans.map((_plan, i) => i + 1));
        expect(new Set(plans.map((plan) => `${plan.merchantId}${plan.warehouseId}`)).size).toBe(plans.length);
      },
    ),
  );
});

test('estimates a box that every item fits into', () => {
  const side = fc.integer({ min: 1, max: 900 });
  const item = fc.record({
    quantity: fc.integer({ min: 1, max: 3 }),
    weightG: fc.integer({ min: 1, max: 5_000 }),
    lengthMm: side,
    widthMm: side,
    heightMm: side,
  });
  fc.assert(
    fc.property(fc.array(item, { minLength: 1, maxLength: 2 }), (items) => {
      const box = estimateParcel(items);
      const volume = items.reduce(
        (sum, { quantity, lengthMm, widthMm, heightMm }) => sum + quantity * lengthMm * widthMm * heightMm,
        0,
      );
      expect(box.lengthMm * box.widthMm * box.heightMm).toBeGreaterThan(volume);
      expect(box.weightG).toBeGreaterThan(items.reduce((sum, { quantity, weightG }) => sum + quantity * weightG, 0));
    }),
  );
});
