import { connect } from '../../src/books/transactions';
import { skuName, type NewSku } from '../../src/books/catalogue/import-skus';
import { placeName, type Place } from '../../src/books/catalogue/import-warehouses';
import { CatalogueImport } from '../../src/services/catalogue/import';
import { SAMPLE_CARRIERS } from '../../src/services/catalogue/sample-goods';
import { DEFAULT_TIME_ZONE } from '../../src/contracts/time-zone';
import type { PlaceOrder } from '../../src/contracts/orders/place-order';

const POOL = 2;
const MERCHANTS = ['bench-a', 'bench-b'] as const;
const SKUS_PER_MERCHANT = 200;
/** Is more than any run sells. */
const STOCK = 1_000_000;
const CUSTOMERS = 10_000;
const PLACES: readonly Place[] = Array.from({ length: SKUS_PER_MERCHANT * MERCHANTS.length }, (_, i) => ({
  aisle: Math.floor(i / 40) + 1,
  bay: Math.floor((i % 40) / 4) + 1,
  level: (i % 4) + 1,
}));

/** Lists the goods of two merchants in one warehouse, and the keys of storefront and warehouse. */
export interface BenchMall {
  /** One list for each merchant. */
  readonly skuIds: readonly (readonly string[])[];
  readonly storefrontKey: string;
  readonly warehouseKey: string;
}

/** Fills a migrated, empty database with two merchants, one warehouse and stock that never runs out. */
export async function seedBenchMall(databaseUrl: string): Promise<BenchMall> {
  const transactions = connect(databaseUrl, POOL, (error) => {
    process.stderr.write(`An idle database connection broke: ${error.message}\n`);
  });
  try {
    const catalogue = new CatalogueImport(transactions, DEFAULT_TIME_ZONE);
    const storefrontId = required(await catalogue.importStorefronts(['Bench']), 'Bench');
    const merchants = await catalogue.importMerchants(
      MERCHANTS.map((code) => ({
        code,
        name: code,
        currency: 'CNY',
        commissionBp: 1_000,
        shippingBaseAmount: 800,
        shippingPerKgAmount: 200,
      })),
    );
    await catalogue.importCarriers(SAMPLE_CARRIERS);
    const warehouse = await catalogue.importWarehouse({
      code: 'bench',
      name: 'Bench warehouse',
      country: 'CN',
      city: 'Tianjin',
      postcode: '300000',
      locations: PLACES,
    });
    const goods = MERCHANTS.map((code) => goodsOf(required(merchants, code)));
    const imported = await catalogue.importSkus(goods.flat());
    const skuIds = goods.map((skus) => skus.map((sku) => required(imported, skuName(sku))));
    await catalogue.receiveStock(
      skuIds
        .flat()
        .map((skuId, number) => ({
          skuId,
          warehouseId: warehouse.id,
          locationId: required(warehouse.locations, placeName(PLACES[number] as Place)),
          lotCode: 'bench',
          expiresOn: null,
          quantity: STOCK,
          reference: 'bench',
        })),
    );
    const keys = await catalogue.issueKeys([
      { role: 'storefront', subjectId: storefrontId, label: 'storefront' },
      { role: 'warehouse', subjectId: warehouse.id, label: 'warehouse' },
    ]);
    return { skuIds, storefrontKey: required(keys, 'storefront'), warehouseKey: required(keys, 'warehouse') };
  } finally {
    await transactions.close();
  }
}

const goodsOf = (merchantId: string): NewSku[] =>
  Array.from({ length: SKUS_PER_MERCHANT }, (_, i) => ({
    merchantId,
    code: `B-${i + 1}`,
    supplierId: null,
    title: `Bench goods ${i + 1}`,
    category: 'goods',
    weightG: 600,
    lengthMm: 200,
    widthMm: 150,
    heightMm: 100,
    fragile: false,
    expires: false,
    prices: [{ validFrom: new Date('2020-01-01T00:00:00Z'), amount: 4_900 }],
  }));

/** Builds an order of one unit from each of the first merchants: it ships in as many parcels. */
export function orderBody({ skuIds }: BenchMall, parcels: number, random: () => number): PlaceOrder {
  const pick = (ids: readonly string[]) => ids[Math.floor(random() * ids.length)] as string;
  return {
    customer: { reference: `customer-${Math.floor(random() * CUSTOMERS)}` },
    currency: 'CNY',
    urgency: 'standard',
    lines: skuIds.slice(0, parcels).map((ids) => ({ skuId: pick(ids), quantity: 1 })),
    recipient: {
      name: 'Bench Recipient',
      phone: '+86 138 0000 0000',
      address: {
        country: 'CN',
        region: '北京市',
        city: '北京市',
        district: '东城区',
        line1: '测试街1号',
        postcode: '100000',
      },
    },
    payment: { method: 'card', token: 'tok_ok' },
  };
}

function required<V>(map: ReadonlyMap<string, V>, key: string): V {
  const value = map.get(key);
  if (value === undefined) throw new Error(`The bench mall names ${key}, which was not imported.`);
  return value;
}
