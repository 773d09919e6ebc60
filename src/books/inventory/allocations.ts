import { sql } from 'kysely';
import { takeFirstExpired } from '../../domain/inventory/take-lots';
import type { Tx } from '../transactions';
import type { ShelfRef } from '../purchasing/replenishments';
import { fillBackorders } from './fill-backorders';
import { changeLots, changeStock, lockStock, type Quantity } from './stock-rows';

/** Describes a reservation that is to be bound to lots. */
export interface HeldReservation extends Quantity {
  readonly id: string;
  readonly keepsUntil: Date | null;
}

/**
 * Binds reservations to their fulfillment and to lots that keep long enough, first expired first out. Throws when those
 * lots have fewer units than the stock promises: then the books of that SKU are wrong, and a person must look. Call it
 * with the shelves locked.
 */
export async function allocateLots(tx: Tx, fulfillmentId: string, held: readonly HeldReservation[]): Promise<void> {
  const lots = await tx
    .selectFrom('lot')
    .select([
      'id as lotId',
      'skuId',
      'warehouseId',
      sql<number>`"onHand" - "allocated"`.as('free'),
      sql<string | null>`"expiresOn"::text`.as('expiresOn'),
    ])
    .where(
      'skuId',
      'in',
      held.map((row) => row.skuId),
    )
    .where('warehouseId', '=', held[0]?.warehouseId ?? '')
    .where('onHand', '>', 0)
    .execute();
  const allocations = held.flatMap((row) => {
    const takes = takeFirstExpired(
      row.quantity,
      lots.filter((lot) => lot.skuId === row.skuId),
      row.keepsUntil?.toISOString().slice(0, 10) ?? null,
    );
    if (!takes) throw new Error(`The lots of ${row.skuId} at ${row.warehouseId} have less than its stock`);
    for (const take of takes) {
      const lot = lots.find(({ lotId }) => lotId === take.lotId);
      if (lot) lot.free -= take.quantity;
    }
    return takes.map((take) => ({ reservationId: row.id, ...take }));
  });
  await tx.insertInto('allocation').values(allocations).execute();
  await changeLots(tx, allocations, { onHand: 0, allocated: 1 });
  await tx
    .updateTable('reservation')
    .set({ status: 'allocated', fulfillmentId, expiresAt: null })
    .where(
      'id',
      'in',
      held.map((row) => row.id),
    )
    .execute();
}

/** Removes a fulfillment's goods from the stock: they left with the carrier. */
export async function shipFulfillment(tx: Tx, fulfillmentId: string): Promise<void> {
  await moveAllocated(tx, fulfillmentId, 'allocated', 'shipped');
}

/**
 * Puts a returned fulfillment's goods back into the lots they came from, and fills backorders. `today` is the mall's
 * day (ISO date).
 */
export async function restockFulfillment(tx: Tx, fulfillmentId: string, today: string): Promise<void> {
  await fillBackorders(tx, await moveAllocated(tx, fulfillmentId, 'shipped', 'restocked'), today);
}

async function moveAllocated(
  tx: Tx,
  fulfillmentId: string,
  from: 'allocated' | 'shipped',
  to: 'shipped' | 'restocked',
): Promise<readonly ShelfRef[]> {
  const rows = await tx
    .selectFrom('reservation as r')
    .innerJoin('allocation as a', 'a.reservationId', 'r.id')
    .select(['r.id', 'r.skuId', 'r.warehouseId', 'a.lotId', 'a.quantity'])
    .where('r.fulfillmentId', '=', fulfillmentId)
    .where('r.status', '=', from)
    .execute();
  if (rows.length === 0) return rows;
  const sign = to === 'shipped' ? -1 : 1;
  await lockStock(tx, rows);
  await changeStock(tx, rows, to === 'shipped' ? { onHand: -1, reserved: -1 } : { onHand: 1, reserved: 0 });
  await changeLots(tx, rows, to === 'shipped' ? { onHand: -1, allocated: -1 } : { onHand: 1, allocated: 0 });
  await tx
    .updateTable('reservation')
    .set({ status: to })
    .where('fulfillmentId', '=', fulfillmentId)
    .where('status', '=', from)
    .execute();
  await tx
    .insertInto('stock_movement')
    .values(
      rows.map((row) => ({
        skuId: row.skuId,
        warehouseId: row.warehouseId,
        lotId: row.lotId,
        quantity: sign * row.quantity,
        reason: to,
        reference: fulfillmentId,
      })),
    )
    .execute();
  return rows;
}
