import { sql } from 'kysely';
import { withOwner } from '../../src/embedded/postgres/databases';
import type { Transactions } from '../../src/books/transactions';
import { SYSTEM } from '../../src/contracts/caller';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { connectTo } from '../support/mall';

let database: TestDatabase;
let transactions: Transactions;
beforeAll(async () => {
  database = await createTestDatabase();
  transactions = connectTo(database.appUrl, 1);
});
afterAll(async () => {
  await transactions.close();
  await database.drop();
});

const read = () =>
  transactions.run(SYSTEM, (tx) => tx.selectFrom('supplier').selectAll().where('code', '=', 'x').execute());
const prepared = () =>
  transactions.run(
    SYSTEM,
    async (tx) =>
      (
        await sql<{
          n: number;
        }>`select count(*) as n from pg_prepared_statements where statement like '%"supplier"%'`.execute(tx)
      ).rows[0]?.n,
  );

test('a statement is prepared once per connection', async () => {
  await read();
  await read();
  expect(await prepared()).toBe(1);
});

test('a migration under a running process costs a retry, not an error', async () => {
  await read();
  await withOwner(database.ownerUrl, (client) => client.query('alter table supplier add column note text'));
  expect(await read()).toEqual([]);
  expect(await prepared()).toBe(1);
});
