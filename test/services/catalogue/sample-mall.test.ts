import { seedSampleMall, type SampleMall } from '../../../src/services/catalogue/sample-mall';
import { SAMPLE_COUPON, SAMPLE_TIER } from '../../../src/services/catalogue/sample-promotions';
import { QuoteService } from '../../../src/services/pricing/quote-service';
import { callerOf } from '../../../src/books/access/api-keys';
import { SYSTEM } from '../../../src/contracts/caller';
import type { Transactions } from '../../../src/books/transactions';
import { PromotionDefinition } from '../../../src/contracts/pricing/promotion';
import { includedTaxes } from '../../../src/domain/pricing/tax';
import { callerFor, granted } from '../../support/people';
import { countRows, createTestDatabase, type TestDatabase } from '../../support/database';
import { connectTo, testVault } from '../../support/mall';

const TABLES = [
  'merchant',
  'supplier',
  'warehouse',
  'location',
  'carrier',
  'sku',
  'price',
  'stock',
  'lot',
  'stock_movement',
  'storefront',
  'api_key',
  'promotion',
  'promotion_version',
] as const;

let database: TestDatabase;
let transactions: Transactions;
let first: SampleMall;
beforeAll(async () => {
  database = await createTestDatabase();
  transactions = connectTo(database.appUrl);
  first = await seedSampleMall(transactions, 'UTC');
});
afterAll(async () => {
  await transactions.close();
  await database.drop();
});

test('holds what a mall needs: merchants, warehouses, SKUs with stock in lots, suppliers, carriers, keys', async () => {
  const rows = await countRows(database.ownerUrl, TABLES);
  expect(rows).toMatchObject({
    merchant: 4,
    supplier: 2,
    warehouse: 2,
    location: 144,
    carrier: 3,
    sku: 44,
    storefront: 1,
    api_key: 9,
    promotion: 8,
    promotion_version: 8,
  });
  const expiring = await transactions.run(SYSTEM, (tx) =>
    tx
      .selectFrom('lot')
      .innerJoin('sku', 'sku.id', 'lot.skuId')
      .select((eb) => ['lot.skuId', 'lot.warehouseId', eb.fn.count('lot.expiresOn').distinct().as('dates')])
      .where('sku.expires', '=', true)
      .groupBy(['lot.skuId', 'lot.warehouseId'])
      .execute(),
  );
  expect(expiring.length).toBeGreaterThan(10);
  expect(expiring.every(({ dates }) => Number(dates) === 2)).toBe(true);
});

test('stock, lots and movements agree', async () => {
  const sums = await transactions.run(SYSTEM, async (tx) =>
    Promise.all(
      (['stock', 'lot'] as const).map((table) =>
        tx
          .selectFrom(table)
          .select((eb) => eb.fn.sum<number>('onHand').as('units'))
          .executeTakeFirstOrThrow(),
      ),
    ),
  );
  const moved = await transactions.run(SYSTEM, (tx) =>
    tx
      .selectFrom('stock_movement')
      .select((eb) => eb.fn.sum<number>('quantity').as('units'))
      .executeTakeFirstOrThrow(),
  );
  expect(new Set([...sums, moved].map(({ units }) => units)).size).toBe(1);
});

test('a second run adds nothing, finds the same ids and issues no key', async () => {
  const before = await countRows(database.ownerUrl, TABLES);
  const again = await seedSampleMall(transactions, 'UTC');
  expect(await countRows(database.ownerUrl, TABLES)).toEqual(before);
  expect(again).toEqual({ ...first, issuedKeys: {} });
});

test('its promotions are live, of eight kinds, and price the cart that the demo orders', async () => {
  const rows = await transactions.run(SYSTEM, (tx) =>
    tx
      .selectFrom('promotion as p')
      .innerJoin('promotion_version as v', 'v.promotionId', 'p.id')
      .select(['p.status', 'p.code', 'v.definition'])
      .execute(),
  );
  const definitions = rows.map(({ definition }) => PromotionDefinition.parse(definition));
  expect(new Set(definitions.map(({ kind }) => kind)).size).toBe(8);
  expect(rows.every(({ status }) => status === 'live')).toBe(true);
  expect(rows.flatMap(({ code }) => code ?? [])).toEqual([SAMPLE_COUPON]);
  const [lamp = '', tea = ''] = first.sampleSkuIds;
  const price = granted(
    await new QuoteService(transactions, testVault(), { timeZone: 'Asia/Shanghai', taxes: includedTaxes() }).quote(
      callerFor('storefront', first.storefrontId),
      {
        currency: 'CNY',
        lines: [
          { skuId: lamp, quantity: 1 },
          { skuId: tea, quantity: 2 },
        ],
        couponCodes: [SAMPLE_COUPON],
        customer: { reference: 'demo', memberTier: SAMPLE_TIER },
        country: 'CN',
      },
    ),
  );
  // A lamp for 159.00 less a tenth and two teas for 88.00, one at half; of 275.10 3 %, of 266.85 25.00, the coupon's
  // 20.00; 18.00 of delivery less 8.00.
  expect(price.rules.map(({ name, amount }) => [name, amount.amount])).toEqual([
    ['Lighting week', 1_590],
    ['Second tea at half price', 4_400],
    ["Members' days", 825],
    ['Every 200 less 25', 2_500],
    ['Twenty off', 2_000],
    ['Delivery on us', 800],
  ]);
  expect(price.total.amount).toBe(15_900 + 17_600 + 1_800 - 1_590 - 4_400 - 825 - 2_500 - 2_000 - 800);
  expect(price.lines.map(({ tax }) => tax?.rate)).toEqual([1_300, 1_300]);
});

test('keys speak for their subjects, and lost ones are issued again', async () => {
  const caller = await transactions.run(SYSTEM, (tx) => callerOf(tx, first.issuedKeys['warehouse:north'] ?? ''));
  expect(caller).toMatchObject({ role: 'warehouse', subject: first.warehouses.north });
  const kept = new Set(Object.keys(first.issuedKeys).filter((label) => label !== 'support'));
  const { issuedKeys } = await seedSampleMall(transactions, 'UTC', kept);
  expect(Object.keys(issuedKeys)).toEqual(['support']);
  expect(await transactions.run(SYSTEM, (tx) => callerOf(tx, first.issuedKeys.support ?? ''))).toBeUndefined();
});
