import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyMigrations } from '../../src/books/migrations';
import { withOwner } from '../../src/embedded/postgres/databases';
import { createTestDatabase, type TestDatabase } from '../support/database';
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

const insert = (keys: typeof KEYS) =>
  withOwner(database.ownerUrl, async (client) => {
    for (const [key, kind] of keys)
      await client.query(
        `INSERT INTO operation (key, kind, provider, "orderId", status, request, "startedAt")
         VALUES ($1, $2, 'p', split_part($1, ':', 1), 'started', '{}', now())`,
        [key, kind],
      );
  });
const names = () =>
  withOwner(database.ownerUrl, async (client) => {
    const { rows } = await client.query<{ key: string; name: unknown[] }>(
      'SELECT key, json_build_array("subjectType", "subjectId", kind, number) AS name FROM operation',
    );
    return new Map(rows.map(({ key, name }) => [key, name]));
  });

test('operations of the release before have their columns, those that its workers write later as well', async () => {
  const books = await BareRows.open(database.ownerUrl);
  await books.insert('payment', { id: 'pay_1', orderId: 'ord_1', number: 1 });
  await books.insert('payment', { id: 'pay_2', orderId: 'ord_1', number: 2 });
  await books.insert('fulfillment', { id: 'ful_1', orderId: 'ord_1', number: 1 });
  await books.insert('shipment', { id: 'shp_1', fulfillmentId: 'ful_1' });
  await books.close();
  await insert(KEYS.filter((_, n) => n % 2 === 0));
  expect(await applyMigrations(database.ownerUrl, MIGRATIONS)).toContain(MIGRATION);
  await insert(KEYS.filter((_, n) => n % 2 === 1));
  expect(await names()).toEqual(new Map(KEYS.map(([key, , name]) => [key, name])));
});

test('a worker of the release before cannot repeat an effect under a key of its own', async () => {
  await withOwner(database.ownerUrl, (client) =>
    client.query(
      `INSERT INTO operation
         (key, "subjectType", "subjectId", kind, number, provider, "orderId", status, request, "startedAt")
       VALUES ('pay_1:authorize:1', 'payment', 'pay_1', 'authorize', 1, 'p', 'ord_1', 'started', '{}', now())`,
    ),
  );
  await expect(insert([['ord_1:authorize:1', 'authorize', ['payment', 'pay_1', 'authorize', 1]]])).rejects.toThrow(
    /subjectType_subjectId_kind_number/,
  );
});

test('an operation that names nothing is refused', async () => {
  await expect(insert([['ord_9:authorize:1', 'authorize', ['payment', '', 'authorize', 1]]])).rejects.toThrow(
    'operation ord_9:authorize:1 names no subject',
  );
});
