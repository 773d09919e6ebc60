import { findOrInsertCustomer } from '../../../src/books/customers/customers';
import { newId } from '../../../src/books/new-id';
import { insertDraft, moveOrder } from '../../../src/books/orders/orders';
import { freeUses } from '../../../src/books/pricing/promotion-uses';
import type { Transactions } from '../../../src/books/transactions';
import { reservePrice, priceRequested, rejectedCoupons } from '../../../src/services/pricing/price-order';
import { SYSTEM } from '../../../src/contracts/caller';
import { isRefusal, type Refusal } from '../../../src/contracts/errors';
import { PlaceOrder } from '../../../src/contracts/orders/place-order';
import { priceBasisOf } from '../../../src/domain/pricing/price-snapshot';
import { includedTaxes } from '../../../src/domain/pricing/tax';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { connectTo, placeOrderBody, seedMall, testVault, type TestMall } from '../../support/mall';
import { callerFor } from '../../support/people';
import { publishPromotion } from '../../support/promotions';

let database: TestDatabase;
let transactions: Transactions;
let mall: TestMall;
beforeEach(async () => {
  database = await createTestDatabase();
  transactions = connectTo(database.appUrl, 12);
  mall = await seedMall(transactions);
});
afterEach(async () => {
  await transactions.close();
  await database.drop();
});

/** How many transactions placed orders, those that were rolled back and tried again among them. */
let tries = 0;

/** Prices and drafts an order as the API does; answers its id, or why it was refused. */
async function place(
  customer: string,
  couponCodes: readonly string[] = [],
): Promise<{ id: string; total: number } | { refused: string; reasons: unknown[] }> {
  const order = PlaceOrder.parse(placeOrderBody([mall.skus.cup], { customer: { reference: customer }, couponCodes }));
  return transactions.run(callerFor('storefront', mall.storefrontId), async (tx) => {
    tries += 1;
    const priced = await priceRequested(
      tx,
      testVault(),
      { timeZone: 'UTC', taxes: includedTaxes() },
      mall.storefrontId,
      { ...order, country: 'BR' },
    );
    if (isRefusal(priced)) throw new Error(priced.refused);
    const useless = rejectedCoupons(priced);
    if (useless) return refusedAs(useless);
    const { id: customerId } = await findOrInsertCustomer(tx, testVault(), mall.storefrontId, customer);
    const held = await reservePrice(tx, customerId, priced);
    if (isRefusal(held)) return refusedAs(held);
    const id = newId('ord');
    await insertDraft(tx, testVault(), {
      orderId: id,
      storefrontId: mall.storefrontId,
      order,
      cart: held.cart,
      basis: priceBasisOf(held.request),
      uses: held.uses,
      paymentProvider: 'p',
      startLeaseUntil: new Date(),
    });
    return { id, total: held.cart.goodsAmount };
  });
}

const refusedAs = ({ refused, errors = [] }: Refusal) => ({ refused, reasons: errors.map((error) => error.reason) });

const cancel = (orderId: string) =>
  transactions.run(SYSTEM, async (tx) => {
    await freeUses(tx, orderId);
    await moveOrder(tx, orderId, { status: 'cancelled', stage: 'closed' });
  });

const standing = (promotionId: string) =>
  transactions.run(SYSTEM, async (tx) => {
    const { used, spent } = await tx
      .selectFrom('promotion_counter')
      .selectAll()
      .where('promotionId', '=', promotionId)
      .executeTakeFirstOrThrow();
    const live = await tx
      .selectFrom('promotion_use as u')
      .innerJoin('orders as o', 'o.id', 'u.orderId')
      .select('u.amount')
      .where('u.promotionId', '=', promotionId)
      .where('u.status', '=', 'held')
      .where('o.status', 'not in', ['cancelled', 'rejected'])
      .execute();
    return { used, spent, live: live.length };
  });

