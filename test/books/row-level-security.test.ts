import { sql } from 'kysely';
import { connectTo, seedMall, placeOrderBody, TO_BRAZIL, testVault, type TestMall, TODAY } from '../support/mall';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { callerFor } from '../support/people';
import { priced, unpromoted } from '../support/prices';
import { insertDraft } from '../../src/books/orders/orders';
import { newId } from '../../src/books/new-id';
import { readCatalogue } from '../../src/books/catalogue/read-catalogue';
import { releaseToWarehouse } from '../../src/books/warehouse/release-to-warehouse';
import { reserve } from '../../src/books/inventory/reservations';
import type { Transactions } from '../../src/books/transactions';
import { SYSTEM, type Caller } from '../../src/contracts/caller';
import { PlaceOrder } from '../../src/contracts/orders/place-order';

let database: TestDatabase;
let transactions: Transactions;
let mall: TestMall;
const orderId = newId('ord');

/** The tables that hold rows of one merchant, warehouse or storefront. */
const PRIVATE = [
  'orders',
  'order_line',
  'fulfillment',
  'task',
  'reservation',
  'payment',
  'customer',
  'timeline_event',
  'operation',
  'ledger_entry',
  'api_key',
  'webhook_event',
  'backorder',
  'backorder_setting',
] as const;

beforeAll(async () => {
  database = await createTestDatabase();
  transactions = connectTo(database.appUrl);
  mall = await seedMall(transactions);
  const order = PlaceOrder.parse(placeOrderBody([mall.skus.lamp, mall.skus.cup]));
  await transactions.run(callerFor('storefront', mall.storefrontId), async (tx) => {
    const cart = priced({
      currency: 'BRL',
      lines: order.lines,
      catalogue: await readCatalogue(
        tx,
        order.lines.map((line) => line.skuId),
      ),
    });
    await insertDraft(tx, testVault(), {
      orderId,
      storefrontId: mall.storefrontId,
      order,
      cart,
      ...unpromoted,
      paymentProvider: 'sandbox-gateway',
      startLeaseUntil: new Date(),
    });
  });
  await transactions.run(SYSTEM, async (tx) => {
    const lines = await tx.selectFrom('order_line').selectAll().where('orderId', '=', orderId).execute();
    await reserve(tx, {
      orderId,
      demands: lines.map((line) => ({ lineId: line.id, ...line })),
      values: lines.map((line) => ({ lineId: line.id, amount: 100 })),
      delivery: TO_BRAZIL,
      today: TODAY,
      expiresAt: new Date(),
    });
    await releaseToWarehouse(tx, orderId, 'standard', false, TODAY);
    const [line] = lines.filter(({ skuId }) => skuId === mall.skus.lamp.id);
    await tx
      .insertInto('backorder')
      .values({
        id: newId('bko'),
        orderId,
        orderLineId: line?.id ?? '',
        merchantId: mall.skus.lamp.merchantId,
        skuId: mall.skus.lamp.id,
        status: 'waiting',
        quantity: 1,
        amount: 1,
        expectedOn: '2026-11-30',
        basis: 'lead_days',
      })
      .execute();
    await tx.insertInto('backorder_setting').values({ skuId: mall.skus.lamp.id, leadDays: 7 }).execute();
  });
});
afterAll(async () => {
  await transactions.close();
  await database.drop();
});

const counts = (caller: Caller) =>
  transactions.run(caller, async (tx) => {
    const rows = await Promise.all(
      PRIVATE.map(async (table): Promise<[string, string | undefined]> => [
        table,
        (await sql<{ n: string }>`select count(*) as n from ${sql.table(table)}`.execute(tx)).rows[0]?.n,
      ]),
    );
    return Object.fromEntries(
      rows.map(([table, n]): [string, number] => [table, Number(n)]).filter(([, n]) => n !== 0),
    );
  });

test("the storefront sees its own order, and nothing of the mall's internals", async () => {
  expect(await counts(callerFor('storefront', mall.storefrontId))).toEqual({
    orders: 1,
    order_line: 2,
    fulfillment: 2,
    task: 2,
    reservation: 2,
    payment: 1,
    customer: 1,
    timeline_event: 1,
    backorder: 1,
  });
});

test('another storefront sees nothing', async () => {
  expect(await counts(callerFor('storefront', newId('sto')))).toEqual({});
});

test('a merchant sees its own line, fulfillment, task and reservation, but no payment and no customer', async () => {
  expect(await counts(callerFor('merchant', mall.merchantIds[0]))).toEqual({
    orders: 1,
    order_line: 1,
    fulfillment: 1,
    task: 1,
    reservation: 1,
    timeline_event: 1,
    backorder: 1,
    backorder_setting: 1,
  });
  expect(await counts(callerFor('merchant', newId('mer')))).toEqual({});
});

test('a warehouse sees its own work and no order, and another one nothing', async () => {
  expect(await counts(callerFor('warehouse', mall.warehouseIds[0]))).toEqual({
    fulfillment: 2,
    task: 2,
    reservation: 2,
  });
  expect(await counts(callerFor('warehouse', mall.warehouseIds[1]))).toEqual({});
});

test('a merchant cannot write what it sees, nor a warehouse what belongs to another', async () => {
  const touch = (caller: Caller) =>
    transactions.run(caller, (tx) => tx.updateTable('fulfillment').set({ amount: 1 }).executeTakeFirst());
  expect((await touch(callerFor('merchant', mall.merchantIds[0]))).numUpdatedRows).toBe(0n);
  expect((await touch(callerFor('warehouse', mall.warehouseIds[1]))).numUpdatedRows).toBe(0n);
});

test('without a caller there are no rows', async () => {
  const nobody = { role: '', subject: '', actor: '' } as unknown as Caller;
  expect(await counts(nobody)).toEqual({});
  expect(await transactions.run(nobody, async (tx) => (await tx.selectFrom('sku').select('id').execute()).length)).toBe(
    0,
  );
});

test.each([
  ['timeline_event', 'delete from timeline_event'],
  ['timeline_event', "update timeline_event set type = 'x'"],
  ['ledger_entry', 'update ledger_entry set amount = 1'],
  ['stock_movement', 'update stock_movement set quantity = 1'],
  ['backorder_setting', 'update backorder_setting set "leadDays" = 1'],
  ['orders', 'delete from orders'],
  ['api_key', 'alter table api_key disable row level security'],
])('not even Mallflow itself may rewrite %s: %s', async (_table, statement) => {
  await expect(transactions.run(SYSTEM, (tx) => sql.raw(statement).execute(tx))).rejects.toThrow(
    /permission denied|must be owner/,
  );
});

test('no personal field is in the database in clear text', async () => {
  const dump = await transactions.run(SYSTEM, async (tx) =>
    JSON.stringify(
      await Promise.all(PRIVATE.map((table) => sql`select t::text from ${sql.table(table)} t`.execute(tx))),
    ),
  );
  for (const text of ['Recipient One', '91234', 'recipient@example.com', 'Augusta', 'tok_ok', 'customer-1']) {
    expect(dump).not.toContain(text);
    expect(dump).not.toContain(Buffer.from(text).toString('hex'));
  }
});
