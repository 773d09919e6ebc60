import fc from 'fast-check';
import {
  agreeBackorder,
  estimateArrival,
  remainingAllowance,
  type BackorderTerms,
} from '../../../src/domain/inventory/agree-backorder';

const TODAY = '2026-11-23';
const terms = (change: Partial<BackorderTerms> = {}): BackorderTerms => ({
  leadDays: 10,
  maxUnits: null,
  backordered: 0,
  arrivals: [],
  ...change,
});
const on = (expectedOn: string, units: number) => ({ expectedOn, units });

test.each<[string, Partial<BackorderTerms>, number, string, string]>([
  ['nothing is on its way', {}, 1, '2026-12-03', 'lead_days'],
  ['a confirmed arrival is enough', { arrivals: [on('2026-11-30', 5)] }, 5, '2026-11-30', 'supplier'],
  ['it is enough, though later than the lead days', { arrivals: [on('2026-12-24', 5)] }, 5, '2026-12-24', 'supplier'],
  ['it is not enough', { arrivals: [on('2026-11-30', 4)] }, 5, '2026-12-03', 'lead_days'],
  [
    'it is enough, but not after earlier backorders',
    { arrivals: [on('2026-11-30', 5)], backordered: 1 },
    5,
    '2026-12-03',
    'lead_days',
  ],
  [
    'two are enough together: the later counts',
    { arrivals: [on('2026-12-20', 3), on('2026-11-30', 3)], backordered: 1 },
    5,
    '2026-12-20',
    'supplier',
  ],
  [
    'the first is enough alone',
    { arrivals: [on('2026-12-20', 3), on('2026-11-30', 6)], backordered: 1 },
    5,
    '2026-11-30',
    'supplier',
  ],
  ['there are no lead days', { leadDays: 0 }, 5, TODAY, 'lead_days'],
])('expects units when %s', (_what, change, units, expectedOn, basis) => {
  expect(estimateArrival(terms(change), units, TODAY)).toEqual({ expectedOn, basis });
});

test.each([
  [null, 7, null],
  [10, 7, 3],
  [10, 12, 0],
])('of at most %p units with %p on backorder, %p more are allowed', (maxUnits, backordered, more) => {
  expect(remainingAllowance(terms({ maxUnits, backordered }))).toBe(more);
});

const stock = (units: Readonly<Record<string, number>>) =>
  Object.entries(units).map(([skuId, available]) => ({ skuId, warehouseId: 'w1', available }));
const want = (skuId: string, quantity: number, lineId = skuId) => ({ lineId, skuId, quantity });

test.each<
  [
    string,
    { lineId: string; skuId: string; quantity: number }[],
    Record<string, number>,
    Record<string, BackorderTerms>,
    object,
  ]
>([
  [
    'all is available',
    [want('a', 2)],
    { a: 2 },
    { a: terms() },
    { available: [want('a', 2)], backordered: [], agreedOn: null },
  ],
  [
    'nothing is available',
    [want('a', 2)],
    { a: 0 },
    { a: terms() },
    {
      available: [],
      backordered: [{ demand: want('a', 2), quantity: 2, expectedOn: '2026-12-03', basis: 'lead_days' }],
      agreedOn: '2026-12-03',
    },
  ],
  [
    'some is available: it is taken',
    [want('a', 3), want('b', 1)],
    { a: 1, b: 9 },
    { a: terms() },
    { available: [want('a', 1), want('b', 1)], backordered: [{ quantity: 2 }], agreedOn: '2026-12-03' },
  ],
  [
    'two lines want the same',
    [want('a', 3, 'l1'), want('a', 3, 'l2')],
    { a: 4 },
    { a: terms() },
    { available: [want('a', 3, 'l1'), want('a', 1, 'l2')], backordered: [{ demand: { lineId: 'l2' }, quantity: 2 }] },
  ],
  [
    'two lines want one SKU that is available, while another SKU is short',
    [want('a', 1, 'l1'), want('a', 1, 'l2'), want('b', 1)],
    { a: 9, b: 0 },
    { a: terms(), b: terms() },
    { available: [want('a', 1, 'l1'), want('a', 1, 'l2')], backordered: [{ demand: want('b', 1), quantity: 1 }] },
  ],
  [
    'the last of two lines says when',
    [want('a', 1), want('b', 1)],
    { a: 0, b: 0 },
    { a: terms({ leadDays: 30 }), b: terms() },
    { backordered: [{ expectedOn: '2026-12-23' }, { expectedOn: '2026-12-03' }], agreedOn: '2026-12-23' },
  ],
  [
    'one of two may not be backordered: that one is short',
    [want('a', 1), want('b', 1)],
    { a: 0, b: 0 },
    { a: terms() },
    { shortages: [{ skuId: 'b', requested: 1, available: 0 }] },
  ],
  [
    'more than may be backordered',
    [want('a', 6)],
    { a: 2 },
    { a: terms({ maxUnits: 5, backordered: 2 }) },
    { shortages: [{ skuId: 'a', requested: 6, available: 5 }] },
  ],
  [
    'as much as may be backordered',
    [want('a', 5)],
    { a: 2 },
    { a: terms({ maxUnits: 5, backordered: 2 }) },
    { backordered: [{ quantity: 3 }] },
  ],
  [
    'it may not be backordered',
    [want('a', 6)],
    { a: 2 },
    {},
    { shortages: [{ skuId: 'a', requested: 6, available: 2 }] },
  ],
])('%s', (_what, demands, units, known, agreed) => {
  expect(agreeBackorder(demands, stock(units), new Map(Object.entries(known)), TODAY)).toMatchObject(agreed);
});

test('every unit of every line is available or backordered, whatever lines share a SKU', () => {
  const lines = fc.array(
    fc.record({ skuId: fc.constantFrom('a', 'b', 'c'), quantity: fc.integer({ min: 1, max: 5 }) }),
    { minLength: 1, maxLength: 6 },
  );
  const shelves = fc.record({ a: fc.nat(12), b: fc.nat(12), c: fc.nat(12) });
  fc.assert(
    fc.property(lines, shelves, (wanted, units) => {
      const demands = wanted.map(({ skuId, quantity }, index) => want(skuId, quantity, `l${index}`));
      const known = new Map(['a', 'b', 'c'].map((skuId) => [skuId, terms()]));
      const agreed = agreeBackorder(demands, stock(units), known, TODAY);
      if ('shortages' in agreed) throw new Error('everything may be backordered');
      const covered = [
        ...agreed.available.map(({ lineId, quantity }) => ({ lineId, quantity })),
        ...agreed.backordered.map(({ demand, quantity }) => ({ lineId: demand.lineId, quantity })),
      ];
      for (const { lineId, quantity } of demands) {
        const own = covered.filter((part) => part.lineId === lineId);
        expect(own.reduce((sum, part) => sum + part.quantity, 0)).toBe(quantity);
      }
    }),
  );
});