test('a coupon for ten uses is never used eleven times, whatever is placed and cancelled at once', async () => {
  const coupon = await publishPromotion(transactions, {
    kind: 'fixed_amount',
    amount: 100,
    coupon: { code: 'TEN' },
    limits: { total: 10 },
  });
  const seen: number[] = [];
  const placed = await Promise.all(
    Array.from({ length: 60 }, async (_, i) => {
      const order = await place(`customer-${i}`, ['TEN']).catch((error: unknown) => ({
        refused: String(error),
        reasons: [],
      }));
      seen.push((await standing(coupon)).live);
      if ('id' in order && i % 2 === 0) await cancel(order.id);
      return order;
    }),
  );
  expect(Math.max(...seen)).toBeLessThanOrEqual(10);
  const { used, spent, live } = await standing(coupon);
  expect({ used, spent }).toEqual({ used: live, spent: live * 100 });
  expect(placed.filter((order) => 'id' in order).length).toBeGreaterThanOrEqual(10);
  for (const order of placed)
    if ('refused' in order && order.refused !== 'coupon_not_applicable') throw new Error(order.refused);
  // What was given back can be used again, to the last one.
  for (let i = live; i < 10; i += 1) expect(await place(`late-${i}`, ['TEN'])).toMatchObject({ total: 1_890 });
  expect(await standing(coupon)).toMatchObject({ used: 10, live: 10 });
});

test('a customer uses a coupon up to its limit, and again after a cancellation', async () => {
  const coupon = await publishPromotion(transactions, {
    kind: 'fixed_amount',
    amount: 100,
    coupon: { code: 'ONCE' },
    limits: { perCustomer: 1 },
  });
  const placed = await Promise.all(Array.from({ length: 6 }, () => place('the-same', ['ONCE'])));
  const taken = placed.flatMap((order) => ('id' in order ? [order.id] : []));
  expect(taken).toHaveLength(1);
  await cancel(taken[0] as string);
  await cancel(taken[0] as string);
  expect(await standing(coupon)).toEqual({ used: 0, spent: 0, live: 0 });
  expect(await place('the-same', ['ONCE'])).toMatchObject({ total: 1_890 });
});

test('a rule without a code that is used up meanwhile is left out of the price', async () => {
  const rule = await publishPromotion(transactions, { kind: 'fixed_amount', amount: 300, limits: { budget: 900 } });
  const placed = await Promise.all(Array.from({ length: 8 }, (_, i) => place(`customer-${i}`)));
  expect(placed.map((order) => ('total' in order ? order.total : 0)).sort()).toEqual([
    1_690, 1_690, 1_690, 1_990, 1_990, 1_990, 1_990, 1_990,
  ]);
  expect(await standing(rule)).toEqual({ used: 3, spent: 900, live: 3 });
});

test("only one of a customer's orders placed at once is its first", async () => {
  await publishPromotion(transactions, { kind: 'fixed_amount', amount: 300, firstOrderOnly: true });
  const totals = async (): Promise<number[]> =>
    (await Promise.all(Array.from({ length: 6 }, () => place('the-same')))).map((order) =>
      'total' in order ? order.total : 0,
    );
  const before = await place('the-same');
  if (!('id' in before)) throw new Error(before.refused);
  await cancel(before.id);
  expect((await totals()).sort()).toEqual([1_690, 1_990, 1_990, 1_990, 1_990, 1_990]);
  expect(
    (await Promise.all(Array.from({ length: 6 }, () => place('a-new-one')))).filter(
      (order) => 'total' in order && order.total === 1_690,
    ),
  ).toHaveLength(1);
});

test('a coupon for first orders is refused to the later of two, and so is a total with it', async () => {
  const coupon = await publishPromotion(transactions, {
    kind: 'fixed_amount',
    amount: 300,
    firstOrderOnly: true,
    coupon: { code: 'HELLO' },
  });
  const placed = await Promise.all(Array.from({ length: 5 }, () => place('the-same', ['HELLO'])));
  expect(placed.filter((order) => 'id' in order)).toHaveLength(1);
  for (const order of placed)
    if ('refused' in order) expect(order).toEqual({ refused: 'coupon_not_applicable', reasons: ['not_first_order'] });
  expect(await standing(coupon)).toEqual({ used: 1, spent: 300, live: 1 });
});

test('first orders and others that share their counters never deadlock', async () => {
  await publishPromotion(transactions, { kind: 'fixed_amount', amount: 100, limits: { total: 100 } });
  await publishPromotion(transactions, {
    kind: 'fixed_amount',
    amount: 100,
    firstOrderOnly: true,
    limits: { total: 100 },
  });
  const before = tries;
  const placed = await Promise.all(Array.from({ length: 24 }, (_, i) => place(`customer-${i % 4}`)));
  expect(placed.filter((order) => 'total' in order && order.total === 1_790)).toHaveLength(4);
  expect(placed.filter((order) => 'total' in order && order.total === 1_890)).toHaveLength(20);
  // A deadlock would have been tried again.
  expect(tries - before).toBe(24);
});
