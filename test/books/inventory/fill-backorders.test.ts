import { createStockActivities } from '../../../activities/inventory/stock';
import { setBackorderTerms } from '../../../src/books/catalogue/backorder-terms';
import { readCatalogue } from '../../../src/books/catalogue/read-catalogue';
import { newId } from '../../../src/books/new-id';
import { insertDraft, moveOrder } from '../../../src/books/orders/orders';
import { releaseToWarehouse } from '../../../src/books/warehouse/release-to-warehouse';
import { adjustLot, receiveGoods, setStock } from '../../../src/books/inventory/stock-adjustments';
import { freeReservations } from '../../../src/books/inventory/free-reservations';
import type { Transactions } from '../../../src/books/transactions';
import { backorderAudits } from '../../../src/audit/inventory/backorder-audits';
import { orderAudits } from '../../../src/audit/orders/order-audits';
import { sourcingAudits } from '../../../src/audit/inventory/sourcing-audits';
import { stockAudits } from '../../../src/audit/inventory/stock-audits';
import { SYSTEM } from '../../../src/contracts/caller';
import { PlaceOrder } from '../../../src/contracts/orders/place-order';
import { until } from '../../sandboxes/sandboxes';
import { backorderedSku, bring, bringIn } from '../../support/backorders';
import { createTestDatabase, waitingForLocks, type TestDatabase } from '../../support/database';
import { connectTo, placeOrderBody, seedMall, testVault, type TestMall, type TestSku, TODAY } from '../../support/mall';
import { callerFor } from '../../support/people';
import { priced, unpromoted } from '../../support/prices';

let database: TestDatabase;
let transactions: Transactions;
let mall: TestMall;
let stock: ReturnType<typeof createStockActivities>;

beforeEach(async () => {
  database = await createTestDatabase();
  transactions = connectTo(database.appUrl, 16);
  mall = await seedMall(transactions);
  stock = createStockActivities({ transactions, vault: testVault(), timeZone: 'UTC' });
});
afterEach(async () => {
  await transactions.close();
  await database.drop();
});

async function draft(...lines: readonly [TestSku, number][]): Promise<string> {
  const orderId = newId('ord');
  const order = PlaceOrder.parse(
    placeOrderBody([], { lines: lines.map(([{ id }, quantity]) => ({ skuId: id, quantity })) }),
  );
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
  return orderId;
}
const hold = (orderId: string) => stock.reserveStock({ orderId, paymentWindowSeconds: 600 });
async function order(...lines: readonly [TestSku, number][]): Promise<string> {
  const orderId = await draft(...lines);
  expect(await hold(orderId)).toMatchObject({ outcome: 'reserved' });
  return orderId;
}
const end = (orderId: string) =>
  transactions.run(SYSTEM, async (tx) => {
    await freeReservations(tx, orderId, { allocated: true, today: TODAY });
    await moveOrder(tx, orderId, { status: 'cancelled', stage: 'closed' });
  });
const agree = (orderId: string, agreedOn: string) =>
  transactions.run(SYSTEM, (tx) => tx.updateTable('orders').set({ agreedOn }).where('id', '=', orderId).execute());
/** Reads the units of a SKU that each order has reserved and backordered. */
const standing = (orderIds: readonly string[], skuId: string) =>
  transactions.run(SYSTEM, async (tx) =>
    Promise.all(
      orderIds.map(async (orderId) => {
        const held = await tx
          .selectFrom('reservation')
          .select('quantity')
          .where('orderId', '=', orderId)
          .where('skuId', '=', skuId)
          .where('status', '=', 'held')
          .execute();
        const owed = await tx
          .selectFrom('backorder')
          .select(['quantity', 'filled'])
          .where('orderId', '=', orderId)
          .where('skuId', '=', skuId)
          .where('status', '=', 'waiting')
          .execute();
        return [
          held.reduce((sum, { quantity }) => sum + quantity, 0),
          owed.reduce((sum, { quantity, filled }) => sum + quantity - filled, 0),
        ];
      }),
    ),
  );
