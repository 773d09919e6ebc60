import { sql } from 'kysely';
import type { SetBackorder } from '../../contracts/inventory/backorder';
import { refuse, type Refusal } from '../../contracts/errors';
import type { Tx } from '../transactions';

/** Adds backordered units to their SKUs, or subtracts them. */
export async function changeBackordered(
  tx: Tx,
  rows: readonly { readonly skuId: string; readonly quantity: number }[],
  sign: 1 | -1,
): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    update sku set owed = sku.owed + ${sign}::int * d.units
    from (
      select id, sum(units)::int as units
      from unnest(${rows.map((row) => row.skuId)}::text[], ${rows.map((row) => row.quantity)}::int[]) as u (id, units)
      group by 1
    ) d
    where sku.id = d.id`.execute(tx);
}

/**
 * Sets on which terms a SKU takes backorders, and keeps who set them. What is backordered by then stays so. Refused for
 * SKUs of others.
 */
export async function setBackorder(tx: Tx, { skuId, backorder }: SetBackorder): Promise<Refusal | undefined> {
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
