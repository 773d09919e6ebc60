import { sql } from 'kysely';
import { runAsSystem } from '../run-as-system';
import type { Tx } from '../transactions';

/** Names a number of units on one shelf. */
export interface Quantity {
  readonly skuId: string;
  readonly warehouseId: string;
  readonly quantity: number;
}

/**
 * Locks shelves in the order of their keys, as every transaction does. Call it once for all shelves that a transaction
 * changes.
 */
export async function lockStock(tx: Tx, rows: readonly { skuId: string; warehouseId: string }[]): Promise<void> {
  await sql`
    select 1 from stock where ("skuId", "warehouseId") in
      (select * from unnest(${rows.map((row) => row.skuId)}::text[], ${rows.map((row) => row.warehouseId)}::text[]))
    order by "skuId", "warehouseId" for update`.execute(tx);
}

/** Locks every shelf of some SKUs, in the order of their keys. */
export async function lockShelvesOf(tx: Tx, skuIds: readonly string[]): Promise<void> {
  await sql`
    select 1 from stock where "skuId" = any(${[...new Set(skuIds)]}::text[])
    order by "skuId", "warehouseId" for update`.execute(tx);
}

/**
 * Locks all shelves of the given SKUs when one of the given shelves does not exist yet. An order that joins a queue
 * holds the locks of all shelves of its SKU, so no shelf is opened in the meantime without its knowing.
 */
export async function lockToOpen(tx: Tx, shelves: readonly { skuId: string; warehouseId: string }[]): Promise<void> {
  const skuIds = shelves.map(({ skuId }) => skuId);
  const { rows } = await sql`
    select 1
    from unnest(${skuIds}::text[], ${shelves.map(({ warehouseId }) => warehouseId)}::text[]) as u (sku, warehouse)
    where not exists (select 1 from stock s where s."skuId" = u.sku and s."warehouseId" = u.warehouse)
    limit 1`.execute(tx);
  // As the system: the caller may be a warehouse, which sees only its own shelves.
  if (rows.length > 0) await runAsSystem(tx, () => lockShelvesOf(tx, skuIds));
}

/** Adds units to the reserved stock of their shelves, or subtracts them. */
export const changeReserved = (tx: Tx, rows: readonly Quantity[], sign: 1 | -1): Promise<void> =>
  changeStock(tx, rows, { onHand: 0, reserved: sign });

/** Changes the units on hand and reserved of shelves, each shelf once however many rows name it. */
export async function changeStock(
  tx: Tx,
  rows: readonly Quantity[],
  sign: { onHand: -1 | 0 | 1; reserved: -1 | 0 | 1 },
): Promise<void> {
  await sql`
    update stock set
      "onHand" = stock."onHand" + ${sign.onHand}::int * d.quantity,
      reserved = stock.reserved + ${sign.reserved}::int * d.quantity
    from (
      select sku, warehouse, sum(quantity)::int as quantity from unnest(
        ${rows.map((row) => row.skuId)}::text[],
        ${rows.map((row) => row.warehouseId)}::text[],
        ${rows.map((row) => row.quantity)}::int[]
      ) as u (sku, warehouse, quantity) group by 1, 2
    ) d
    where stock."skuId" = d.sku and stock."warehouseId" = d.warehouse`.execute(tx);
}

/** Changes the units on hand and allocated of lots, each lot once. */
export async function changeLots(
  tx: Tx,
  rows: readonly { lotId: string; quantity: number }[],
  sign: { onHand: -1 | 0 | 1; allocated: -1 | 0 | 1 },
): Promise<void> {
  await sql`
    update lot set
      "onHand" = lot."onHand" + ${sign.onHand}::int * d.quantity,
      allocated = lot.allocated + ${sign.allocated}::int * d.quantity
    from (
      select id, sum(quantity)::int as quantity
      from unnest(${rows.map((row) => row.lotId)}::text[], ${rows.map((row) => row.quantity)}::int[])
        as u (id, quantity) group by 1
    ) d
    where lot.id = d.id`.execute(tx);
}
