import { sql } from 'kysely';
import type { Tx } from '../transactions';
import { cancelBackorders, lockBackorderQueues } from './backorders';
import { fillBackorders } from './fill-backorders';
import { changeReserved, lockStock } from './stock-rows';

/**
 * Frees the stock of an order, allocated lots included, cancels its backorders and fills those of others. Returns how
 * many reservations ended. The live ones are read under the lock: another try of the same step may still run, and must
 * not free twice. `today` is the mall's day (ISO date).
 */
export async function freeReservations(tx: Tx, orderId: string, today: string): Promise<number> {
  // Its backorders may be filled from any shelf of their SKUs, so all of those are locked.
  const { rows: shelves } = await sql<{ skuId: string; warehouseId: string }>`
    select "skuId", "warehouseId" from reservation where "orderId" = ${orderId} and status in ('held', 'allocated')
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
  await sql`
    update lot set allocated = lot.allocated - a.quantity
    from (
      select a."lotId", sum(a.quantity)::int as quantity
      from allocation a join reservation r on r.id = a."reservationId"
      where r."orderId" = ${orderId} and r.status = 'allocated' group by 1
    ) a
    where lot.id = a."lotId"`.execute(tx);
  const ended = await tx
    .updateTable('reservation')
    .set({ status: 'released', expiresAt: null })
    .where('orderId', '=', orderId)
    .where('status', 'in', ['held', 'allocated'])
    .returning(['skuId', 'warehouseId', 'quantity'])
    .execute();
  if (ended.length === 0) return 0;
  await changeReserved(tx, ended, -1);
  await fillBackorders(tx, ended, today);
  return ended.length;
}