const woken = async () =>
  (
    await transactions.run(SYSTEM, (tx) =>
      tx
        .selectFrom('workflow_message')
        .select('workflowId')
        .where('signal', '=', 'backorderFilled')
        .orderBy('id')
        .execute(),
    )
  ).map(({ workflowId }) => workflowId.replace('order:', ''));

/** Expects the books to be right as they stand, in one look. */
const expectTrue = () =>
  transactions.snapshot(SYSTEM, async (tx) => {
    for (const audit of [...stockAudits(tx), ...backorderAudits(tx), ...sourcingAudits(tx), ...orderAudits(tx)])
      expect([audit.name, (await audit.check()).findings]).toEqual([audit.name, []]);
  });

test('available units are reserved, missing ones backordered, each with its share of the price', async () => {
  const sku = await backorderedSku(transactions, mall, 3);
  const id = await draft([sku, 5], [mall.skus.cup, 1]);
  const day = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10);
  expect(await hold(id)).toMatchObject({ outcome: 'reserved', agreedOn: day });
  expect(await hold(id)).toMatchObject({ outcome: 'reserved', agreedOn: day });
  expect(await standing([id], sku.id)).toEqual([[3, 2]]);
  await expectTrue();
});

test('backorders are filled in the order of promise: the agreed day, then the time of placing', async () => {
  const sku = await backorderedSku(transactions, mall, 0);
  const [first, second, sooner] = [await order([sku, 2]), await order([sku, 2]), await order([sku, 1])];
  await agree(sooner, '2026-11-01');
  await bring(transactions, sku.id, mall.warehouseIds[0], 2);
  expect(await standing([sooner, first, second], sku.id)).toEqual([
    [1, 0],
    [1, 1],
    [0, 2],
  ]);
  await expectTrue();
  await bring(transactions, sku.id, mall.warehouseIds[1], 2);
  expect(await standing([sooner, first, second], sku.id)).toEqual([
    [1, 0],
    [2, 0],
    [1, 1],
  ]);
  expect(await woken()).toEqual([sooner, first]);
  await expectTrue();
});

test('goods that come to two shelves at the same time fill a backorder once', async () => {
  const sku = await backorderedSku(transactions, mall, 0);
  const id = await order([sku, 1]);
  const [first, second] = mall.warehouseIds;
  const others: Promise<void>[] = [];
  await transactions.run(SYSTEM, async (tx) => {
    await bringIn(tx, sku.id, first, 1);
    others.push(bring(transactions, sku.id, second, 1));
    // The other receipt gets as far as it can beside this one, which is not committed yet.
    await until(async () => (await waitingForLocks(database.ownerUrl)) > 0);
  });
  await Promise.all(others);
  expect(await standing([id], sku.id)).toEqual([[1, 0]]);
  await expectTrue();
});

test('a new order does not overtake backorders, and units beyond them are free for all', async () => {
  const sku = await backorderedSku(transactions, mall, 0);
  const waiting = await order([sku, 3]);
  await bring(transactions, sku.id, mall.warehouseIds[0], 2);
  const newcomer = await order([sku, 1]);
  expect(await standing([waiting, newcomer], sku.id)).toEqual([
    [2, 1],
    [0, 1],
  ]);
  await bring(transactions, sku.id, mall.warehouseIds[0], 3);
  expect(await standing([waiting, newcomer, await order([sku, 1])], sku.id)).toEqual([
    [3, 0],
    [1, 0],
    [1, 0],
  ]);
  await expectTrue();
});

