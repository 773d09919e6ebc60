import { Client } from 'pg';
import { CompiledQuery } from 'kysely';
import { connect, type Transactions, type Tx } from '../../src/books/transactions';
import { listOrders } from '../../src/services/orders/read-orders';
import { listTasks } from '../../src/services/warehouse/read-tasks';
import type { Caller } from '../../src/contracts/caller';
import { ListOrders } from '../../src/contracts/orders/order';
import { ListTasks } from '../../src/contracts/warehouse/task';
import { createTestDatabase, type TestDatabase } from '../support/database';

const CLOSED = 20_000;
const OPEN = 50;
const STOREFRONT = 'sto_01J0000000000000000000000A';
/** A merchant with one order, an old one. */
const SMALL = 'mer_01J0000000000000000000000B';
const WAREHOUSE = 'whs_01J0000000000000000000000A';

let database: TestDatabase;
let transactions: Transactions;
beforeAll(async () => {
  database = await createTestDatabase();
  transactions = connect(database.appUrl, 2, (error) => {
    throw error;
  });
  const owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
  // The oldest orders are the open ones, so that a walk from the newest meets every closed one first. Nothing but the
  // lists is read.
  await owner.query(`
    SELECT set_config('app.role', 'system', false);
    SET session_replication_role = replica;
    INSERT INTO orders (id, "storefrontId", "customerId", status, stage, urgency, gift,
      currency, "goodsAmount", "shippingAmount", "merchantIds",
      country, personal, "placedAt", "updatedAt", "closedAt")
    SELECT 'ord_' || lpad(i::text, 26, '0'), '${STOREFRONT}', 'cus',
      CASE WHEN open THEN 'in_fulfillment' ELSE 'completed' END::order_status,
      CASE WHEN open THEN 'pick' ELSE 'closed' END::stage, 'standard', false, 'CNY', 1, 1, '{mer}',
      'CN', '', now(), now(), CASE WHEN open THEN NULL ELSE now() END
    FROM (SELECT i, i < ${OPEN} AS open FROM generate_series(0, ${CLOSED + OPEN - 1}) i) n;
    UPDATE orders SET "merchantIds" = '{${SMALL}}', reference = 'known'
    WHERE id = 'ord_' || lpad('7', 26, '0');
    INSERT INTO order_line (id, "orderId", number, "merchantId", "skuId", title, quantity, "unitAmount",
      "shippingAmount")
    SELECT 'lin_' || right(id, 26), id, 1, "merchantIds"[1], 'sku', '', 1, 1, 1 FROM orders;
    INSERT INTO task (id, kind, status, "orderId", "fulfillmentId", "merchantId", "warehouseId", urgency,
      gift, "openedAt", "doneAt")
    SELECT 'tsk_' || lpad(i::text, 26, '0'), 'pick', CASE WHEN open THEN 'open' ELSE 'done' END::task_status,
      'ord', 'ful_' || i, 'mer', '${WAREHOUSE}',
      'standard', false, now(), CASE WHEN open THEN NULL ELSE now() END
    FROM (SELECT i, i >= ${CLOSED} AS open FROM generate_series(0, ${CLOSED + OPEN - 1}) i) n;
    ANALYZE orders; ANALYZE order_line; ANALYZE task;`);
  await owner.end();
}, 60_000);
afterAll(async () => {
  await transactions.close();
  await database.drop();
});

/** Counts the rows of a table that a read touched, by index or sequentially. */
async function rowsTouched(caller: Caller, table: string, read: (tx: Tx) => Promise<unknown>): Promise<number> {
  return transactions.run(caller, async (tx) => {
    const count = async () => {
      const { rows } = await tx.executeQuery<{ n: number }>(
        CompiledQuery.raw(
          `SELECT (coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int AS n
           FROM pg_stat_xact_all_tables WHERE relname = $1`,
          [table],
        ),
      );
      return rows[0]?.n ?? 0;
    };
    const before = await count();
    await read(tx);
    return (await count()) - before;
  });
}

const storefront: Caller = { role: 'storefront', subject: STOREFRONT, actor: 'storefront:test' };
const support: Caller = { role: 'support', subject: 'mall', actor: 'support:test' };
const warehouse: Caller = { role: 'warehouse', subject: WAREHOUSE, actor: 'warehouse:test' };

test.each([
  ['a status', storefront, { status: 'in_fulfillment' }],
  ['a stage', storefront, { stage: 'pick' }],
  ['a status', support, { status: 'in_fulfillment' }],
] as const)('a list of open orders by %s reads no closed one: %j', async (_by, caller, query) => {
  let found = 0;
  const touched = await rowsTouched(caller, 'orders', async (tx) => {
    const page = await listOrders(tx, caller, ListOrders.parse(query));
    found = 'items' in page ? page.items.length : 0;
  });
  expect(found).toBe(20);
  expect(touched).toBeGreaterThanOrEqual(found);
  expect(touched).toBeLessThanOrEqual(OPEN);
});

test.each([
  ['a storefront, by its reference', storefront, { reference: 'known' }, 1],
  ['a storefront, the newest', storefront, {}, 20],
  ['a merchant of one order', { role: 'merchant', subject: SMALL, actor: 'merchant:test' }, {}, 1],
  ['support, the newest', support, {}, 20],
  ['a merchant of many', { role: 'merchant', subject: 'mer', actor: 'merchant:test' }, {}, 20],
] as const)('a list of all orders touches little more than it holds: %s', async (_who, caller, query, expected) => {
  let found = 0;
  const touched = await rowsTouched(caller, 'orders', async (tx) => {
    const page = await listOrders(tx, caller, ListOrders.parse(query));
    found = 'items' in page ? page.items.length : 0;
  });
  expect(found).toBe(expected);
  expect(touched).toBeGreaterThanOrEqual(found);
  expect(touched).toBeLessThanOrEqual(OPEN);
});

test.each([
  ['warehouse', warehouse],
  ['support', support],
] as const)("the list of a warehouse's open tasks touches none that is done: %s", async (_role, caller) => {
  let found = 0;
  const touched = await rowsTouched(caller, 'task', async (tx) => {
    const page = await listTasks(tx, ListTasks.parse({ status: 'open', limit: 20 }));
    found = 'items' in page ? page.items.length : 0;
  });
  expect(found).toBe(20);
  expect(touched).toBeGreaterThanOrEqual(found);
  expect(touched).toBeLessThanOrEqual(OPEN);
});
