import fc from 'fast-check';
import { findShortages, sourceOrder } from '../../src/domain/sourcing';
import { isBetter } from '../../src/domain/sourcing-choice';
import type { Availability, Demand, SourcedPart, SourcingFigures, SourcingTerms } from '../../src/domain/sourcing-terms';
import { zoneBetween, type Zone } from '../../src/domain/zone';

const demand = (lineId: string, skuId: string, quantity: number, merchantId = 'm1'): Demand => ({ lineId, skuId, quantity, merchantId });
const row = (skuId: string, warehouseId: string, available: number): Availability => ({ skuId, warehouseId, available });

/** 1 kg a unit, 5 a parcel and 1 a started kg up to 30 kg; warehouses are in the zone that their place in `zones` says. */
const terms = (zones: Readonly<Record<string, Zone>> = {}, price = (weightG: number): number | null => (weightG > 30_000 ? null : 5 + Math.ceil(weightG / 1000))): SourcingTerms => ({
  weights: new Map(['a', 'b', 'c'].map((skuId) => [skuId, 1000])), zones: new Map(Object.entries(zones)), price,
});
function sourced(demands: readonly Demand[], stock: readonly Availability[], on = terms()) {
  const sourcing = sourceOrder(demands, stock, on);
  if ('shortages' in sourcing) throw new Error('it is short');
  return sourcing;
}
const takes = (parts: readonly SourcedPart[]) => parts.map(({ lineId, warehouseId, quantity }) => `${lineId}: ${quantity} from ${warehouseId}`);

test('takes one warehouse that holds everything before two that are nearer and hold more', () => {
  const stock = [row('a', 'w1', 100), row('b', 'w2', 100), row('a', 'w3', 1), row('b', 'w3', 1)];
  const { parts } = sourced([demand('1', 'a', 1), demand('2', 'b', 1)], stock, terms({ w1: 1, w2: 1, w3: 4 }));
  expect(takes(parts)).toEqual(['1: 1 from w3', '2: 1 from w3']);
});

test('splits a line when no warehouse holds all of it, from the fullest shelf first when nothing else decides', () => {
  expect(takes(sourced([demand('1', 'a', 10)], [row('a', 'w1', 6), row('a', 'w2', 7)]).parts)).toEqual(['1: 7 from w2', '1: 3 from w1']);
});

describe('of equally many parcels', () => {
  const both = [row('a', 'w1', 9), row('a', 'w2', 9)];

  test('the cheaper way wins', () => {
    const steps = (weightG: number) => (weightG > 5_000 ? 50 : 5);
    const stock = [row('a', 'w1', 9), row('a', 'w2', 4)];
    expect(takes(sourced([demand('1', 'a', 10)], stock, terms({}, steps)).parts)).toEqual(['1: 9 from w1', '1: 1 from w2']);
    const stepped = (weightG: number) => (weightG > 8_000 ? 50 : 5);
    expect(takes(sourced([demand('1', 'a', 10)], stock, terms({}, stepped)).parts)).toEqual(['1: 4 from w2', '1: 6 from w1']);
  });

  test('then the nearer one', () => {
    expect(takes(sourced([demand('1', 'a', 2)], both, terms({ w1: 3, w2: 1 })).parts)).toEqual(['1: 2 from w2']);
  });

  test('then the one that leaves more above safety stock', () => {
    expect(takes(sourced([demand('1', 'a', 2)], [row('a', 'w1', 5), row('a', 'w2', 9)], terms({ w1: 2, w2: 2 })).parts)).toEqual(['1: 2 from w2']);
  });

  test('and one that a carrier takes before one that none does', () => {
    const heavy = terms({ w1: 1, w2: 4 }, (weightG) => (weightG > 6_500 ? null : 5));
    expect(takes(sourced([demand('1', 'a', 10)], [row('a', 'w1', 9), row('a', 'w2', 5)], heavy).parts)).toEqual(['1: 5 from w2', '1: 5 from w1']);
  });
});

