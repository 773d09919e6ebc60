import fc from 'fast-check';
import { sourceOrder, type Availability, type Demand } from '../../src/domain/sourcing';

const demand = (lineId: string, skuId: string, quantity: number, merchantId = 'm1'): Demand => ({ lineId, skuId, quantity, merchantId });
const row = (skuId: string, warehouseId: string, available: number): Availability => ({ skuId, warehouseId, available });

test('takes one warehouse that holds everything before two that hold more', () => {
  const stock = [row('a', 'w1', 100), row('b', 'w2', 100), row('a', 'w3', 1), row('b', 'w3', 1)];
  const sourcing = sourceOrder([demand('1', 'a', 1), demand('2', 'b', 1)], stock);
  expect(sourcing).toEqual({ parts: [
    { lineId: '1', merchantId: 'm1', skuId: 'a', warehouseId: 'w3', quantity: 1 },
    { lineId: '2', merchantId: 'm1', skuId: 'b', warehouseId: 'w3', quantity: 1 },
  ] });
});

test('splits a line when no warehouse holds all of it', () => {
  expect(sourceOrder([demand('1', 'a', 10)], [row('a', 'w1', 6), row('a', 'w2', 7)])).toMatchObject({
    parts: [{ warehouseId: 'w2', quantity: 7 }, { warehouseId: 'w1', quantity: 3 }],
  });
});

test('names every shortage and sources nothing', () => {
  const stock = [row('a', 'w1', 1), row('b', 'w1', 5)];
  expect(sourceOrder([demand('1', 'a', 2), demand('2', 'b', 2), demand('3', 'c', 1)], stock)).toEqual({
    shortages: [{ skuId: 'a', requested: 2, available: 1 }, { skuId: 'c', requested: 1, available: 0 }],
  });
});

test('counts lines of one SKU together', () => {
  expect(sourceOrder([demand('1', 'a', 2), demand('2', 'a', 2)], [row('a', 'w1', 3)])).toEqual({ shortages: [{ skuId: 'a', requested: 4, available: 3 }] });
});

const skus = ['a', 'b', 'c'];
const warehouses = ['w1', 'w2', 'w3', 'w4'];
const stocks = fc.array(fc.nat({ max: 12 }), { minLength: 12, maxLength: 12 })
  .map((amounts) => amounts.map((available, i) => row(skus[i % 3] as string, warehouses[Math.floor(i / 3)] as string, available)));
const carts = fc.array(fc.record({ sku: fc.constantFrom(...skus), quantity: fc.integer({ min: 1, max: 10 }), merchant: fc.constantFrom('m1', 'm2') }), { minLength: 1, maxLength: 5 })
  .map((lines) => lines.map((line, i) => demand(String(i), line.sku, line.quantity, `${line.merchant}${line.sku}`.slice(0, 2))));

test('sources all of every line from stock that is there, or says what is short', () => {
  fc.assert(fc.property(carts, stocks, (demands, stock) => {
    const sourcing = sourceOrder(demands, stock);
    if ('shortages' in sourcing) {
      for (const short of sourcing.shortages) expect(short.available).toBeLessThan(short.requested);
      return;
    }
    for (const { lineId, quantity } of demands) {
      expect(sourcing.parts.filter((part) => part.lineId === lineId).reduce((sum, part) => sum + part.quantity, 0)).toBe(quantity);
    }
    for (const { skuId, warehouseId, available } of stock) {
      const taken = sourcing.parts.filter((part) => part.skuId === skuId && part.warehouseId === warehouseId).reduce((sum, part) => sum + part.quantity, 0);
      expect(taken).toBeLessThanOrEqual(available);
    }
  }));
});
