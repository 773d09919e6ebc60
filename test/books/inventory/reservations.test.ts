import { sql } from 'kysely';
import {
  connectTo,
  seedMall,
  placeOrderBody,
  testVault,
  TO_BRAZIL,
  type TestMall,
  type TestSku,
  TODAY,
} from '../../support/mall';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { callerFor } from '../../support/people';
import { priced, unpromoted } from '../../support/prices';
import { until } from '../../sandboxes/sandboxes';
import { readCatalogue } from '../../../src/books/catalogue/read-catalogue';
import { newId } from '../../../src/books/new-id';
import { insertDraft } from '../../../src/books/orders/orders';
import { releaseToWarehouse } from '../../../src/books/warehouse/release-to-warehouse';
import { receiveStock } from '../../../src/books/inventory/receipts';
import { freeReservations } from '../../../src/books/inventory/free-reservations';
import { reserve } from '../../../src/books/inventory/reservations';
import { restockFulfillment, shipFulfillment } from '../../../src/books/inventory/allocations';
import type { Transactions } from '../../../src/books/transactions';
import { SYSTEM } from '../../../src/contracts/caller';
import { PlaceOrder } from '../../../src/contracts/orders/place-order';

let database: TestDatabase;
let transactions: Transactions;
let mall: TestMall;

beforeEach(async () => {
  database = await createTestDatabase();
  transactions = connectTo(database.appUrl, 16);
  mall = await seedMall(transactions);
});
afterEach(async () => {
  await transactions.close();
  await database.drop();
});

/** Drafts an order and answers how to reserve its stock. */
async function draft(
  skus: readonly TestSku[],
  quantity = 1,
): Promise<{ orderId: string; hold: (expiresAt?: Date) => ReturnType<typeof reserve> }> {
  const orderId = newId('ord');
  const order = PlaceOrder.parse(placeOrderBody(skus, { lines: skus.map((sku) => ({ skuId: sku.id, quantity })) }));
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
      paymentProvider: 'p',
      startLeaseUntil: new Date(),
    });
  });
  return {
    orderId,
    hold: (expiresAt = new Date()) =>
      transactions.run(SYSTEM, async (tx) => {
        const lines = await tx.selectFrom('order_line').selectAll().where('orderId', '=', orderId).execute();
        return reserve(tx, {
          orderId,
          demands: lines.map((line) => ({ lineId: line.id, ...line })),
          values: lines.map((line) => ({ lineId: line.id, amount: 10 })),
          delivery: { ...TO_BRAZIL, leavesOn: expiresAt.toISOString().slice(0, 10) },
          today: TODAY,
          expiresAt,
        });
      }),
  };
}

const shelves = (skuId: string) =>
  transactions.run(SYSTEM, async (tx) => ({
    stock: await tx
      .selectFrom('stock')
      .select(['onHand', 'reserved'])
      .where('skuId', '=', skuId)
      .orderBy('onHand', 'desc')
      .execute(),
    lots: await tx
      .selectFrom('lot')
      .select(['onHand', 'allocated'])
      .where('skuId', '=', skuId)
      .orderBy('onHand', 'desc')
      .execute(),
  }));

test('forty buyers at once on eight units: eight get one, the others a shortage', async () => {
  const buyers = await Promise.all(Array.from({ length: 40 }, () => draft([mall.skus.rug])));
  const results = await Promise.all(buyers.map(({ hold }) => hold()));
  expect(results.filter((result) => 'parts' in result)).toHaveLength(8);
  for (const result of results)
    if ('shortages' in result)
      expect(result.shortages).toEqual([{ skuId: mall.skus.rug.id, requested: 1, available: 0 }]);
  expect((await shelves(mall.skus.rug.id)).stock).toEqual([{ onHand: 8, reserved: 8 }]);
});

test('buyers of the same SKUs in any order never deadlock for ever', async () => {
  const { lamp, cup } = mall.skus;
  const buyers = await Promise.all(Array.from({ length: 20 }, (_, i) => draft(i % 2 ? [lamp, cup] : [cup, lamp])));
  const results = await Promise.all(buyers.map(({ hold }) => hold()));
  expect(results.every((result) => 'parts' in result)).toBe(true);
});

