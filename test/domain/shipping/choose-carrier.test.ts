import fc from 'fast-check';
import { chooseCarrier, latestDelivery, type CarrierRate } from '../../../src/domain/shipping/choose-carrier';
import { addDays } from '../../../src/domain/dates';
import { containsCardNumber } from '../../../src/domain/payments/card-number';
import {
  authorizationEntries,
  captureEntries,
  refundEntries,
  voidEntries,
  type Earned,
} from '../../../src/domain/ledger/ledger-entries';

describe('chooseCarrier', () => {
  const rate = (code: string, deliveryDays: number, baseAmount: number, maxWeightG = 30_000): CarrierRate => ({
    code,
    deliveryDays,
    baseAmount,
    maxWeightG,
    perKgAmount: 100,
    countries: ['CN'],
  });
  const rates = [rate('swift', 1, 2_000), rate('steady', 3, 1_000), rate('feather', 6, 300, 2_000)];
  const of = (change = {}) => ({
    country: 'CN',
    weightG: 900,
    urgency: 'standard' as const,
    today: '2026-11-23',
    requestedDate: null,
    ...change,
  });

  test.each([
    ['cheapest', of(), 'feather'],
    ['cheapest that lifts it', of({ weightG: 2_500 }), 'steady'],
    ['fastest when urgent', of({ urgency: 'urgent' }), 'swift'],
    ['cheapest in time', of({ requestedDate: '2026-11-26' }), 'steady'],
    ['fastest when none is in time', of({ requestedDate: '2026-11-23' }), 'swift'],
  ])('takes the %s', (_reason, consignment, code) => {
    expect(chooseCarrier(consignment, rates)?.code).toBe(code);
  });

  test('chooses none when no carrier takes it', () => {
    expect(chooseCarrier(of({ country: 'AQ' }), rates)).toBeUndefined();
    expect(chooseCarrier(of({ weightG: 31_000 }), rates)).toBeUndefined();
  });
});

test('no parcel of an order arrives later than its latest delivery, whichever carriers are chosen', () => {
  const rates = fc.uniqueArray(
    fc.record({
      code: fc.string({ minLength: 1, maxLength: 4 }),
      deliveryDays: fc.integer({ min: 1, max: 20 }),
      baseAmount: fc.nat({ max: 900 }),
      perKgAmount: fc.nat({ max: 99 }),
      maxWeightG: fc.integer({ min: 1, max: 30_000 }),
      countries: fc.constant(['CN']),
    }),
    { minLength: 1, maxLength: 6, selector: ({ code }) => code },
  );
  const consignment = fc.record({
    weightG: fc.integer({ min: 1, max: 30_000 }),
    urgency: fc.constantFrom('urgent' as const, 'standard' as const),
    requestedDate: fc.constantFrom(null, '2026-11-24', '2026-12-30'),
  });
  fc.assert(
    fc.property(rates, consignment, (all, rest) => {
      const of = { country: 'CN', today: '2026-11-23', ...rest };
      const chosen = all.find(({ code }) => code === chooseCarrier(of, all)?.code);
      const latest = latestDelivery(of, all) ?? '';
      if (chosen) expect(addDays(of.today, chosen.deliveryDays) <= latest).toBe(true);
      expect(latest >= (rest.requestedDate ?? '')).toBe(true);
    }),
  );
  expect(
    latestDelivery({ country: 'AQ', urgency: 'standard', today: '2026-11-23', requestedDate: null }, []),
  ).toBeUndefined();
});

test('every posting balances, and a refund undoes its capture but for the captured memo', () => {
  const sum = (entries: { amount: number }[]) => entries.reduce((total, entry) => total + entry.amount, 0);
  const money = fc.integer({ min: 0, max: 1_000_000_000 });
  fc.assert(
    fc.property(
      money,
      money,
      money,
      money,
      fc.integer({ min: 0, max: 10_000 }),
      (amount, platformAmount, part, platformPart, rate) => {
        const captured = captureEntries(amount, 'm', rate, platformAmount);
        const commission = -sum(captured.filter((entry) => entry.account === 'mall.commission'));
        const refundOf = (back: Earned) => refundEntries(back, 'm', { amount, platformAmount, commission });
        const some = refundOf({
          amount: Math.min(part, amount),
          platformAmount: Math.min(platformPart, platformAmount),
        });
        for (const entries of [authorizationEntries(amount), voidEntries(amount), captured, some])
          expect(sum(entries) === 0).toBe(true);
        expect(sum(some.filter((entry) => entry.account === 'mall.commission'))).toBeLessThanOrEqual(commission);
        const both = [...captured, ...refundOf({ amount, platformAmount })];
        for (const account of ['merchant.payable', 'mall.commission', 'mall.promotion', 'gateway.clearing']) {
          expect(sum(both.filter((entry) => entry.account === account)) === 0).toBe(true);
        }
      },
    ),
  );
});

test.each([
  ['4111 1111 1111 1111', true],
  ['card 5500-0000-0000-0004!', true],
  ['378282246310005', true],
  ['4111 1111 1111 1112', false],
  ['aa4242424242424242bbccddeeff0011', false],
  ['tok_4242', false],
  ['order 20261123000001', false],
  ['13800138000', false],
])('%p contains a card number: %p', (text, holds) => {
  expect(containsCardNumber(text)).toBe(holds);
});
