import fc from 'fast-check';
import { MAX_CANDIDATES, sourceOrder } from '../../../src/domain/inventory/source-order';
import type { Availability, Demand, SourcedUnits, SourcingTerms } from '../../../src/domain/inventory/sourcing-terms';

type Order = readonly [readonly Demand[], readonly Availability[], SourcingTerms];

/** Builds terms: equal weights, parcels up to `heaviestG` at 5 and 1 a started kg, zones 1 to 3 by turns. */
function termsOf(stock: readonly Availability[], heaviestG: number, weightG = 100): SourcingTerms {
  const warehouseIds = [...new Set(stock.map(({ warehouseId }) => warehouseId))];
  return {
    weights: new Map(stock.map(({ skuId }) => [skuId, weightG])),
    zones: new Map(warehouseIds.map((id, at) => [id, ((at % 3) + 1) as 1 | 2 | 3])),
    heaviestG,
    price: (parcelG) => (parcelG > heaviestG ? null : 5 + Math.ceil(parcelG / 1000)),
  };
}

/** Builds an order of every merchant's lines, each of a SKU of its own that every warehouse stocks. */
function mallOrder(
  size: { readonly merchants: number; readonly lines: number; readonly warehouses: number },
  quantity: number,
  available: (sku: number, warehouse: number) => number,
): Order {
  const demands = Array.from({ length: size.merchants * size.lines }, (_, sku): Demand => {
    return { lineId: `l${sku}`, skuId: `s${sku}`, merchantId: `m${Math.floor(sku / size.lines)}`, quantity };
  });
  const stock = demands.flatMap(({ skuId }, sku) =>
    Array.from({ length: size.warehouses }, (_, at): Availability => {
      return { skuId, warehouseId: `w${String(at).padStart(2, '0')}`, available: available(sku, at) };
    }),
  );
  return [demands, stock, termsOf(stock, 1_000_000)];
}

function sourced([demands, stock, terms]: Order, maxCandidates?: number) {
  const sourcing = sourceOrder(demands, stock, terms, maxCandidates);
  if (!('parts' in sourcing)) throw new Error(`it is not sourced: ${JSON.stringify(sourcing)}`);
  return sourcing;
}

/** Builds an order of one merchant's lines, one of each SKU, and the shelves of each warehouse. */
function orderOf(
  lines: Readonly<Record<string, number>>,
  shelves: Readonly<Record<string, Readonly<Record<string, number>>>>,
): Order {
  const demands = Object.entries(lines).map(([skuId, quantity]): Demand => {
    return { lineId: `l${skuId}`, merchantId: 'm1', skuId, quantity };
  });
  const stock = Object.entries(shelves).flatMap(([warehouseId, units]) =>
    Object.entries(units).map(([skuId, available]): Availability => ({ skuId, warehouseId, available })),
  );
  return [demands, stock, termsOf(stock, 1_000_000)];
}

const warehousesOf = ({ parts }: { readonly parts: readonly SourcedUnits[] }): string[] =>
  [...new Set(parts.map(({ warehouseId }) => warehouseId))].sort();

