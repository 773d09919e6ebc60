import { sql } from 'kysely';
import type { Transactions } from '../../src/books/transactions';
import { SYSTEM } from '../../src/contracts/caller';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { connectTo } from '../support/mall';

const FAILED_TRANSACTION = '25P02';
const NOT_TEXT = '22021';
const DIVISION_BY_ZERO = '22012';
const READ_ONLY = '25006';

let database: TestDatabase;
let transactions: Transactions;
beforeAll(async () => {
  database = await createTestDatabase();
  // One connection: the next transaction meets whatever one leaves behind.
  transactions = connectTo(database.appUrl, 1);
});
afterAll(async () => {
  await transactions.close();
  await database.drop();
});

const roleNow = () => sql<{ role: string | null }>`select current_setting('app.role', true) as role`;
const codeOf = async (failing: Promise<unknown>): Promise<string | undefined> => {
  try {
    await failing;
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

test('the first statement of a transaction knows the caller, though the opening is not awaited', async () => {
  for (const role of ['storefront', 'support'] as const) {
    for (const run of [transactions.run, transactions.snapshot]) {
      const { rows } = await run({ role, subject: 'x', actor: 'test' }, (tx) => roleNow().execute(tx));
      expect(rows).toEqual([{ role }]);
    }
  }
});

test('an opening that fails is the error thrown, not the errors of the statements after it', async () => {
  const code = await codeOf(transactions.run({ ...SYSTEM, actor: 'no\0text' }, (tx) => roleNow().execute(tx)));
  expect(code).not.toBe(FAILED_TRANSACTION);
  expect(code).toBe(NOT_TEXT);
  expect((await transactions.run(SYSTEM, (tx) => roleNow().execute(tx))).rows).toEqual([{ role: 'system' }]);
});

test('work that fails before its first statement leaves the connection as it was', async () => {
  await expect(transactions.run(SYSTEM, () => Promise.reject(new Error('before anything')))).rejects.toThrow(
    'before anything',
  );
  expect((await transactions.run(SYSTEM, (tx) => roleNow().execute(tx))).rows).toEqual([{ role: 'system' }]);
});

test('of statements sent together the failed one is thrown, and none of them takes effect', async () => {
  const insert = (code: string) => sql`insert into supplier (id, code, name) values (${`sup_${code}`}, ${code}, 'x')`;
  const code = await codeOf(
    transactions.run(SYSTEM, (tx) =>
      Promise.all([insert('together').execute(tx), sql`select 1 / ${0}::int`.execute(tx), insert('after').execute(tx)]),
    ),
  );
  expect(code).toBe(DIVISION_BY_ZERO);
  expect(
    await transactions.run(SYSTEM, (tx) =>
      tx.selectFrom('supplier').select('code').where('code', 'in', ['together', 'after']).execute(),
    ),
  ).toEqual([]);
});

test('statements sent together each get their own answer', async () => {
  const numbers = Array.from({ length: 20 }, (_, i) => i);
  const answers = await transactions.snapshot(SYSTEM, (tx) =>
    Promise.all(numbers.map((n) => sql<{ n: number }>`select ${n}::int as n`.execute(tx))),
  );
  expect(answers.map(({ rows }) => rows[0]?.n)).toEqual(numbers);
});

test('a read that wants to write is refused, and the next transaction may write', async () => {
  const write = sql`update stock set reserved = reserved where "skuId" = ${'none'}`;
  expect(await codeOf(transactions.snapshot(SYSTEM, (tx) => write.execute(tx)))).toBe(READ_ONLY);
  await transactions.snapshot(SYSTEM, (tx) => roleNow().execute(tx));
  expect(await codeOf(transactions.run(SYSTEM, (tx) => write.execute(tx)))).toBeUndefined();
});
