import fc from 'fast-check';
import {
  fillWaitingBackorders,
  type BackorderFill,
  type FreeStock,
  type WaitingBackorder,
} from '../../../src/domain/inventory/fill-waiting-backorders';

const backorder = (id: string, open: number, change: Partial<WaitingBackorder> = {}): WaitingBackorder => ({
  id,
  open,
  keepsUntil: null,
  shippedFrom: [],
  ...change,
});
const shelf = (warehouseId: string, free: number, expiring: FreeStock['expiring'] = []): FreeStock => ({
  warehouseId,
  free,
  expiring,
});

test.each<[string, WaitingBackorder[], FreeStock[], string[]]>([
  [
    'the first gets all of it before the second gets any',
    [backorder('x', 3), backorder('y', 1)],
    [shelf('w1', 2)],
    ['x: 2 from w1'],
  ],
  [
    'the second gets the rest',
    [backorder('x', 3), backorder('y', 3)],
    [shelf('w1', 5)],
    ['x: 3 from w1', 'y: 2 from w1'],
  ],
  ['the fullest shelf first', [backorder('x', 3)], [shelf('w1', 1), shelf('w2', 2)], ['x: 2 from w2', 'x: 1 from w1']],
  [
    'where its order ships from anyway',
    [backorder('x', 1, { shippedFrom: ['w1'] })],
    [shelf('w1', 1), shelf('w2', 2)],
    ['x: 1 from w1'],
  ],
  [
    'units that expire on the very day until which they must keep',
    [backorder('x', 1, { keepsUntil: '2026-12-15' })],
    [shelf('w1', 1, [{ expiresOn: '2026-12-15', units: 1 }])],
    ['x: 1 from w1'],
  ],
  [
    'no units that expire too early',
    [backorder('x', 3, { keepsUntil: '2027-01-01' }), backorder('y', 1, { keepsUntil: '2026-12-01' })],
    [shelf('w1', 4, [{ expiresOn: '2026-12-15', units: 4 }])],
    ['y: 1 from w1'],
  ],
  [
    'units that keep, beside units that do not',
    [backorder('x', 3, { keepsUntil: '2027-01-01' })],
    [shelf('w1', 4, [{ expiresOn: '2026-12-15', units: 2 }])],
    ['x: 2 from w1'],
  ],
  ['nobody waits', [], [shelf('w1', 4)], []],
])('fills backorders: %s', (_what, backorders, shelves, expected) => {
  const fills = fillWaitingBackorders(backorders, shelves);
  expect(
    fills.map(({ backorderId, warehouseId, quantity }) => `${backorderId}: ${quantity} from ${warehouseId}`),
  ).toEqual(expected);
});

const unitsOf = (fills: readonly BackorderFill[]): number => fills.reduce((total, { quantity }) => total + quantity, 0);

test('fills no more than is free or waited for, leaves nothing while one waits, and serves in order', () => {
  const counts = fc.array(fc.nat({ max: 9 }), { maxLength: 6 });
  fc.assert(
    fc.property(counts, counts, (opens, frees) => {
      const backorders = opens.map((open, i) => backorder(`x${i}`, open + 1));
      const shelves = frees.map((free, i) => shelf(`w${i}`, free));
      const fills = fillWaitingBackorders(backorders, shelves);
      for (const { warehouseId, free } of shelves)
        expect(unitsOf(fills.filter((fill) => fill.warehouseId === warehouseId))).toBeLessThanOrEqual(free);
      const wanted = backorders.reduce((total, { open }) => total + open, 0);
      const free = frees.reduce((total, units) => total + units, 0);
      expect(unitsOf(fills)).toBe(Math.min(wanted, free));
      const filled = backorders.map(({ id }) => unitsOf(fills.filter((fill) => fill.backorderId === id)));
      const firstShort = backorders.findIndex(({ open }, i) => (filled[i] ?? 0) < open);
      if (firstShort >= 0) expect(filled.slice(firstShort + 1).every((units) => units === 0)).toBe(true);
    }),
  );
});
