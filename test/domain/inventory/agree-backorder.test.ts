import fc from 'fast-check';
import {
  agreeBackorder,
  expectedFor,
  remainingAllowance,
  type BackorderTerms,
} from '../../../src/domain/inventory/agree-backorder';
import {
  fillWaitingBackorders,
  type FreeStock,
  type WaitingBackorder,
} from '../../../src/domain/inventory/fill-waiting-backorders';

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
    'it is enough, but not after what is owed',
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
])('when %s, units are expected so', (_what, change, units, expectedOn, basis) => {
  expect(expectedFor(terms(change), units, TODAY)).toEqual({ expectedOn, basis });
});

test.each([
  [null, 7, null],
  [10, 7, 3],
  [10, 12, 0],
])('of at most %p with %p backordered, %p more may be', (maxUnits, backordered, more) => {
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
    'all is there',
    [want('a', 2)],
    { a: 2 },
    { a: terms() },
    { available: [want('a', 2)], backordered: [], agreedOn: null },
  ],
  [
    'nothing is there',
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
    'a part is there: it is taken',
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
    'the last of two lines says when',
    [want('a', 1), want('b', 1)],
    { a: 0, b: 0 },
    { a: terms({ leadDays: 30 }), b: terms() },
    { backordered: [{ expectedOn: '2026-12-23' }, { expectedOn: '2026-12-03' }], agreedOn: '2026-12-23' },
  ],
  [
    'one of two is not sold so: that one is short',
    [want('a', 1), want('b', 1)],
    { a: 0, b: 0 },
    { a: terms() },
    { shortages: [{ skuId: 'b', requested: 1, available: 0 }] },
  ],
  [
    'more than may be owed',
    [want('a', 6)],
    { a: 2 },
    { a: terms({ maxUnits: 5, backordered: 2 }) },
    { shortages: [{ skuId: 'a', requested: 6, available: 5 }] },
  ],
  [
    'as much as may be owed',
    [want('a', 5)],
    { a: 2 },
    { a: terms({ maxUnits: 5, backordered: 2 }) },
    { backordered: [{ quantity: 3 }] },
  ],
  ['nobody sells it so', [want('a', 6)], { a: 2 }, {}, { shortages: [{ skuId: 'a', requested: 6, available: 2 }] }],
])('%s', (_what, demands, units, known, agreed) => {
  expect(agreeBackorder(demands, stock(units), new Map(Object.entries(known)), TODAY)).toMatchObject(agreed);
});

const waiter = (id: string, open: number, change: Partial<WaitingBackorder> = {}): WaitingBackorder => ({
  id,
  open,
  keepsUntil: null,
  shippedFrom: [],
  ...change,
});
const offer = (warehouseId: string, free: number, expiring: FreeStock['expiring'] = []): FreeStock => ({
  warehouseId,
  free,
  expiring,
});

test.each<[string, WaitingBackorder[], FreeStock[], string[]]>([
  [
    'the first gets all of it before the second gets any',
    [waiter('x', 3), waiter('y', 1)],
    [offer('w1', 2)],
    ['x: 2 from w1'],
  ],
  ['the second gets the rest', [waiter('x', 3), waiter('y', 3)], [offer('w1', 5)], ['x: 3 from w1', 'y: 2 from w1']],
  ['the fullest shelf first', [waiter('x', 3)], [offer('w1', 1), offer('w2', 2)], ['x: 2 from w2', 'x: 1 from w1']],
  [
    'where its order ships from anyway',
    [waiter('x', 1, { shippedFrom: ['w1'] })],
    [offer('w1', 1), offer('w2', 2)],
    ['x: 1 from w1'],
  ],
  [
    'nothing that would not keep',
    [waiter('x', 3, { keepsUntil: '2027-01-01' }), waiter('y', 1, { keepsUntil: '2026-12-01' })],
    [offer('w1', 4, [{ expiresOn: '2026-12-15', units: 4 }])],
    ['y: 1 from w1'],
  ],
  [
    'what keeps, beside what does not',
    [waiter('x', 3, { keepsUntil: '2027-01-01' })],
    [offer('w1', 4, [{ expiresOn: '2026-12-15', units: 2 }])],
    ['x: 2 from w1'],
  ],
  ['nothing to nobody', [], [offer('w1', 4)], []],
])('units are given out: %s', (_what, waiters, offers, gifts) => {
  expect(
    fillWaitingBackorders(waiters, offers).map(
      ({ backorderId: waiterId, warehouseId, quantity }) => `${waiterId}: ${quantity} from ${warehouseId}`,
    ),
  ).toEqual(gifts);
});

test('never more than there is, nor than is waited for; nothing is left while somebody waits; nobody gets any before those ahead have all', () => {
  const some = fc.array(fc.nat({ max: 9 }), { maxLength: 6 });
  fc.assert(
    fc.property(some, some, (opens, frees) => {
      const waiters = opens.map((open, i) => waiter(`x${i}`, open + 1));
      const gifts = fillWaitingBackorders(
        waiters,
        frees.map((free, i) => offer(`w${i}`, free)),
      );
      const sum = (of: (gift: (typeof gifts)[number]) => boolean) =>
        gifts.filter(of).reduce((total, { quantity }) => total + quantity, 0);
      frees.forEach((free, i) => {
        expect(sum(({ warehouseId }) => warehouseId === `w${i}`)).toBeLessThanOrEqual(free);
      });
      const wanted = waiters.reduce((total, { open }) => total + open, 0);
      expect(sum(() => true)).toBe(
        Math.min(
          wanted,
          frees.reduce((total, free) => total + free, 0),
        ),
      );
      const got = waiters.map(({ id, open }) => sum(({ backorderId: waiterId }) => waiterId === id) - open);
      const firstShort = got.findIndex((lack) => lack < 0);
      if (firstShort >= 0)
        for (const { id } of waiters.slice(firstShort + 1))
          expect(sum(({ backorderId: waiterId }) => waiterId === id)).toBe(0);
    }),
  );
});
