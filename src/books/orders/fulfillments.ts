import { refuse, type Refusal } from '../../contracts/errors';
import type { ReleasedFulfillment } from '../../contracts/orders/order';
import { HANDED_OVER_STATUSES, type FulfillmentStatus } from '../../contracts/statuses';
import type { PackedParcel } from '../../contracts/warehouse/task';
import { enqueueOrderSignal } from '../outbox';
import { shipOut } from '../inventory/reservations';
import { appendEvents } from '../timeline';
import type { Tx } from '../transactions';

/** Reads a fulfillment and locks it: the arbiter between packing, handing over and cancelling it. */
export const lockFulfillment = (tx: Tx, fulfillmentId: string) =>
  tx.selectFrom('fulfillment').selectAll().where('id', '=', fulfillmentId).forUpdate().executeTakeFirst();

/** Lists an order's fulfillments by number. */
export const fulfillmentsOf = (tx: Tx, orderId: string): Promise<ReleasedFulfillment[]> =>
  tx
    .selectFrom('fulfillment')
    .select(['id as fulfillmentId', 'merchantId', 'warehouseId'])
    .where('orderId', '=', orderId)
    .orderBy('number')
    .execute();

/** Statuses that no fulfillment leaves. */
const ENDED: readonly FulfillmentStatus[] = ['delivered', 'returned', 'cancelled'];

/**
 * Moves a fulfillment to a status. What has ended stays as it ended: a step that was under way then changes nothing any
 * more.
 */
export async function moveFulfillment(
  tx: Tx,
  fulfillmentId: string,
  status: FulfillmentStatus,
  parcel?: PackedParcel,
): Promise<void> {
  await tx
    .updateTable('fulfillment')
    .set({ status, updatedAt: new Date(), ...(parcel ? { parcel: JSON.stringify(parcel) } : {}) })
    .where('id', '=', fulfillmentId)
    .where('status', 'not in', ENDED)
    .execute();
}

/**
 * Hands a labelled fulfillment to its carrier: its goods leave the stock, the shipment is on its way, the order hears
 * of it. Handing over twice changes nothing. Refused while there is no label, and after a cancellation.
 */
export async function handOver(tx: Tx, fulfillmentId: string, at: Date): Promise<ReleasedFulfillment | Refusal> {
  const row = await lockFulfillment(tx, fulfillmentId);
  if (!row) return refuse('not_found');
  const ref = { fulfillmentId, merchantId: row.merchantId, warehouseId: row.warehouseId };
  if (HANDED_OVER_STATUSES.includes(row.status)) return ref;
  if (row.status !== 'labelled') return refuse('fulfillment_not_ready', { detail: `It is ${row.status}` });
  await shipOut(tx, fulfillmentId);
  await moveFulfillment(tx, fulfillmentId, 'handed_over');
  await tx
    .updateTable('shipment')
    .set({ status: 'handed_over', statusAt: at })
    .where('fulfillmentId', '=', fulfillmentId)
    .where('status', '=', 'booked')
    .execute();
  await enqueueOrderSignal(tx, row.orderId, { signal: 'parcelHandedOver', payload: { fulfillmentId } });
  await appendEvents(tx, row.orderId, [
    { type: 'shipment.handed_over', merchantId: row.merchantId, data: { fulfillmentId } },
  ]);
  return ref;
}
