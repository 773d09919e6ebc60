import { sql } from 'kysely';
import { refuse, type Refusal } from '../../contracts/errors';
import type { AdjustLot, CountLot, ReceiveStock, SetStock } from '../../contracts/inventory/stock';
import { fillBackorders } from './fill-backorders';
import { replenishLowShelves, type ShelfRef } from '../purchasing/replenishments';
import { lockToOpen } from './stock-rows';
import { receiveStock } from './receipts';
import type { Tx } from '../transactions';

const invalid = (pointer: string, detail: string): Refusal =>
  refuse('validation_failed', { errors: [{ pointer, detail }] });

/**
 * Receives a delivery onto a shelf. Refused for shelves that the caller may not manage, and for a known lot with
 * another expiry date.
 */
export async function receiveGoods(tx: Tx, goods: ReceiveStock, today: string): Promise<ShelfRef | Refusal> {
  const { skuId, warehouseId, lotCode, quantity, reference } = goods;
  const sku = await tx.selectFrom('sku').select('expires').where('id', '=', skuId).executeTakeFirst();
  if (!sku || !(await mayKeep(tx, skuId, warehouseId))) return refuse('not_found');
  const expiresOn = goods.expiresOn ?? null;
  if (sku.expires && expiresOn === null) return invalid('/expiresOn', 'It is required: the goods expire');
  if (!sku.expires && expiresOn !== null) return invalid('/expiresOn', 'The goods do not expire');
  const locationId = await placeFor(tx, goods);
  if (locationId === undefined) return invalid('/locationId', 'It is no place of the warehouse');
  await lockShelf(tx, { skuId, warehouseId });
  const known = await tx
    .selectFrom('lot')
    .select(sql<string | null>`"expiresOn"::text`.as('expiresOn'))
    .where('skuId', '=', skuId)
    .where('warehouseId', '=', warehouseId)
    .where('code', '=', lotCode)
    .executeTakeFirst();
  if (known && known.expiresOn !== expiresOn)
    return invalid('/expiresOn', `The lot expires on ${known.expiresOn ?? 'no day'}`);
  await receiveStock(tx, [{ skuId, warehouseId, locationId, lotCode, expiresOn, quantity, reference }], today);
  return { skuId, warehouseId };
}

/**
 * Asks row-level security whether the caller may manage a shelf. A merchant may manage those of its SKUs, a warehouse
 * its own, the mall all.
 */
async function mayKeep(tx: Tx, skuId: string, warehouseId: string): Promise<boolean> {
  const { rows } = await sql<{ may: boolean }>`
    select exists (select 1 from warehouse where id = ${warehouseId}) and (
      app_staff()
      or (app_role() = 'merchant' and app_owns_sku(${skuId}))
      or (app_role() = 'warehouse' and app_subject() = ${warehouseId})
    ) as may`.execute(tx);
  return rows[0]?.may === true;
}

async function placeFor(tx: Tx, { skuId, warehouseId, locationId }: ReceiveStock): Promise<string | undefined> {
  if (locationId === undefined) {
    const lot = await tx
      .selectFrom('lot')
      .select('locationId')
      .where('skuId', '=', skuId)
      .where('warehouseId', '=', warehouseId)
      .orderBy('id', 'desc')
      .executeTakeFirst();
    if (lot) return lot.locationId;
  }
  const places = tx
    .selectFrom('location')
    .select('id')
    .where('warehouseId', '=', warehouseId)
    .orderBy('aisle')
    .orderBy('bay')
    .orderBy('level');
  return (await (locationId === undefined ? places : places.where('id', '=', locationId)).executeTakeFirst())?.id;
}

const lockShelf = (tx: Tx, { skuId, warehouseId }: ShelfRef) =>
  tx
    .selectFrom('stock')
    .selectAll()
    .where('skuId', '=', skuId)
    .where('warehouseId', '=', warehouseId)
    .forUpdate()
    .executeTakeFirst();

/** Sets a lot to the units that were counted. Refused, changing nothing, when too few would be left for orders. */
export const countLot = (tx: Tx, { lotId, counted, reference }: CountLot, today: string): Promise<ShelfRef | Refusal> =>
  changeLot(tx, lotId, (onHand) => counted - onHand, 'counted', reference, today);

/** Adds units to a lot or removes them, for a reason. Refused, changing nothing, when too few would be left. */
export const adjustLot = (
  tx: Tx,
  { lotId, quantity, reason, reference }: AdjustLot,
  today: string,
): Promise<ShelfRef | Refusal> => changeLot(tx, lotId, () => quantity, reason, reference, today);

