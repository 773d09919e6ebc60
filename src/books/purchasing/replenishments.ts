import { sql } from 'kysely';
import { cancelFollowUps } from '../task-rows';
import { enqueueReplenishmentSignal } from '../outbox';
import { newId } from '../new-id';
import type { Tx } from '../transactions';
import { DEMAND_DAYS } from './unmet-demand';

/** Names the shelf of one SKU in one warehouse. */
export interface ShelfRef {
  readonly skuId: string;
  readonly warehouseId: string;
}

/**
 * Opens a replenishment of each shelf at or below its reorder point that has none open, and starts its workflow. Call
 * it in the transaction that took from the shelf, or changed its reorder point: the database allows one per shelf,
 * however many orders cross the point at once.
 */
export async function replenishLowShelves(tx: Tx, shelves: readonly ShelfRef[]): Promise<void> {
  const { rows } = await sql<ShelfRef & { id: string }>`
    insert into replenishment (id, "skuId", "warehouseId", "merchantId", "supplierId", status, "openedAt")
    select u.id, s."skuId", s."warehouseId", k."merchantId", k."supplierId", 'open', now()
    from unnest(
      ${shelves.map(({ skuId }) => skuId)}::text[],
      ${shelves.map(({ warehouseId }) => warehouseId)}::text[],
      ${shelves.map(() => newId('rpl'))}::text[]
    ) as u (sku, warehouse, id)
    join stock s on s."skuId" = u.sku and s."warehouseId" = u.warehouse
    join sku k on k.id = s."skuId"
    where s."onHand" - s.reserved - s."safetyStock" <= s."reorderPoint"
    order by s."skuId", s."warehouseId"
    on conflict ("skuId", "warehouseId") where "closedAt" is null do nothing
    returning id, "skuId", "warehouseId"`.execute(tx);
  for (const { id, ...shelf } of rows)
    await enqueueReplenishmentSignal(tx, shelf, { signal: 'stockLow', payload: { replenishmentId: id } });
}

/**
 * Opens a replenishment of each SKU of which more is backordered than open ones bring. It takes a shelf that has none
 * open, one with a reorder point first. An open one without a plan will count all that is backordered; when every shelf
 * has one, the next opens as one of them ends.
 */
export async function replenishBackordered(tx: Tx, skuIds: readonly string[]): Promise<void> {
  const wanted = [...new Set(skuIds)];
  const { rows } = await sql<ShelfRef & { id: string }>`
    insert into replenishment (id, "skuId", "warehouseId", "merchantId", "supplierId", status, "openedAt")
    select u.id, k.id, s."warehouseId", k."merchantId", k."supplierId", 'open', now()
    from unnest(${wanted}::text[], ${wanted.map(() => newId('rpl'))}::text[]) as u (sku, id)
    join sku k on k.id = u.sku
    join lateral (
      select s."warehouseId" from stock s
      where s."skuId" = k.id and not exists (
        select 1 from replenishment r
        where r."skuId" = s."skuId" and r."warehouseId" = s."warehouseId" and r."closedAt" is null
      )
      order by s."reorderPoint" is null, s."warehouseId" limit 1
    ) s on true
    where k.owed > coalesce((
      select sum(
        case when r.asked is null then k.owed else greatest(0, coalesce(r.confirmed, r.asked) - r.received) end
      )
      from replenishment r where r."skuId" = k.id and r."closedAt" is null
    ), 0)
    order by k.id
    on conflict ("skuId", "warehouseId") where "closedAt" is null do nothing
    returning id, "skuId", "warehouseId"`.execute(tx);
  for (const { id, ...shelf } of rows)
    await enqueueReplenishmentSignal(tx, shelf, { signal: 'stockLow', payload: { replenishmentId: id } });
}

/** Reads a replenishment and locks its row. */
export const lockReplenishment = (tx: Tx, replenishmentId: string) =>
  tx.selectFrom('replenishment').selectAll().where('id', '=', replenishmentId).forUpdate().executeTakeFirst();

/** A row of the table `replenishment`. */
export type ReplenishmentRow = NonNullable<Awaited<ReturnType<typeof lockReplenishment>>>;

/**
 * Decides how many units to order, once, and keeps the number. It is the sum of what the shelf lacks of its level
 * (`reorderTo`), what is backordered beyond what other open replenishments bring, and the unmet demand since the SKU
 * was last planned, of the last 30 days at most. Unmet demand counts at most as much as the level, so that many
 * refusals cannot cause a huge purchase.
 */
