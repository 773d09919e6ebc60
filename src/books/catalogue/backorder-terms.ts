import type { SetBackorder } from '../../contracts/inventory/backorder';
import { refuse, type Refusal } from '../../contracts/errors';
import type { Tx } from '../transactions';

/**
 * Sets on which terms a SKU takes backorders, and keeps who set them. Units that are backordered by then stay so.
 * Refused for SKUs of others.
 */
export async function setBackorderTerms(tx: Tx, { skuId, backorder }: SetBackorder): Promise<Refusal | undefined> {
  const [leadDays, maxUnits] = [backorder?.leadDays ?? null, backorder?.maxUnits ?? null];
  // Row-level security says whose SKU it is.
  const { numUpdatedRows } = await tx
    .updateTable('sku')
    .set({ backorderLeadDays: leadDays, backorderMax: maxUnits })
    .where('id', '=', skuId)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return refuse('not_found');
  await tx.insertInto('backorder_setting').values({ skuId, leadDays, maxUnits }).execute();
  return undefined;
}