test('the explanation names every warehouse that stocks any of it, with its figures and why it lost', () => {
  const stock = [row('a', 'w1', 5), row('a', 'w2', 5), row('a', 'w3', 5), row('a', 'w4', 0), row('a', 'w5', 1), row('b', 'w6', 5)];
  const { decisions } = sourced([demand('1', 'a', 3)], stock, terms({ w1: 2, w2: 1, w3: 2, w4: 1, w5: 1 }));
  const figures = { uncarried: 0, parcels: 1, amount: 9, left: 2 };
  expect(decisions).toEqual([{ merchantId: 'm1', figures: { ...figures, distance: 1 }, considered: [
    { warehouseId: 'w1', zone: 2, units: 3, chosen: false, lost: 'distance', best: { ...figures, distance: 2 } },
    { warehouseId: 'w2', zone: 1, units: 3, chosen: true, best: { ...figures, distance: 1 } },
    { warehouseId: 'w3', zone: 2, units: 3, chosen: false, lost: 'distance', best: { ...figures, distance: 2 } },
    { warehouseId: 'w4', zone: 1, units: 0, chosen: false, lost: 'nothing_available' },
    { warehouseId: 'w5', zone: 1, units: 1, chosen: false, lost: 'more_parcels' },
  ] }]);
});

test('names every shortage, lines of one SKU together, and sources nothing', () => {
  const stock = [row('a', 'w1', 1), row('b', 'w1', 5)];
  expect(sourceOrder([demand('1', 'a', 1), demand('2', 'a', 1), demand('3', 'b', 2), demand('4', 'c', 1)], stock, terms())).toEqual({
    shortages: [{ skuId: 'a', requested: 2, available: 1 }, { skuId: 'c', requested: 1, available: 0 }],
  });
});

test.each([
  ['01000-000', '01305000', 1], ['01000', '09999', 2], ['01000', '99999', 3], ['SW1A 1AA', 'sw9', 1], ['01000', null, 3], ['1', '1', 3],
])('from postcode %s to %s is zone %i', (from, to, zone) => {
  expect(zoneBetween({ country: 'GB', postcode: from }, { country: 'GB', postcode: to })).toBe(zone);
  expect(zoneBetween({ country: 'GB', postcode: from }, { country: 'DE', postcode: to })).toBe(4);
});

const skus = ['a', 'b', 'c'];
const names = Array.from({ length: 9 }, (_, i) => `w${i + 1}`);
const zone = fc.constantFrom<Zone>(1, 2, 3, 4);
const stocksOf = (warehouses: number, most: number) => fc.array(fc.nat({ max: most }), { minLength: skus.length * warehouses, maxLength: skus.length * warehouses })
  .map((amounts) => amounts.map((available, i) => row(skus[i % 3] as string, names[Math.floor(i / 3)] as string, available)));
const zonesOf = (warehouses: number) => fc.array(zone, { minLength: warehouses, maxLength: warehouses }).map((zones) => Object.fromEntries(zones.map((one, i) => [names[i] as string, one])));
const cartsOf = (lines: number, most: number) => fc.array(fc.record({ sku: fc.constantFrom(...skus), quantity: fc.integer({ min: 1, max: most }) }), { minLength: 1, maxLength: lines })
  .map((cart) => cart.map(({ sku, quantity }, i) => demand(String(i), sku, quantity)));

/** Takes from one warehouse after the other; answers the parts, or nothing when that leaves something open. */
function takeInOrder(demands: readonly Demand[], stock: readonly Availability[], order: readonly string[]): SourcedPart[] | undefined {
  const left = new Map(stock.map((one) => [`${one.skuId} ${one.warehouseId}`, one.available]));
  const parts: SourcedPart[] = [];
  for (const { quantity, ...line } of demands) {
    let open = quantity;
    for (const warehouseId of order) {
      const key = `${line.skuId} ${warehouseId}`;
      const taken = Math.min(open, left.get(key) ?? 0);
      if (taken === 0) continue;
      left.set(key, (left.get(key) ?? 0) - taken);
      open -= taken;
      parts.push({ ...line, warehouseId, quantity: taken });
    }
    if (open > 0) return undefined;
  }
  return parts;
}
const parcelsOf = (parts: readonly SourcedPart[]): number => new Set(parts.map(({ warehouseId }) => warehouseId)).size;

