import { sql, type RawBuilder } from 'kysely';
import type { Tx } from '../transactions';
import { cancelBackorders, lockBackorderQueues } from './backorders';
import { fillBackorders } from './fill-backorders';
import { changeReserved, lockStock, type Quantity } from './stock-rows';

/**
 * Frees the stock that is allocated to a fulfillment, and fills the backorders of others. Returns how many reservations
 * ended. The live reservations are
 * read under the lock: another try of the same step may still run. `today` is the mall's day (ISO date).
 */
export async function freeAllocations(tx: Tx, fulfillmentId: string, today: string): Promise<number> {
  const shelves = await tx
    .selectFrom('reservation')
    .select(['skuId', 'warehouseId'])
    .where('fulfillmentId', '=', fulfillmentId)
    .where('status', '=', 'allocated')
    .execute();
  if (shelves.length === 0) return 0;
  await lockStock(tx, shelves);
  return endReservations(tx, sql`r."fulfillmentId" = ${fulfillmentId}`, today);
}

/**
 * Frees the stock of an order, cancels its backorders and fills those of others. Returns how
 * many reservations ended. The live ones are read under the lock: another try of the same step may still run, and must
 * not free twice. `allocated`: also what was allocated to its fulfillments. `today` is the mall's day (ISO date).
 */
export async function freeReservations(
  tx: Tx,
  orderId: string,
  { allocated, today }: { readonly allocated: boolean; readonly today: string },
): Promise<number> {
  // Its backorders may be filled from any shelf of their SKUs, so all of those are locked.
  const which = allocated ? sql`r."orderId" = ${orderId}` : sql`r."orderId" = ${orderId} and r.status = 'held'`;
  const { rows: shelves } = await sql<{ skuId: string; warehouseId: string }>`
    select "skuId", "warehouseId" from reservation r where ${which} and status in ('held', 'allocated')
    union
    select s."skuId", s."warehouseId" from stock s
    join backorder b on b."skuId" = s."skuId"
    where b."orderId" = ${orderId} and b.status = 'waiting'`.execute(tx);
  if (shelves.length === 0) return 0;
  await lockStock(tx, shelves);
  const backordered = await tx
    .selectFrom('sku')
    .select('id')
    .where('id', 'in', [...new Set(shelves.map(({ skuId }) => skuId))])
    .where('owed', '>', 0)
    .execute();
  if (backordered.length > 0) {
    await lockBackorderQueues(
      tx,
      backordered.map(({ id }) => id),
    );
    await cancelBackorders(tx, orderId);
  }
  return endReservations(tx, which, today);
}

/** Ends the live reservations among some, whose shelves are locked. Returns their number. */
async function endReservations(tx: Tx, which: RawBuilder<unknown>, today: string): Promise<number> {
  await sql`
    update lot set allocated = lot.allocated - a.quantity
    from (
      select a."lotId", sum(a.quantity)::int as quantity
      from allocation a join reservation r on r.id = a."reservationId"
      where ${which} and r.status = 'allocated' group by 1
    ) a
    where lot.id = a."lotId"`.execute(tx);
  const { rows: ended } = await sql<Quantity>`
    update reservation r set status = 'released', "expiresAt" = null
    where ${which} and r.status in ('held', 'allocated')
    returning r."skuId", r."warehouseId", r.quantity`.execute(tx);
  if (ended.length === 0) return 0;
  await changeReserved(tx, ended, -1);
  await fillBackorders(tx, ended, today);
  return ended.length;
}
