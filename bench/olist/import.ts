import type { Receipt } from '../../src/books/inventory/receipts';
import { skuName } from '../../src/books/catalogue/import-skus';
import { placeName, type ImportedWarehouse, type Place } from '../../src/books/catalogue/import-warehouses';
import type { CatalogueImport } from '../../src/services/catalogue/import';
import { SAMPLE_CARRIERS } from '../../src/services/catalogue/sample-goods';
import type { Dataset } from './dataset';
import { merchantCode, merchantsOf, skuKey, skuOf, soldProducts, WAREHOUSES, warehouseOf } from './mapping';

const STOREFRONT = 'Olist replay';
const [AISLES, BAYS, LEVELS] = [10, 20, 4];
const PLACES: readonly Place[] = Array.from({ length: AISLES * BAYS * LEVELS }, (_, i) => ({
  aisle: Math.floor(i / (BAYS * LEVELS)) + 1,
  bay: (Math.floor(i / LEVELS) % BAYS) + 1,
  level: (i % LEVELS) + 1,
}));

export interface Imported {
  readonly storefrontId: string;
  /** By `skuKey`. */
  readonly skuIds: ReadonlyMap<string, string>;
}

/**
 * Imports everything that the orders of a dataset need: merchants, warehouses, carriers, SKUs with dated prices, and
 * just enough stock. A repeated import of as many orders for the same run changes nothing.
 */
export async function importDataset(catalogue: CatalogueImport, dataset: Dataset, run: string): Promise<Imported> {
  const storefronts = await catalogue.importStorefronts([STOREFRONT]);
  const merchants = await catalogue.importMerchants(merchantsOf(dataset));
  await catalogue.importCarriers(SAMPLE_CARRIERS);
  const warehouses = new Map<string, ImportedWarehouse>();
  for (const warehouse of WAREHOUSES)
    warehouses.set(warehouse.code, await catalogue.importWarehouse({ ...warehouse, locations: PLACES }));

  const sold = soldProducts(dataset).map((product) => ({
    product,
    merchantId: required(merchants, merchantCode(product.sellerId)),
  }));
  const imported = await catalogue.importSkus(
    sold.map(({ product, merchantId }) => skuOf(product, dataset, merchantId)),
  );
  const skuIds = new Map(
    sold.map(({ product, merchantId }) => [
      skuKey(product),
      required(imported, skuName({ merchantId, code: product.productId })),
    ]),
  );
  // The reference includes the number of orders, so that a longer replay under the same name receives its own stock.
  const reference = `olist:${run}:${dataset.orders.length}`;
  await catalogue.receiveStock(
    sold.map(({ product }, number): Receipt => {
      const warehouse = required(warehouses, warehouseOf(required(dataset.sellers, product.sellerId).seller_state));
      const place = PLACES[number % PLACES.length] as Place;
      return {
        skuId: required(skuIds, skuKey(product)),
        warehouseId: warehouse.id,
        locationId: required(warehouse.locations, placeName(place)),
        lotCode: 'olist',
        expiresOn: null,
        quantity: product.quantity,
        reference,
      };
    }),
  );
  return { storefrontId: required(storefronts, STOREFRONT), skuIds };
}

function required<V>(map: ReadonlyMap<string, V>, key: string): V {
  const value = map.get(key);
  if (value === undefined) throw new Error(`The dataset names ${key} but does not contain it.`);
  return value;
}