test('goods go from reserved to allocated to shipped, and back to the stock', async () => {
  const { orderId, hold } = await draft([mall.skus.rug], 3);
  await hold();
  const fulfillmentId = await transactions.run(SYSTEM, async (tx) => {
    await releaseToWarehouse(tx, orderId, 'standard', false, TODAY);
    return (await tx.selectFrom('fulfillment').select('id').where('orderId', '=', orderId).executeTakeFirstOrThrow())
      .id;
  });
  expect(await shelves(mall.skus.rug.id)).toEqual({
    stock: [{ onHand: 8, reserved: 3 }],
    lots: [{ onHand: 8, allocated: 3 }],
  });
  await transactions.run(SYSTEM, (tx) => shipFulfillment(tx, fulfillmentId));
  await transactions.run(SYSTEM, (tx) => shipFulfillment(tx, fulfillmentId));
  expect(await shelves(mall.skus.rug.id)).toEqual({
    stock: [{ onHand: 5, reserved: 0 }],
    lots: [{ onHand: 5, allocated: 0 }],
  });
  await transactions.run(SYSTEM, (tx) => restockFulfillment(tx, fulfillmentId, TODAY));
  await transactions.run(SYSTEM, (tx) => restockFulfillment(tx, fulfillmentId, TODAY));
  expect(await shelves(mall.skus.rug.id)).toEqual({
    stock: [{ onHand: 8, reserved: 0 }],
    lots: [{ onHand: 8, allocated: 0 }],
  });
});

test('two tries of the same step at once free the stock once', async () => {
  const { orderId, hold } = await draft([mall.skus.rug], 3);
  await hold();
  await (await draft([mall.skus.rug], 4)).hold();
  let second: Promise<number> | undefined;
  const first = await transactions.run(SYSTEM, async (tx) => {
    const released = await freeReservations(tx, orderId, { allocated: true, today: TODAY });
    // The second has read what is live, and waits for the shelves.
    second = transactions.run(SYSTEM, (other) => freeReservations(other, orderId, { allocated: true, today: TODAY }));
    await until(async () => {
      // Within a transaction PostgreSQL shows the same moment again and again.
      await sql`select pg_stat_clear_snapshot()`.execute(tx);
      const { rows } = await sql<{ n: number }>`
        select count(*)::int as n from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`.execute(tx);
      return rows[0]?.n === 1;
    });
    return released;
  });
  expect([first, await second]).toEqual([1, 0]);
  expect((await shelves(mall.skus.rug.id)).stock).toEqual([{ onHand: 8, reserved: 4 }]);
});

test('stock is freed once, allocated or not', async () => {
  const { orderId, hold } = await draft([mall.skus.lamp], 22);
  await hold();
  expect((await shelves(mall.skus.lamp.id)).stock).toEqual([
    { onHand: 20, reserved: 20 },
    { onHand: 5, reserved: 2 },
  ]);
  await transactions.run(SYSTEM, (tx) => releaseToWarehouse(tx, orderId, 'standard', false, TODAY));
  expect(await transactions.run(SYSTEM, (tx) => freeReservations(tx, orderId, { allocated: true, today: TODAY }))).toBe(
    2,
  );
  expect(await transactions.run(SYSTEM, (tx) => freeReservations(tx, orderId, { allocated: true, today: TODAY }))).toBe(
    0,
  );
  expect(await shelves(mall.skus.lamp.id)).toEqual({
    stock: [
      { onHand: 20, reserved: 0 },
      { onHand: 5, reserved: 0 },
    ],
    lots: [
      { onHand: 20, allocated: 0 },
      { onHand: 5, allocated: 0 },
    ],
  });
});

/** Makes the cups expire: some in two weeks, some next year. */
const cupsExpire = (soon: string, late: string) =>
  transactions.run(SYSTEM, async (tx) => {
    const skuId = mall.skus.cup.id;
    const { id, warehouseId, locationId } = await tx
      .selectFrom('lot')
      .selectAll()
      .where('skuId', '=', skuId)
      .executeTakeFirstOrThrow();
    await tx.updateTable('sku').set({ expires: true, minShelfLifeDays: 30 }).where('id', '=', skuId).execute();
    await tx.updateTable('lot').set({ expiresOn: soon }).where('id', '=', id).execute();
    await receiveStock(
      tx,
      [{ skuId, warehouseId, locationId, lotCode: 'L2', expiresOn: late, quantity: 4, reference: 'test' }],
      TODAY,
    );
  });
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