async function changeLot(
  tx: Tx,
  lotId: string,
  changeOf: (onHand: number) => number,
  reason: string,
  reference: string,
  today: string,
): Promise<ShelfRef | Refusal> {
  const ref = await tx.selectFrom('lot').select(['skuId', 'warehouseId']).where('id', '=', lotId).executeTakeFirst();
  if (!ref || !(await mayKeep(tx, ref.skuId, ref.warehouseId))) return refuse('not_found');
  const shelf = await lockShelf(tx, ref);
  const lot = await tx
    .selectFrom('lot')
    .select(['onHand', 'allocated'])
    .where('id', '=', lotId)
    .executeTakeFirstOrThrow();
  const change = changeOf(lot.onHand);
  if (!shelf || change === 0) return ref;
  const [left, leftOfAll] = [lot.onHand + change, shelf.onHand + change];
  if (left < lot.allocated || leftOfAll < shelf.reserved) {
    const promised = `${lot.allocated} of the lot and ${shelf.reserved} of the SKU are promised`;
    return refuse('stock_promised', {
      detail: `${promised}; ${Math.max(left, 0)} and ${Math.max(leftOfAll, 0)} would be left`,
    });
  }
  await tx
    .updateTable('stock')
    .set({ onHand: leftOfAll })
    .where('skuId', '=', ref.skuId)
    .where('warehouseId', '=', ref.warehouseId)
    .execute();
  await tx.updateTable('lot').set({ onHand: left }).where('id', '=', lotId).execute();
  await tx
    .insertInto('stock_movement')
    .values({ ...ref, lotId, quantity: change, reason, reference })
    .execute();
  if (change > 0) await fillBackorders(tx, [ref], today);
  await replenishLowShelves(tx, [ref]);
  return (await breaksPromise(tx, ref))
    ? refuse('stock_promised', {
        detail: 'The remaining units expire before they would reach the customers who ordered them',
      })
    : ref;
}

/** Says whether, for some day, fewer units keep until then than orders need until then. */
async function breaksPromise(tx: Tx, { skuId, warehouseId }: ShelfRef): Promise<boolean> {
  const { rows } = await sql`
    with held as (
      select coalesce("keepsUntil", '-infinity'::date) as day, quantity from reservation
      where "skuId" = ${skuId} and "warehouseId" = ${warehouseId} and status = 'held'
    ), free as (
      select coalesce("expiresOn", 'infinity'::date) as day, "onHand" - allocated as units from lot
      where "skuId" = ${skuId} and "warehouseId" = ${warehouseId} and "onHand" > 0
    )
    select 1 from (select distinct day from held) d
    where (select sum(quantity) from held where held.day >= d.day)
      > (select coalesce(sum(units), 0) from free where free.day >= d.day)
    limit 1`.execute(tx);
  return rows.length > 0;
}

/** Sets the safety stock and the reorder point of a shelf. A shelf that does not exist is opened empty. */
export async function setStock(
  tx: Tx,
  { skuId, warehouseId, safetyStock, reorder }: SetStock,
  today: string,
): Promise<ShelfRef | Refusal> {
  if (!(await mayKeep(tx, skuId, warehouseId))) return refuse('not_found');
  const known = await tx.selectFrom('sku').select('id').where('id', '=', skuId).executeTakeFirst();
  if (!known) return refuse('not_found');
  await lockToOpen(tx, [{ skuId, warehouseId }]);
  await tx
    .insertInto('stock')
    .values({ skuId, warehouseId, onHand: 0 })
    .onConflict((conflict) => conflict.columns(['skuId', 'warehouseId']).doNothing())
    .execute();
  if (safetyStock === undefined && reorder === undefined) return { skuId, warehouseId };
  await tx
    .updateTable('stock')
    .set({
      ...(safetyStock === undefined ? {} : { safetyStock }),
      ...(reorder === undefined ? {} : { reorderPoint: reorder?.point ?? null, reorderTo: reorder?.to ?? null }),
    })
    .where('skuId', '=', skuId)
    .where('warehouseId', '=', warehouseId)
    .execute();
  if (safetyStock !== undefined) await fillBackorders(tx, [{ skuId, warehouseId }], today);
  await replenishLowShelves(tx, [{ skuId, warehouseId }]);
  return { skuId, warehouseId };
}
