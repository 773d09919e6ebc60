import { connect } from '../../src/books/transactions';
import { skuName, type NewSku } from '../../src/books/catalogue/import-skus';
import { placeName, type Place } from '../../src/books/catalogue/import-warehouses';
import { DEFAULT_TIME_ZONE } from '../../src/contracts/time-zone';
import { CatalogueImport } from '../../src/services/catalogue/import';
import { SAMPLE_CARRIERS } from '../../src/services/catalogue/sample-goods';

const POOL = 2;
const MERCHANTS = ['flash-a', 'flash-b'] as const;
const WAREHOUSES = [
  { code: 'flash-north', city: 'Tianjin', postcode: '300000' },
  { code: 'flash-south', city: 'Shenzhen', postcode: '518000' },
] as const;
/** Is more than any run orders of one SKU. */
const PLENTY = 1_000_000;

/** Lists one scarce SKU for each round, and the hot SKUs with enough stock. */
export interface FlashMall {
  readonly saleSkuIds: readonly string[];
  readonly hotSkuIds: readonly string[];
  readonly storefrontKey: string;
}

/** Fills a migrated, empty database. The units of each sale are in two warehouses, so that orders race across both. */
export async function seedFlashMall(
  databaseUrl: string,
  { rounds, units, hot }: { rounds: number; units: number; hot: number },
): Promise<FlashMall> {
  const transactions = connect(databaseUrl, POOL, (error) => {
    process.stderr.write(`An idle database connection broke: ${error.message}\n`);
  });
  try {
    const catalogue = new CatalogueImport(transactions, DEFAULT_TIME_ZONE);
    const storefrontId = required(await catalogue.importStorefronts(['Flash sale']), 'Flash sale');
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
    const places: Place[] = Array.from({ length: rounds + hot }, (_, i) => ({
      aisle: Math.floor(i / 10) + 1,
      bay: (i % 10) + 1,
      level: 1,
    }));
    const warehouses = [];
    for (const { code, city, postcode } of WAREHOUSES)
      warehouses.push(
        await catalogue.importWarehouse({ code, name: code, country: 'CN', city, postcode, locations: places }),
      );
    const skus = places.map((_place, i) => skuOf(required(merchants, MERCHANTS[i % 2] as string), i));
    const ids = await catalogue.importSkus(skus);
    const skuIds = skus.map((sku) => required(ids, skuName(sku)));
    const half = Math.ceil(units / 2);
    const saleUnits = [half, units - half];
    await catalogue.receiveStock(
      warehouses.flatMap(({ id, locations }, at) =>
        skuIds
          .map((skuId, i) => ({
            skuId,
            warehouseId: id,
            locationId: required(locations, placeName(places[i] as Place)),
            lotCode: 'flash',
            expiresOn: null,
            reference: 'flash',
            quantity: i >= rounds ? PLENTY : (saleUnits[at] ?? 0),
          }))
          .filter(({ quantity }) => quantity > 0),
      ),
    );
    const keys = await catalogue.issueKeys([{ role: 'storefront', subjectId: storefrontId, label: 'storefront' }]);
    return {
      saleSkuIds: skuIds.slice(0, rounds),
      hotSkuIds: skuIds.slice(rounds),
      storefrontKey: required(keys, 'storefront'),
    };
  } finally {
    await transactions.close();
  }
}

const skuOf = (merchantId: string, number: number): NewSku => ({
  merchantId,
  code: `F-${number + 1}`,
  supplierId: null,
  title: `Flash goods ${number + 1}`,
  category: 'goods',
  weightG: 600,
  lengthMm: 200,
  widthMm: 150,
  heightMm: 100,
  fragile: false,
  expires: false,
  prices: [{ validFrom: new Date('2020-01-01T00:00:00Z'), amount: 4_900 }],
});

function required(ids: ReadonlyMap<string, string>, key: string): string {
  const id = ids.get(key);
  if (id === undefined) throw new Error(`The flash mall lacks ${key}`);
  return id;
}
