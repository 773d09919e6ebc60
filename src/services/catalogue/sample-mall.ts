import type { NewKey } from '../../books/access/api-keys';
import { skuName, type NewSku } from '../../books/catalogue/import-skus';
import { placeName, type ImportedWarehouse, type Place } from '../../books/catalogue/import-warehouses';
import type { Transactions } from '../../books/transactions';
import type { CurrencyCode } from '../../contracts/money';
import { CatalogueImport } from './import';
import { SAMPLE_CARRIERS, SAMPLE_MERCHANTS, SAMPLE_SUPPLIERS, SAMPLE_WAREHOUSES } from './sample-goods';
import { SAMPLE_SKUS, type SampleSku } from './sample-skus';
import { publishSamplePromotions } from './sample-promotions';

/** Lists the sample mall's ids by code, and the secrets of its new keys. */
export interface SampleMall {
  readonly currency: CurrencyCode;
  readonly storefrontId: string;
  readonly merchants: Readonly<Record<string, string>>;
  readonly warehouses: Readonly<Record<string, string>>;
  readonly suppliers: Readonly<Record<string, string>>;
  readonly skus: Readonly<Record<string, string>>;
  /** SKUs of two merchants, to try an order with. */
  readonly sampleSkuIds: readonly string[];
  /**
   * Secrets of the keys that this run issued, by label: `storefront`, `merchant:aurora`, `warehouse:north`, `support`,
   * `platform`. Shown this once.
   */
  readonly issuedKeys: Readonly<Record<string, string>>;
}

const STOREFRONT = 'Sample storefront';
const RECEIPT = 'sample-mall-opening';
/** Prices are valid from long ago, so that an order placed at any time finds one. */
const PRICED_FROM = new Date('2020-01-01T00:00:00Z');
/** The lots of goods that expire: picked first expired first. */
const EXPIRING_LOTS = [
  { code: 'A', expiresOn: '2030-03-31' },
  { code: 'B', expiresOn: '2030-09-30' },
] as const;
const LASTING_LOTS = [{ code: 'A', expiresOn: null }] as const;
const [AISLES, BAYS, LEVELS] = [4, 6, 3];
const PLACES: readonly Place[] = Array.from({ length: AISLES * BAYS * LEVELS }, (_, i) => ({
  aisle: Math.floor(i / (BAYS * LEVELS)) + 1,
  bay: (Math.floor(i / LEVELS) % BAYS) + 1,
  level: (i % LEVELS) + 1,
}));

/**
 * Fills a migrated database with the sample mall, the same every time; existing rows stay. `keptKeys` are the labels
 * whose secrets the caller still has; other keys are issued again, as an earlier run may have died before it stored
 * them.
 */
export async function seedSampleMall(
  transactions: Transactions,
  timeZone: string,
  keptKeys?: ReadonlySet<string>,
): Promise<SampleMall> {
  const catalogue = new CatalogueImport(transactions, timeZone);
  const storefrontId = idOf(await catalogue.importStorefronts([STOREFRONT]), STOREFRONT);
  const merchants = await catalogue.importMerchants(SAMPLE_MERCHANTS);
  const suppliers = await catalogue.importSuppliers(SAMPLE_SUPPLIERS);
  await catalogue.importCarriers(SAMPLE_CARRIERS);
  const warehouses = new Map<string, ImportedWarehouse>();
  for (const warehouse of SAMPLE_WAREHOUSES)
    warehouses.set(warehouse.code, await catalogue.importWarehouse({ ...warehouse, locations: PLACES }));

  const newSkus = SAMPLE_SKUS.map((sku) => describe(sku, merchants, suppliers));
  const skuIds = await catalogue.importSkus(newSkus);
  await publishSamplePromotions(transactions, merchants, skuIds);
  const skus = new Map(newSkus.map((sku) => [sku.code, idOf(skuIds, skuName(sku))]));
  await catalogue.receiveStock(
    SAMPLE_SKUS.flatMap((sku, number) => shelve(sku, number, idOf(skus, sku.code), warehouses)),
  );

  const keys = keysOf(storefrontId, merchants, warehouses);
  const issued = await catalogue.issueKeys(
    keys.map((key) => ({ ...key, replace: keptKeys !== undefined && !keptKeys.has(key.label) })),
  );
  return {
    currency: 'CNY',
    storefrontId,
    merchants: Object.fromEntries(merchants),
    suppliers: Object.fromEntries(suppliers),
    skus: Object.fromEntries(skus),
    warehouses: Object.fromEntries([...warehouses].map(([code, { id }]) => [code, id])),
    sampleSkuIds: [idOf(skus, 'AU-01'), idOf(skus, 'BA-01')],
    issuedKeys: Object.fromEntries(issued),
  };
}

function describe(
  sku: SampleSku,
  merchants: ReadonlyMap<string, string>,
  suppliers: ReadonlyMap<string, string>,
): NewSku {
  const {
    merchant,
    supplier,
    price,
    stock: _stock,
    size: [lengthMm, widthMm, heightMm],
    fragile = false,
    expires = false,
    ...rest
  } = sku;
  return {
    ...rest,
    merchantId: idOf(merchants, merchant),
    supplierId: idOf(suppliers, supplier),
    lengthMm,
    widthMm,
    heightMm,
    fragile,
    expires,
    prices: [{ validFrom: PRICED_FROM, amount: price }],
  };
}

/** Spreads the goods over the locations; lots of one SKU lie beside each other. */
function shelve(sku: SampleSku, number: number, skuId: string, warehouses: ReadonlyMap<string, ImportedWarehouse>) {
  const lots = sku.expires === true ? EXPIRING_LOTS : LASTING_LOTS;
  return Object.entries(sku.stock).flatMap(([warehouseCode, quantity]) =>
    lots.map(({ code, expiresOn }, lot) => {
      const warehouse = warehouses.get(warehouseCode);
      const place = PLACES[(number * 5 + lot) % PLACES.length];
      const locationId = place && warehouse?.locations.get(placeName(place));
      if (!warehouse || locationId === undefined)
        throw new Error(`The sample mall has no shelf for ${sku.code} at ${warehouseCode}`);
      const share = lot === 0 ? Math.ceil(quantity / lots.length) : Math.floor(quantity / lots.length);
      return {
        skuId,
        warehouseId: warehouse.id,
        locationId,
        lotCode: `${sku.code}-${code}`,
        expiresOn,
        quantity: share,
        reference: RECEIPT,
      };
    }),
  );
}

function keysOf(
  storefrontId: string,
  merchants: ReadonlyMap<string, string>,
  warehouses: ReadonlyMap<string, ImportedWarehouse>,
): NewKey[] {
  return [
    { role: 'storefront', subjectId: storefrontId, label: 'storefront' },
    ...[...merchants].map(([code, id]) => ({ role: 'merchant' as const, subjectId: id, label: `merchant:${code}` })),
    ...[...warehouses].map(([code, { id }]) => ({
      role: 'warehouse' as const,
      subjectId: id,
      label: `warehouse:${code}`,
    })),
    { role: 'support', subjectId: null, label: 'support' },
    { role: 'platform', subjectId: null, label: 'platform' },
  ];
}

function idOf(ids: ReadonlyMap<string, string>, code: string): string {
  const id = ids.get(code);
  if (id === undefined) throw new Error(`The sample mall names ${code}, which was not imported`);
  return id;
}
