import { sql } from 'kysely';
import type { CatalogueItem } from '../../domain/pricing/priced-cart';
import type { Tx } from '../transactions';

/**
 * Reads SKUs with the price that is valid now and their merchant's delivery charges. SKUs without a price are left out.
 */
export async function readCatalogue(tx: Tx, skuIds: readonly string[]): Promise<Map<string, CatalogueItem>> {
  const rows = await tx
    .selectFrom('sku as s')
    .innerJoin('merchant as m', 'm.id', 's.merchantId')
    .innerJoinLateral(
      (eb) =>
        eb
          .selectFrom('price as p')
          .select('p.amount as unitAmount')
          .whereRef('p.skuId', '=', 's.id')
          .where('p.validFrom', '<=', sql<Date>`now()`)
          .orderBy('p.validFrom', 'desc')
          .limit(1)
          .as('price'),
      (join) => join.onTrue(),
    )
    .select([
      's.id as skuId',
      's.merchantId',
      's.title',
      's.category',
      's.brand',
      's.taxCategory',
      's.weightG',
      'm.currency',
      'm.shippingBaseAmount',
      'm.shippingPerKgAmount',
      'price.unitAmount',
    ])
    .where('s.id', 'in', [...new Set(skuIds)])
    .execute();
  return new Map(rows.map((row) => [row.skuId, row]));
}