test('1,000 carts: all of every line, from stock that is there, in no more parcels than nearest, fullest or cheapest first', () => {
  fc.assert(fc.property(cartsOf(5, 10), stocksOf(9, 8), zonesOf(9), (demands, stock, zones) => {
    fc.pre(findShortages(demands, stock).length === 0);
    const on = terms(zones);
    const { parts, decisions } = sourced(demands, stock, on);
    for (const { lineId, quantity } of demands) {
      expect(parts.filter((part) => part.lineId === lineId).reduce((sum, part) => sum + part.quantity, 0)).toBe(quantity);
    }
    const overdrawn = stock.filter(({ skuId, warehouseId, available }) =>
      parts.filter((part) => part.skuId === skuId && part.warehouseId === warehouseId).reduce((sum, part) => sum + part.quantity, 0) > available);
    expect(overdrawn).toEqual([]);
    const held = (warehouseId: string) => stock.filter((one) => one.warehouseId === warehouseId && demands.some(({ skuId }) => skuId === one.skuId)).reduce((sum, one) => sum + one.available, 0);
    const alone = (warehouseId: string) => on.price(1000 * held(warehouseId)) ?? Infinity;
    const by = (of: (warehouseId: string) => number) => [...names].sort((one, other) => of(one) - of(other));
    const rules = [by((name) => zones[name] ?? 0), by((name) => -held(name)), by(alone)];
    const oracles = rules.map((order) => parcelsOf(takeInOrder(demands, stock, order) ?? []));
    expect(oracles).not.toContain(0);
    expect(parcelsOf(parts)).toBeLessThanOrEqual(Math.min(...oracles));
    expect(decisions.flatMap(({ considered }) => considered.map(({ warehouseId }) => warehouseId))).toEqual(names);
  }), { numRuns: 1_000 });
});

const orders = (items: readonly string[]): string[][] => [[], ...items.flatMap((item) => orders(items.filter((other) => other !== item)).map((rest) => [item, ...rest]))];

test('small carts: as good as the best of every set of warehouses in every order', () => {
  fc.assert(fc.property(cartsOf(3, 6), stocksOf(3, 6), zonesOf(3), fc.integer({ min: 2_000, max: 12_000 }), (demands, stock, zones, heaviest) => {
    fc.pre(findShortages(demands, stock).length === 0);
    const on = terms(zones, (weightG) => (weightG > heaviest ? null : 5 + Math.ceil(weightG / 3000)));
    const figures = ({ parts }: { parts: readonly SourcedPart[] }): SourcingFigures => {
      const from = [...new Set(parts.map(({ warehouseId }) => warehouseId))];
      const prices = from.map((name) => on.price(100 + 1000 * parts.filter(({ warehouseId }) => warehouseId === name).reduce((sum, part) => sum + part.quantity, 0)));
      return {
        uncarried: prices.filter((price) => price === null).length, parcels: from.length, amount: prices.reduce<number>((sum, price) => sum + (price ?? 0), 0),
        distance: from.reduce((sum, name) => sum + (zones[name] ?? 0), 0),
        left: Math.min(...stock.filter((one) => parts.some((part) => part.skuId === one.skuId && part.warehouseId === one.warehouseId))
          .map((one) => one.available - parts.filter((part) => part.skuId === one.skuId && part.warehouseId === one.warehouseId).reduce((sum, part) => sum + part.quantity, 0))),
      };
    };
    const { parts, decisions } = sourced(demands, stock, on);
    expect(decisions[0]?.figures).toEqual(figures({ parts }));
    const ways = orders(names.slice(0, 3)).flatMap((order) => { const way = takeInOrder(demands, stock, order); return way ? [figures({ parts: way })] : []; });
    expect(ways).toContainEqual(figures({ parts }));
    expect(ways.filter((way) => isBetter(way, figures({ parts })))).toEqual([]);
  }), { numRuns: 500 });
});

test('a hundred half-empty warehouses are sourced in time, and no worse than by taking the fullest first', () => {
  const stock = Array.from({ length: 100 }, (_, i) => skus.map((skuId, at) => row(skuId, `w${String(i).padStart(3, '0')}`, (i * (7 + at)) % 5))).flat();
  const demands = [demand('1', 'a', 60), demand('2', 'b', 60), demand('3', 'c', 60)];
  const began = performance.now();
  const { parts } = sourced(demands, stock);
  expect(performance.now() - began).toBeLessThan(2_000);
  const held = (name: string) => stock.filter(({ warehouseId }) => warehouseId === name).reduce((sum, one) => sum + one.available, 0);
  const fullest = [...new Set(stock.map(({ warehouseId }) => warehouseId))].sort((one, other) => held(other) - held(one));
  expect(parcelsOf(parts)).toBeLessThanOrEqual(parcelsOf(takeInOrder(demands, stock, fullest) ?? []));
});
