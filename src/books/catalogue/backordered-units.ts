import { sql } from 'kysely';
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