test('units that would not keep for their minimum shelf life after delivery are not promised', async () => {
  await cupsExpire(inDays(14), inDays(365));
  const first = await draft([mall.skus.cup], 3);
  await first.hold();
  const second = await draft([mall.skus.cup], 2);
  expect(await second.hold()).toEqual({ shortages: [{ skuId: mall.skus.cup.id, requested: 2, available: 1 }] });
  await transactions.run(SYSTEM, (tx) => releaseToWarehouse(tx, first.orderId, 'standard', false, TODAY));
  expect((await shelves(mall.skus.cup.id)).lots).toEqual([
    { onHand: 50, allocated: 0 },
    { onHand: 4, allocated: 3 },
  ]);
});

test('reserved units stay good for their order, though a day has passed', async () => {
  await cupsExpire(inDays(33), inDays(365));
  await transactions.run(SYSTEM, (tx) =>
    tx.updateTable('sku').set({ weightG: 500 }).where('id', '=', mall.skus.cup.id).execute(),
  );
  const { orderId, hold } = await draft([mall.skus.cup], 50);
  expect(await hold()).toHaveProperty('parts');
  await transactions.run(SYSTEM, (tx) =>
    tx.updateTable('sku').set({ minShelfLifeDays: 31 }).where('id', '=', mall.skus.cup.id).execute(),
  );
  expect(await (await draft([mall.skus.cup], 5)).hold()).toMatchObject({ shortages: [{ available: 0 }] });
  await transactions.run(SYSTEM, (tx) => releaseToWarehouse(tx, orderId, 'standard', false, TODAY));
  expect((await shelves(mall.skus.cup.id)).lots).toEqual([
    { onHand: 50, allocated: 50 },
    { onHand: 4, allocated: 0 },
  ]);
});

test('safety stock is not promised', async () => {
  await transactions.run(SYSTEM, (tx) =>
    tx.updateTable('stock').set({ safetyStock: 6 }).where('skuId', '=', mall.skus.rug.id).execute(),
  );
  expect(await (await draft([mall.skus.rug], 3)).hold()).toMatchObject({ shortages: [{ available: 2 }] });
  expect(await (await draft([mall.skus.rug], 2)).hold()).toMatchObject({
    parts: [{ quantity: 2 }],
    decisions: [{ figures: { left: 0 } }],
  });
});

test('an order on hold for two days takes no lot that keeps just long enough today', async () => {
  await cupsExpire(inDays(34), inDays(365));
  const days = (n: number) => new Date(Date.now() + n * 86_400_000);
  const { orderId, hold } = await draft([mall.skus.cup], 3);
  await hold(days(2));
  expect(await (await draft([mall.skus.cup], 2)).hold(days(2))).toEqual({
    shortages: [{ skuId: mall.skus.cup.id, requested: 2, available: 1 }],
  });
  await transactions.run(SYSTEM, (tx) => releaseToWarehouse(tx, orderId, 'standard', false, TODAY));
  expect((await shelves(mall.skus.cup.id)).lots).toEqual([
    { onHand: 50, allocated: 0 },
    { onHand: 4, allocated: 3 },
  ]);
});

test('no parcel is too heavy: the order is split over warehouses, or nothing is reserved', async () => {
  await transactions.run(SYSTEM, (tx) =>
    tx.updateTable('sku').set({ weightG: 5_000 }).where('id', 'in', [mall.skus.lamp.id, mall.skus.cup.id]).execute(),
  );
  const { hold } = await draft([mall.skus.lamp], 9);
  expect(await hold()).toMatchObject({
    parts: [{ quantity: 5 }, { quantity: 4 }],
    decisions: [{ figures: { uncarried: 0, parcels: 2 } }],
  });
  expect(await (await draft([mall.skus.cup], 10)).hold()).toEqual({ uncarried: [mall.skus.cup.merchantId] });
  expect((await shelves(mall.skus.cup.id)).stock).toEqual([{ onHand: 50, reserved: 0 }]);
});