const skus = ['a', 'b', 'c', 'd'];
const anyStock = fc.array(fc.nat({ max: 6 }), { minLength: 4 * 6, maxLength: 4 * 6 }).map((units) =>
  units.map((available, i): Availability => {
    return { skuId: skus[i % 4] as string, warehouseId: `w${Math.floor(i / 4)}`, available };
  }),
);
/** Lines of up to three merchants, who may sell the same SKUs. */
const anyDemands = fc
  .array(
    fc.record({
      merchantId: fc.constantFrom('m1', 'm2', 'm3'),
      skuId: fc.constantFrom(...skus),
      quantity: fc.integer({ min: 1, max: 9 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((lines) => lines.map((line, at): Demand => ({ ...line, lineId: `l${at}` })));
const anyBudget = fc.constantFrom(0, 1, 3, 10, 40, 200, MAX_CANDIDATES);

const unitsOf = (rows: readonly { readonly quantity: number }[]): number =>
  rows.reduce((sum, { quantity }) => sum + quantity, 0);
const freeUnits = (stock: readonly Availability[], skuId: string): number =>
  unitsOf(stock.filter((row) => row.skuId === skuId).map(({ available }) => ({ quantity: available })));

/** Lists the shelves that give more than they have. */
const overdrawn = (parts: readonly SourcedUnits[], stock: readonly Availability[]): Availability[] =>
  stock.filter(({ skuId, warehouseId, available }) => {
    const taken = parts.filter((part) => part.skuId === skuId && part.warehouseId === warehouseId);
    return unitsOf(taken) > available;
  });

test('with any budget every line is sourced once and no shelf is overdrawn, or the shortages are exact', () => {
  const seen = { sourced: 0, short: 0, limited: 0 };
  fc.assert(
    fc.property(anyDemands, anyStock, anyBudget, (demands, stock, budget) => {
      const short = skus.filter(
        (skuId) => unitsOf(demands.filter((line) => line.skuId === skuId)) > freeUnits(stock, skuId),
      );
      const sourcing = sourceOrder(demands, stock, termsOf(stock, 1_000_000), budget);
      if (short.length > 0) {
        seen.short += 1;
        const named = 'shortages' in sourcing ? sourcing.shortages.map(({ skuId }) => skuId).sort() : sourcing;
        expect(named).toEqual(short);
        return;
      }
      if (!('parts' in sourcing)) throw new Error('the free stock covers the lines, but they are not sourced');
      const { parts, decisions } = sourcing;
      seen.sourced += 1;
      if (decisions.some(({ limited }) => limited)) seen.limited += 1;
      for (const { lineId, ...line } of demands) {
        const own = parts.filter((part) => part.lineId === lineId);
        expect(unitsOf(own)).toBe(line.quantity);
        expect(own.filter((part) => part.skuId !== line.skuId || part.merchantId !== line.merchantId)).toEqual([]);
      }
      expect(parts.filter(({ quantity }) => quantity < 1)).toEqual([]);
      const keys = parts.map(({ lineId, warehouseId }) => `${lineId} ${warehouseId}`);
      expect(keys).toHaveLength(new Set(keys).size);
      expect(overdrawn(parts, stock)).toEqual([]);
    }),
    { numRuns: 400 },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
});

test('goods of one weight that carriers can take in some division are carried with any budget', () => {
  const seen = { carried: 0, limited: 0, refused: 0 };
  fc.assert(
    fc.property(anyDemands, anyStock, fc.constantFrom(0, 1, 5, 20), (lines, stock, budget) => {
      const demands = lines.map((line) => ({ ...line, merchantId: 'm1' }));
      const terms = termsOf(stock, 5_100, 1_000);
      const [whole, limited] = [sourceOrder(demands, stock, terms), sourceOrder(demands, stock, terms, budget)];
      if (!('parts' in whole)) {
        seen.refused += 1;
        expect(limited).toEqual(whole);
        return;
      }
      if (!('parts' in limited)) throw new Error('the fallback finds no carried parcels, though there are');
      seen.carried += 1;
      if (limited.decisions[0]?.limited) seen.limited += 1;
      expect(limited.decisions[0]?.figures.uncarried).toBe(0);
      expect(limited.decisions[0]?.figures.parcels).toBeGreaterThanOrEqual(whole.decisions[0]?.figures.parcels ?? 0);
      expect(overdrawn(limited.parts, stock)).toEqual([]);
    }),
    { numRuns: 400 },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
});

test('a merchant is sourced as if its lines were the whole order', () => {
  fc.assert(
    fc.property(anyDemands, anyStock, (lines, stock) => {
      // Each merchant sells SKUs of its own.
      const demands = lines.map((line) => ({ ...line, skuId: `${line.merchantId} ${line.skuId}` }));
      const mall = ['m1', 'm2', 'm3'].flatMap((id) => stock.map((row) => ({ ...row, skuId: `${id} ${row.skuId}` })));
      const terms = termsOf(mall, 1_000_000);
      const together = sourceOrder(demands, mall, terms);
      fc.pre('parts' in together);
      const alone = [...new Set(demands.map(({ merchantId }) => merchantId))].map((merchantId) => {
        const own = demands.filter((line) => line.merchantId === merchantId);
        return sourced([own, mall.filter(({ skuId }) => skuId.startsWith(merchantId)), terms]);
      });
      expect(together).toEqual({
        parts: alone.flatMap(({ parts }) => parts),
        decisions: alone.flatMap(({ decisions }) => decisions),
        examined: unitsOf(alone.map(({ examined }) => ({ quantity: examined }))),
      });
    }),
    { numRuns: 150 },
  );
});

const wide = { merchants: 50, lines: 2, warehouses: 30 };
const deep = { merchants: 1, lines: 30, warehouses: 40 };
const uneven = (sku: number, at: number): number => (sku * 7 + at * 3) % 5;

/** A set of at most three is filled in all its orders, so two warehouses count twice and three six times. */
test.each([
  ['one warehouse is enough for each merchant', mallOrder(wide, 6, () => 9), 50 * (30 + 30), 0],
  ['each merchant needs two warehouses', mallOrder(wide, 6, () => 3), 50 * (208 + 200 * 2), 0],
  ['each merchant needs three warehouses', mallOrder(wide, 6, () => 2), 50 * (210 + 200 * 6), 0],
  ['each merchant uses up its share', mallOrder(wide, 40, uneven), 50 * (2_000 + 1), 50],
  ['one warehouse is enough for thirty lines', mallOrder(deep, 4, () => 9), 40 + 40, 0],
  ['thirty lines need three warehouses', mallOrder(deep, 4, uneven), 1_543 + 200 * 6, 0],
  ['thirty lines reach the limit of branches', mallOrder(deep, 40, uneven), 20_000 + 1, 0],
])('candidates examined when %s', (_case, order, examined, limited) => {
  const found = sourced(order);
  expect([found.examined, found.decisions.filter((decision) => decision.limited).length]).toEqual([examined, limited]);
});

test('each shelf is read once and each weight is priced once, however many candidates there are', () => {
  const [demands, rows, terms] = mallOrder(wide, 6, () => 3);
  const reads = new Map<string, number>();
  const priced: number[] = [];
  const stock = rows.map(({ skuId, warehouseId, available }) => ({
    skuId,
    warehouseId,
    get available() {
      reads.set(`${skuId} ${warehouseId}`, (reads.get(`${skuId} ${warehouseId}`) ?? 0) + 1);
      return available;
    },
  }));
  const price = (weightG: number) => {
    priced.push(weightG);
    return terms.price(weightG);
  };
  const { examined } = sourced([demands, stock, { ...terms, price }]);
  expect(examined).toBeGreaterThan(20_000);
  expect([reads.size, new Set(reads.values())]).toEqual([rows.length, new Set([1])]);
  expect(priced).toHaveLength(new Set(priced).size);
});

describe('past the budget', () => {
  // Two of the twenty fuller warehouses are enough; the nearest are among the emptier ones.
  const order = mallOrder({ merchants: 1, lines: 2, warehouses: 30 }, 6, (_sku, at) => (at < 10 ? 2 : 3));

  test('no more candidates are examined, and the decision says so', () => {
    const limited = sourced(order, 300);
    expect(limited.examined).toBe(300);
    expect(limited.decisions).toMatchObject([{ limited: true }]);
    expect(sourced(order, 300)).toEqual(limited);
    expect(sourced(order).examined).toBeGreaterThan(300);
    expect(sourced(order).decisions[0]).not.toHaveProperty('limited');
  });

  test('the warehouses that "fullest first" or "nearest first" finds are taken, in their best order', () => {
    const { parts, decisions, examined } = sourced(order, 0);
    expect(decisions[0]?.figures).toMatchObject({ uncarried: 0, parcels: 2 });
    expect(warehousesOf({ parts })).toEqual(['w10', 'w11']);
    expect(examined).toBe(2);
  });

  test('no warehouse is taken that the others make unnecessary', () => {
    const limited = sourced(
      orderOf({ a: 6, b: 2, c: 2 }, { w1: { a: 5 }, w2: { a: 3, b: 1 }, w3: { a: 1, b: 2 }, w4: { c: 2 } }),
      0,
    );
    expect(warehousesOf(limited)).toEqual(['w1', 'w3', 'w4']);
  });

  test('the nearest warehouses are taken when the fullest need more parcels', () => {
    const shelves = { near1: { a: 10 }, far1: { a: 9, b: 5 }, far2: { a: 9, b: 4 }, near2: { b: 10 } };
    expect(warehousesOf(sourced(orderOf({ a: 10, b: 10 }, shelves), 0))).toEqual(['near1', 'near2']);
  });

  test('every merchant has an equal share', () => {
    const { decisions } = sourced(
      mallOrder({ merchants: 3, lines: 1, warehouses: 9 }, 6, (sku) => [9, 2, 9][sku] ?? 0),
      90,
    );
    expect(decisions.map(({ limited }) => limited ?? false)).toEqual([false, true, false]);
  });
});