export async function planQuantity(tx: Tx, row: ReplenishmentRow): Promise<number> {
  if (row.asked !== null) return row.asked;
  const { rows } = await sql<{ asked: number }>`
    select greatest(1, coalesce(s."reorderTo", 0) - (s."onHand" - s.reserved)
      + greatest(0, k.owed - coalesce((
        select sum(greatest(0, coalesce(r.confirmed, r.asked) - r.received))
        from replenishment r where r."skuId" = s."skuId" and r."closedAt" is null and r.id <> ${row.id}
      ), 0))
      + least(coalesce(s."reorderTo", 0), coalesce((
        select sum(d.requested - d.available) from stock_demand d
        where d."skuId" = s."skuId" and d.at > greatest(
          (select max(r."plannedAt") from replenishment r where r."skuId" = s."skuId"),
          now() - make_interval(days => ${DEMAND_DAYS})
        )
      ), 0)))::int as asked
    from stock s join sku k on k.id = s."skuId"
    where s."skuId" = ${row.skuId} and s."warehouseId" = ${row.warehouseId}`.execute(tx);
  const asked = rows[0]?.asked ?? 1;
  await tx.updateTable('replenishment').set({ asked, plannedAt: new Date() }).where('id', '=', row.id).execute();
  return asked;
}

/** Names an open replenishment that received goods were counted towards. */
export interface CountedReplenishment extends ShelfRef {
  readonly id: string;
}

/**
 * Counts received goods towards the open replenishments of their shelves, which stay locked. The caller then adds the
 * goods to the stock and calls `endComplete`.
 */
export async function countReceipts(
  tx: Tx,
  receipts: readonly (ShelfRef & { readonly quantity: number })[],
): Promise<readonly CountedReplenishment[]> {
  const { rows } = await sql<CountedReplenishment>`
    update replenishment set received = replenishment.received + u.units
    from (
      select sku, warehouse, sum(units)::int as units from unnest(
        ${receipts.map(({ skuId }) => skuId)}::text[],
        ${receipts.map(({ warehouseId }) => warehouseId)}::text[],
        ${receipts.map(({ quantity }) => quantity)}::int[]
      ) as r (sku, warehouse, units) group by 1, 2
    ) u
    where replenishment."skuId" = u.sku and replenishment."warehouseId" = u.warehouse
      and replenishment."closedAt" is null
    returning replenishment.id, replenishment."skuId", replenishment."warehouseId"`.execute(tx);
  return rows;
}

/** Ends those replenishments whose goods have all come. */
export async function endCompleteReplenishments(tx: Tx, counted: readonly CountedReplenishment[]): Promise<void> {
  for (const { id } of counted) {
    const row = await lockReplenishment(tx, id);
    if (row && isComplete(row)) await endReplenishment(tx, row, 'received', null);
  }
}

/** Says whether all confirmed units came; where nothing was confirmed, all that were ordered. */
export const isComplete = ({ received, confirmed, asked }: ReplenishmentRow): boolean => {
  const due = confirmed !== null && confirmed > 0 ? confirmed : asked;
  return due !== null && received >= due;
};

/** Closes a replenishment without its goods, for a reason. Returns false when it had ended before. */
export async function closeReplenishment(tx: Tx, replenishmentId: string, reason: string): Promise<boolean> {
  const row = await lockReplenishment(tx, replenishmentId);
  if (!row || row.closedAt !== null) return false;
  await endReplenishment(tx, row, 'closed', reason);
  return true;
}

/** Ends a replenishment and its follow-ups. When its shelf is still low although goods came, the next one opens. */
export async function endReplenishment(
  tx: Tx,
  row: ReplenishmentRow,
  status: 'received' | 'closed',
  closedFor: string | null,
): Promise<void> {
  await tx
    .updateTable('replenishment')
    .set({ status, closedFor, closedAt: new Date() })
    .where('id', '=', row.id)
    .execute();
  await cancelFollowUps(tx, row.id);
  await enqueueReplenishmentSignal(tx, row, { signal: 'replenishmentEnded', payload: { replenishmentId: row.id } });
  if (status !== 'received') return;
  await replenishLowShelves(tx, [row]);
  await replenishBackordered(tx, [row.skuId]);
}
