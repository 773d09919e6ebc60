import { findCustomer, findOrInsertCustomer } from '../../../src/books/customers/customers';
import type { Transactions } from '../../../src/books/transactions';
import { SYSTEM } from '../../../src/contracts/caller';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { connectTo } from '../../support/mall';
import { vault } from '../../support/world';
import { BareRows } from '../../states/bare-rows';

let database: TestDatabase;
let transactions: Transactions;
beforeAll(async () => {
  database = await createTestDatabase();
  transactions = connectTo(database.appUrl, 4);
  await (await BareRows.open(database.ownerUrl)).close();
});
afterAll(async () => {
  await transactions.close();
  await database.drop();
});

const customer = (reference: string) =>
  transactions.run(SYSTEM, (tx) => findOrInsertCustomer(tx, vault, 'sto_1', reference));
const keyOf = (id: string) =>
  transactions.run(SYSTEM, async (tx) => {
    const row = await tx.selectFrom('customer').select('wrappedKey').where('id', '=', id).executeTakeFirstOrThrow();
    return row.wrappedKey;
  });
const erase = (id: string) =>
  transactions.run(SYSTEM, (tx) => tx.updateTable('customer').set({ wrappedKey: null }).where('id', '=', id).execute());

test('a customer is found again, and is one however many ask at once', async () => {
  const at = await Promise.all(Array.from({ length: 4 }, () => customer('anna')));
  expect(new Set(at.map(({ id }) => id)).size).toBe(1);
  expect(await customer('anna')).toEqual(at[0]);
  expect((await customer('bert')).id).not.toBe(at[0]?.id);
});

test('one who was erased comes back as a new customer; what was erased stays so', async () => {
  const before = await customer('carla');
  await erase(before.id);
  const after = await Promise.all(Array.from({ length: 4 }, () => customer('carla')));
  expect(new Set(after.map(({ id }) => id)).size).toBe(1);
  expect(after[0]?.id).not.toBe(before.id);
  expect([await keyOf(before.id), await keyOf(after[0]?.id ?? '')]).toEqual([null, expect.any(Buffer)]);
  const found = await transactions.run(SYSTEM, (tx) => findCustomer(tx, vault, 'sto_1', 'carla'));
  expect(found).toBe(after[0]?.id);
});
