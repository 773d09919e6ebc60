import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyMigrations } from '../../src/books/migrations';
import { beginOperation, finishOperation } from '../../src/books/operations';
import { SYSTEM } from '../../src/contracts/caller';
import { withOwner } from '../../src/embedded/postgres/databases';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { connectTo } from '../support/mall';
import { BareRows } from '../states/bare-rows';

const MIGRATIONS = 'prisma/migrations';
const MIGRATION = '20261126100000_operations_by_columns';

/** Each key that release 0.5 gave an operation, and how the columns name it. */
const KEYS: readonly (readonly [key: string, kind: string, name: readonly [string, string, string, number]])[] = [
  ['ord_1:authorize:2', 'authorize', ['payment', 'pay_2', 'authorize', 1]],
  ['ord_1:void:2', 'void', ['payment', 'pay_2', 'void', 1]],
  ['ord_1:void:2:3', 'void', ['payment', 'pay_2', 'void', 3]],
  ['ord_1:capture:1', 'capture', ['fulfillment', 'ful_1', 'capture', 1]],
  ['ord_1:capture:1:2', 'capture', ['fulfillment', 'ful_1', 'capture', 2]],
  ['ord_1:refund:1', 'refund', ['fulfillment', 'ful_1', 'refund', 1]],
  ['ful_1:book:2', 'book', ['fulfillment', 'ful_1', 'book', 2]],
  ['ful_1:void_booking:1', 'void_label', ['fulfillment', 'ful_1', 'void_booking', 1]],
  ['ful_1:void_label:1', 'void_label', ['shipment', 'shp_1', 'void_label', 1]],
  ['ord_1:notify_sms:1', 'notify', ['order', 'ord_1', 'notify_sms', 1]],
  ['ord_1:notify_email:2', 'notify', ['order', 'ord_1', 'notify_email', 2]],
  ['rpl_1:purchase:1', 'purchase', ['replenishment', 'rpl_1', 'purchase', 1]],
  ['rpl_1:purchase_email:1', 'notify', ['replenishment', 'rpl_1', 'purchase_email', 1]],
  ['rpl_1:remind_email:2', 'notify', ['replenishment', 'rpl_1', 'remind_email', 2]],
];

let database: TestDatabase;
let earlier: string;
beforeAll(async () => {
  database = await createTestDatabase();
  earlier = mkdtempSync(join(tmpdir(), 'migrations-'));
  for (const name of readdirSync(MIGRATIONS).filter((one) => one < MIGRATION))
    cpSync(join(MIGRATIONS, name), join(earlier, name), { recursive: true });
  await withOwner(database.ownerUrl, (client) => client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public'));
  await applyMigrations(database.ownerUrl, earlier);
});
afterAll(async () => {
  rmSync(earlier, { recursive: true });
  await database.drop();
});

const owner = (text: string, values: unknown[] = []) =>
  withOwner(database.ownerUrl, (client) => client.query<{ key: string; name: unknown[]; order: string }>(text, values));
/** Writes an operation as release 0.5 does. */
const insertAsBefore = (key: string, kind: string) =>
  owner(
    `INSERT INTO operation (key, kind, provider, "orderId", status, request, "startedAt")
     VALUES ($1, $2, 'p', split_part($1, ':', 1), 'started', '{}', now())`,
    [key, kind],
  );

test('operations of the release before keep their keys, and get their columns', async () => {
  const books = await BareRows.open(database.ownerUrl);
  await books.insert('payment', { id: 'pay_1', orderId: 'ord_1', number: 1 });
  await books.insert('payment', { id: 'pay_2', orderId: 'ord_1', number: 2 });
  await books.insert('fulfillment', { id: 'ful_1', orderId: 'ord_1', number: 1 });
  await books.insert('shipment', { id: 'shp_1', fulfillmentId: 'ful_1' });
  await books.close();
  for (const [key, kind] of KEYS) await insertAsBefore(key, kind);
  expect(await applyMigrations(database.ownerUrl, MIGRATIONS)).toContain(MIGRATION);
  const { rows } = await owner(
    `SELECT "providerKey" AS key, json_build_array("subjectType", "subjectId", kind, number) AS name,
       coalesce("orderId", 'none') AS order FROM operation`,
  );
  expect(new Map(rows.map(({ key, name }) => [key, name]))).toEqual(new Map(KEYS.map(([key, , name]) => [key, name])));
  expect(rows.filter(({ order }) => order === 'none').map(({ key }) => key)).toEqual(
    KEYS.map(([key]) => key).filter((key) => key.startsWith('rpl_')),
  );
});

test('processes of the release before can neither write nor read an operation', async () => {
  await expect(insertAsBefore('ord_2:authorize:1', 'authorize')).rejects.toThrow(/"key" .* does not exist/);
  await expect(owner(`SELECT status FROM operation WHERE key = 'ord_1:authorize:2'`)).rejects.toThrow(
    /"key" does not exist/,
  );
});

test('an effect that the release before began is repeated under the key that its provider knows', async () => {
  const transactions = connectTo(database.appUrl);
  const name = { subjectType: 'fulfillment', subjectId: 'ful_1', kind: 'capture', number: 2 } as const;
  const begun = await transactions.run(SYSTEM, (tx) =>
    beginOperation(tx, { ...name, provider: 'p', orderId: 'ord_1', request: {} }),
  );
  const finished = await transactions.run(SYSTEM, (tx) => finishOperation(tx, name, 'succeeded', {}));
  await transactions.close();
  expect([begun.attempted, begun.providerKey, finished]).toEqual([true, 'ord_1:capture:1:2', 'ord_1:capture:1:2']);
});
