import { newId } from '../new-id';
import type { Tx } from '../transactions';
import type { ImportedId } from './imported-id';

/** Describes a SKU to import, with its dated prices. */
export interface NewSku {
  readonly merchantId: string;
  /** Unique within its merchant. */
  readonly code: string;
  readonly supplierId: string | null;
  readonly title: string;
  readonly category: string;
  readonly brand?: string | null;
  /** Which of a country's tax rates it carries; `standard` by default. */
  readonly taxCategory?: string;
  readonly weightG: number;
  readonly lengthMm: number;
  readonly widthMm: number;
  readonly heightMm: number;
  readonly fragile: boolean;
  readonly expires: boolean;
  readonly prices: readonly { readonly validFrom: Date; readonly amount: number }[];
}

/** Prices per statement: well under PostgreSQL's limit of 65,535 parameters. */
const PRICES_PER_STATEMENT = 1_000;

/** Names a SKU within the mall. */
export const skuName = ({ merchantId, code }: { readonly merchantId: string; readonly code: string }): string =>
  `${merchantId}/${code}`;

/** Inserts SKUs with their prices, or updates those whose merchant and code exist; returns ids by `skuName`. */
export async function upsertSkus(tx: Tx, skus: readonly NewSku[]): Promise<ImportedId[]> {
  const rows = await tx
    .insertInto('sku')
    .values(
      skus.map(({ prices: _prices, brand = null, taxCategory = 'standard', ...row }) => ({
        id: newId('sku'),
        ...row,
        brand,
        taxCategory,
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['merchantId', 'code'])
        .doUpdateSet((eb) => ({
          supplierId: eb.ref('excluded.supplierId'),
          title: eb.ref('excluded.title'),
          category: eb.ref('excluded.category'),
          brand: eb.ref('excluded.brand'),
          taxCategory: eb.ref('excluded.taxCategory'),
          weightG: eb.ref('excluded.weightG'),
          lengthMm: eb.ref('excluded.lengthMm'),
          widthMm: eb.ref('excluded.widthMm'),
          heightMm: eb.ref('excluded.heightMm'),
          fragile: eb.ref('excluded.fragile'),
          expires: eb.ref('excluded.expires'),
        })),
    )
    .returning(['id', 'merchantId', 'code'])
    .execute();
  const ids = new Map(rows.map((row) => [skuName(row), row.id]));
  await upsertPrices(tx, skus, ids);
  return [...ids].map(([key, id]) => ({ key, id }));
}

async function upsertPrices(tx: Tx, skus: readonly NewSku[], ids: ReadonlyMap<string, string>): Promise<void> {
  const prices = skus.flatMap((sku) =>
    sku.prices.map((price) => ({ skuId: ids.get(skuName(sku)) as string, ...price })),
  );
  for (let at = 0; at < prices.length; at += PRICES_PER_STATEMENT) {
    await tx
      .insertInto('price')
      .values(prices.slice(at, at + PRICES_PER_STATEMENT))
      .onConflict((conflict) =>
        conflict.columns(['skuId', 'validFrom']).doUpdateSet((eb) => ({ amount: eb.ref('excluded.amount') })),
      )
      .execute();
  }
}