test('an order that ends frees its units for the next, and its backorders end', async () => {
  const sku = await backorderedSku(transactions, mall, 4);
  const [first, second] = [await order([sku, 5], [mall.skus.cup, 1]), await order([sku, 2])];
  expect(await transactions.run(SYSTEM, (tx) => freeReservations(tx, first, { allocated: true, today: TODAY }))).toBe(
    2,
  );
  expect(await transactions.run(SYSTEM, (tx) => freeReservations(tx, first, { allocated: true, today: TODAY }))).toBe(
    0,
  );
  expect(await standing([first, second], sku.id)).toEqual([
    [0, 0],
    [2, 0],
  ]);
  expect(await woken()).toEqual([second]);
  const owedOnly = await order([sku, 9]);
  await transactions.run(SYSTEM, (tx) => freeReservations(tx, owedOnly, { allocated: true, today: TODAY }));
  const { owed } = await transactions.run(SYSTEM, (tx) =>
    tx.selectFrom('sku').select('owed').where('id', '=', sku.id).executeTakeFirstOrThrow(),
  );
  expect(owed).toBe(0);
});

test('found units and lowered safety stock fill backorders; the audit trail names the merchant', async () => {
  const sku = await backorderedSku(transactions, mall, 2);
  const [shelf, merchant] = [
    { skuId: sku.id, warehouseId: mall.warehouseIds[0] },
    callerFor('merchant', sku.merchantId),
  ];
  await transactions.run(merchant, (tx) => setStock(tx, { ...shelf, safetyStock: 2 }, TODAY));
  const id = await order([sku, 4]);
  await transactions.run(merchant, (tx) => setStock(tx, { ...shelf, safetyStock: 1 }, TODAY));
  expect(await standing([id], sku.id)).toEqual([[1, 3]]);
  await transactions.run(merchant, async (tx) => {
    const lot = await tx.selectFrom('lot').select('id').where('skuId', '=', sku.id).executeTakeFirstOrThrow();
    expect(await adjustLot(tx, { lotId: lot.id, quantity: 1, reason: 'found', reference: 'R-1' }, TODAY)).toEqual(
      shelf,
    );
    // The caller is itself again: it sees no customers' orders but those with its own goods, and no payments.
    expect(await tx.selectFrom('payment').select('id').execute()).toEqual([]);
  });
  expect(
    await transactions.run(callerFor('warehouse', shelf.warehouseId), (tx) =>
      receiveGoods(tx, { ...shelf, lotCode: 'L2', quantity: 5, reference: 'DN-2' }, TODAY),
    ),
  ).toEqual(shelf);
  expect(await standing([id], sku.id)).toEqual([[4, 0]]);
  const reserved = await transactions.run(SYSTEM, (tx) =>
    tx
      .selectFrom('timeline_event')
      .select(['type', 'actor'])
      .where('orderId', '=', id)
      .where('type', '=', 'stock.reserved')
      .orderBy('seq')
      .execute(),
  );
  expect(reserved.map(({ actor }) => actor)).toEqual(['merchant:test', 'merchant:test', 'warehouse:test']);
  await expectTrue();
});

test('goods that would not keep for the first backorder go to the next', async () => {
  const sku = await backorderedSku(transactions, mall, 0);
  await transactions.run(SYSTEM, (tx) =>
    tx.updateTable('sku').set({ expires: true, minShelfLifeDays: 5 }).where('id', '=', sku.id).execute(),
  );
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const [far, near] = [await order([sku, 1]), await order([sku, 1])];
  await transactions.run(SYSTEM, (tx) =>
    tx
      .updateTable('orders')
      .set({ requestedDate: inDays(40) })
      .where('id', '=', far)
      .execute(),
  );
  await bring(transactions, sku.id, mall.warehouseIds[0], 1, inDays(30));
  expect(await standing([far, near], sku.id)).toEqual([
    [0, 1],
    [1, 0],
  ]);
  // Until lots are bound, what is held may be taken from any of them: the later lot is not promised to both.
  await bring(transactions, sku.id, mall.warehouseIds[0], 1, inDays(60));
  expect(await standing([far], sku.id)).toEqual([[0, 1]]);
  await transactions.run(SYSTEM, (tx) => releaseToWarehouse(tx, near, 'standard', false, TODAY));
  expect(await standing([far], sku.id)).toEqual([[1, 0]]);
  await expectTrue();
});

