import { sql } from 'kysely';
import {
  fillWaitingBackorders,
  type FreeStock,
  type WaitingBackorder,
} from '../../domain/inventory/fill-waiting-backorders';
import { sumOf } from '../../domain/money';
import { changeBackordered } from '../catalogue/backordered-units';
import { readCarriers, type ProviderRate } from '../catalogue/carriers';
import { newId } from '../new-id';
import { enqueueOrderSignal } from '../outbox';
import { replenishLowShelves, type ShelfRef } from '../purchasing/replenishments';
import { runAsSystem } from '../run-as-system';
import { appendEvents } from '../timeline';
import type { Tx } from '../transactions';
import { keepUntil, type Delivery } from './availability';
import { markFilled, readQueue, valueFills } from './backorder-queue';
import { isWaitingForStock, lockBackorderQueues } from './backorders';
import { changeReserved } from './stock-rows';

interface Filled extends ShelfRef {
  readonly orderId: string;
  readonly quantity: number;
}

/**
 * Fills backorders from the free stock of shelves, in the order of promise. That is the agreed day, then the time of
 * placing. Call it in the transaction that brought units to the shelves, with their locks held, so that no other order
 * sees units that are promised to a backorder. An order whose backorders are all filled gets a signal after the commit.
 *
 * No backorder is missed: an order that joins a queue holds the locks of all shelves of the SKU, so either this sees
 * the backorder, or the order sees the units. `today` is the mall's day (ISO date).
 */
export async function fillBackorders(tx: Tx, shelves: readonly ShelfRef[], today: string): Promise<void> {
  if (shelves.length === 0) return;
  const backordered = await tx
    .selectFrom('sku')
    .select('id')
    .where('id', 'in', [...new Set(shelves.map(({ skuId }) => skuId))])
    .where('owed', '>', 0)
    .execute();
  if (backordered.length === 0) return;
  const skuIds = backordered.map(({ id }) => id).sort();
  await runAsSystem(tx, async () => {
    await lockBackorderQueues(tx, skuIds);
    const rates = await readCarriers(tx);
    const filled: Filled[] = [];
    for (const skuId of skuIds) {
      const warehouseIds = shelves.filter((shelf) => shelf.skuId === skuId).map(({ warehouseId }) => warehouseId);
      filled.push(...(await fillSku(tx, skuId, warehouseIds, rates, today)));
    }
    if (filled.length === 0) return;
    await replenishLowShelves(tx, filled);
    await notifyOrders(tx, filled);
  });
}

async function fillSku(
  tx: Tx,
  skuId: string,
  warehouseIds: readonly string[],
  rates: readonly ProviderRate[],
  today: string,
): Promise<Filled[]> {
  const sku = await tx
    .selectFrom('sku')
    .select(['expires', 'minShelfLifeDays'])
    .where('id', '=', skuId)
    .executeTakeFirstOrThrow();
  const freeStock = await readFreeStock(tx, skuId, warehouseIds, sku.expires);
  const free = sumOf(freeStock, (shelf) => shelf.free);
  if (free <= 0) return [];
  // Each backorder takes at least one unit, unless the units would not keep for it: so `free` rows are enough.
  const rows = await readQueue(tx, skuId, sku.expires ? null : free);
  const waiting = rows.map(({ id, open, shippedFrom, country, urgency, requestedDate, agreedOn }): WaitingBackorder => {
    const delivery: Delivery = { country, urgency, requestedDate, leavesOn: agreedOn > today ? agreedOn : today };
    return { id, open, shippedFrom, keepsUntil: keepUntil(sku, delivery, rates) };
  });
  const fills = valueFills(fillWaitingBackorders(waiting, freeStock), rows);
  if (fills.length === 0) return [];
  const keepsUntil = new Map(waiting.map((backorder) => [backorder.id, backorder.keepsUntil]));
  await tx
    .insertInto('reservation')
    .values(
      fills.map(({ row, warehouseId, quantity, amount, shippingAmount, platformAmount }) => ({
        id: newId('rsv'),
        orderId: row.orderId,
        orderLineId: row.orderLineId,
        merchantId: row.merchantId,
        skuId,
        warehouseId,
        quantity,
        amount,
        shippingAmount,
        platformAmount,
        status: 'held' as const,
        expiresAt: row.payUntil,
        keepsUntil: keepsUntil.get(row.id) ?? null,
      })),
    )
    .execute();
  const filled = fills.map(({ row, warehouseId, quantity }) => ({
    orderId: row.orderId,
    skuId,
    warehouseId,
    quantity,
  }));
  await changeReserved(tx, filled, 1);
  await changeBackordered(tx, filled, -1);
  await markFilled(tx, fills);
  return filled;
}

async function readFreeStock(
  tx: Tx,
  skuId: string,
  warehouseIds: readonly string[],
  expires: boolean,
): Promise<FreeStock[]> {
  const shelves = await tx
    .selectFrom('stock')
    .select(['warehouseId', 'onHand', 'reserved', 'safetyStock'])
    .where('skuId', '=', skuId)
    .where('warehouseId', 'in', [...new Set(warehouseIds)])
    .orderBy('warehouseId')
    .execute();
  const lots = expires
    ? await tx
        .selectFrom('lot')
        .select([
          'warehouseId',
          sql<number>`"onHand" - allocated`.as('units'),
          sql<string>`"expiresOn"::text`.as('expiresOn'),
        ])
        .where('skuId', '=', skuId)
        .where('onHand', '>', 0)
        .where('expiresOn', 'is not', null)
        .execute()
    : [];
  return shelves.map(({ warehouseId, onHand, reserved, safetyStock }) => ({
    warehouseId,
    free: Math.max(0, onHand - reserved - safetyStock),
    expiring: lots.filter((lot) => lot.warehouseId === warehouseId),
  }));
}

/** Appends to each order's timeline what it got, and signals those whose backorders are all filled. */
async function notifyOrders(tx: Tx, filled: readonly Filled[]): Promise<void> {
  const orderIds = [...new Set(filled.map(({ orderId }) => orderId))].sort();
  for (const orderId of orderIds) {
    const parts = filled
      .filter((units) => units.orderId === orderId)
      .map(({ skuId, warehouseId, quantity }) => ({ skuId, warehouseId, quantity }));
    await appendEvents(tx, orderId, [{ type: 'stock.reserved', data: { parts, reoffered: true } }]);
  }
  // After the timeline heads are locked: of two transactions that fill the last two lines of an order, the second sees
  // the first one's fill.
  for (const orderId of orderIds)
    if (!(await isWaitingForStock(tx, orderId)))
      await enqueueOrderSignal(tx, orderId, { signal: 'backorderFilled', payload: {} });
}
