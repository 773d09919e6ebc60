import { seedSampleMall, type SampleMall } from '../../src/client/sample-mall';
import { callerOf } from '../../src/books/api-keys';
import { SYSTEM } from '../../src/contracts/caller';
import type { Transactions } from '../../src/books/transactions';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { connectTo, countRows } from '../support/mall';

const TABLES = ['merchant', 'supplier', 'warehouse', 'location', 'carrier', 'sku', 'price', 'stock', 'lot', 'stock_movement', 'storefront', 'api_key'] as const;

let database: TestDatabase;
let transactions: Transactions;
let first: SampleMall;
beforeAll(async () => {
  database = await createTestDatabase();
  transactions = connectTo(database.appUrl);
  first = await seedSampleMall(transactions);
});
afterAll(async () => {
  await transactions.close();
  await database.drop();
});

test('holds what a mall needs: merchants, warehouses with shelves, SKUs with stock in lots, suppliers, carriers, keys', async () => {
  const rows = await countRows(database.ownerUrl, TABLES);
  expect(rows).toMatchObject({ merchant: 4, supplier: 2, warehouse: 2, location: 144, carrier: 3, sku: 44, storefront: 1, api_key: 9 });
  const expiring = await transactions.run(SYSTEM, (tx) => tx.selectFrom('lot').innerJoin('sku', 'sku.id', 'lot.skuId')
    .select((eb) => ['lot.skuId', 'lot.warehouseId', eb.fn.count('lot.expiresOn').distinct().as('dates')])
    .where('sku.expires', '=', true).groupBy(['lot.skuId', 'lot.warehouseId']).execute());
  expect(expiring.length).toBeGreaterThan(10);
  expect(expiring.every(({ dates }) => Number(dates) === 2)).toBe(true);
});

test('stock, lots and movements agree', async () => {
  const sums = await transactions.run(SYSTEM, async (tx) => Promise.all((['stock', 'lot'] as const).map((table) =>
    tx.selectFrom(table).select((eb) => eb.fn.sum<number>('onHand').as('units')).executeTakeFirstOrThrow())));
  const moved = await transactions.run(SYSTEM, (tx) => tx.selectFrom('stock_movement').select((eb) => eb.fn.sum<number>('quantity').as('units')).executeTakeFirstOrThrow());
  expect(new Set([...sums, moved].map(({ units }) => units)).size).toBe(1);
});

test('a second run adds nothing, finds the same ids and issues no key', async () => {
  const before = await countRows(database.ownerUrl, TABLES);
  const again = await seedSampleMall(transactions);
  expect(await countRows(database.ownerUrl, TABLES)).toEqual(before);
  expect(again).toEqual({ ...first, issuedKeys: {} });
});

test('keys speak for their subjects, and lost ones are issued anew', async () => {
  const caller = await transactions.run(SYSTEM, (tx) => callerOf(tx, first.issuedKeys['warehouse:north'] ?? ''));
  expect(caller).toMatchObject({ role: 'warehouse', subject: first.warehouses.north });
  const kept = new Set(Object.keys(first.issuedKeys).filter((label) => label !== 'support'));
  const { issuedKeys } = await seedSampleMall(transactions, kept);
  expect(Object.keys(issuedKeys)).toEqual(['support']);
  expect(await transactions.run(SYSTEM, (tx) => callerOf(tx, first.issuedKeys.support ?? ''))).toBeUndefined();
});