test('no more is backordered than the merchant allows, however many orders come at once', async () => {
  const sku = await backorderedSku(transactions, mall, 2, { leadDays: 1, maxUnits: 5 });
  const orders = await Promise.all(Array.from({ length: 12 }, () => draft([sku, 1])));
  const verdicts = await Promise.all(orders.map(hold));
  expect(verdicts.filter(({ outcome }) => outcome === 'reserved')).toHaveLength(7);
  for (const verdict of verdicts)
    if (verdict.outcome === 'rejected')
      expect(verdict.shortages).toEqual([{ skuId: sku.id, requested: 1, available: 0 }]);
  await transactions.run(callerFor('merchant', sku.merchantId), (tx) =>
    setBackorderTerms(tx, { skuId: sku.id, backorder: null }),
  );
  expect(await hold(await draft([sku, 1]))).toMatchObject({ outcome: 'rejected', code: 'out_of_stock' });
  await bring(transactions, sku.id, mall.warehouseIds[0], 5);
  expect(await woken()).toHaveLength(5);
  await expectTrue();
});

test('buyers, receipts and cancellations at once: no backorder is missed, no unit promised twice', async () => {
  const [one, other] = [await backorderedSku(transactions, mall, 4), await backorderedSku(transactions, mall, 4)];
  const [first, second] = mall.warehouseIds;
  const drafts = await Promise.all(
    Array.from({ length: 24 }, (_, i) =>
      i % 3 === 0 ? draft([one, 2], [other, 1]) : i % 3 === 1 ? draft([other, 3], [one, 1]) : draft([one, 1]),
    ),
  );
  const deliveries = [1, 2, 3, 4].flatMap(
    (units) =>
      [
        [one, first, units],
        [other, second, units],
        [one, second, units],
      ] as const,
  );
  const buying = drafts.map(async (orderId, i) => {
    await hold(orderId);
    if (i % 4 === 0) await end(orderId);
  });
  await Promise.all([
    ...buying,
    ...deliveries.map(([sku, warehouseId, units]) => bring(transactions, sku.id, warehouseId, units)),
    expectTrueMeanwhile(),
  ]);
  await expectTrue();
  await bring(transactions, one.id, second, 100);
  await bring(transactions, other.id, first, 100);
  const live = drafts.filter((_, i) => i % 4 !== 0);
  const waiting = await transactions.run(SYSTEM, (tx) =>
    tx.selectFrom('backorder').select('orderId').where('status', '=', 'waiting').execute(),
  );
  expect(waiting).toEqual([]);
  const backordered = await transactions.run(SYSTEM, (tx) =>
    tx.selectFrom('orders').select('id').where('agreedOn', 'is not', null).where('id', 'in', live).execute(),
  );
  const signalled = await woken();
  expect(backordered.map(({ id }) => id).filter((id) => !signalled.includes(id))).toEqual([]);
  expect(backordered.length).toBeGreaterThan(0);
  await expectTrue();
}, 60_000);

/** Looks at the books eight times in the middle of it. */
async function expectTrueMeanwhile(): Promise<void> {
  for (let look = 0; look < 8; look += 1) {
    await transactions.snapshot(SYSTEM, async (tx) => {
      for (const audit of backorderAudits(tx))
        expect([audit.name, (await audit.check()).findings]).toEqual([audit.name, []]);
    });
  }
}

test('an order too heavy for every carrier is rejected before it is paid, backordered or not', async () => {
  const sku = await backorderedSku(transactions, mall, 3);
  await transactions.run(SYSTEM, (tx) =>
    tx.updateTable('sku').set({ weightG: 5_000 }).where('id', '=', sku.id).execute(),
  );
  expect(await hold(await draft([sku, 6]))).toEqual({ outcome: 'rejected', code: 'parcel_too_heavy', shortages: [] });
  expect(await standing([await order([sku, 5])], sku.id)).toEqual([[3, 2]]);
  await expectTrue();
});
