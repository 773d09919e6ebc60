import { refuse, type Refusal } from '../../contracts/errors';
import type { ReleasedFulfillment } from '../../contracts/orders/order';
import { HANDED_OVER_STATUSES } from '../../contracts/statuses';
import { shipFulfillment } from '../inventory/allocations';
import { lockFulfillment, moveFulfillment } from '../orders/fulfillments';
import { resumeOrder } from '../orders/orders';
import { enqueueOrderSignal } from '../outbox';
import { appendEvents } from '../timeline';
import type { Tx } from '../transactions';

/**
 * Hands a labelled fulfillment over to its carrier. Its goods leave the stock, the shipment is on its way, and the
 * order gets a signal. Handing over twice changes nothing. Refused while there is no label, and after a cancellation.
 */
export async function handOver(tx: Tx, fulfillmentId: string, at: Date): Promise<ReleasedFulfillment | Refusal> {
  const row = await lockFulfillment(tx, fulfillmentId);
  if (!row) return refuse('not_found');
  const ref = { fulfillmentId, merchantId: row.merchantId, warehouseId: row.warehouseId };
  if (HANDED_OVER_STATUSES.includes(row.status)) return ref;
  if (row.status !== 'labelled') return refuse('fulfillment_not_ready', { detail: `It is ${row.status}` });
  await recordHandOver(tx, fulfillmentId, at);
  await enqueueOrderSignal(tx, row.orderId, { signal: 'parcelHandedOver', payload: { fulfillmentId } });
  await appendEvents(tx, row.orderId, [handedOver(ref)]);
  return ref;
}

/**
 * Hands over a fulfillment that its carrier picked up while it was being cancelled. Its order continues, and is
 * captured. Does nothing for a fulfillment in another status.
 */
export async function handOverPickedUp(tx: Tx, fulfillmentId: string, at: Date): Promise<void> {
  const row = await lockFulfillment(tx, fulfillmentId);
  if (row?.status !== 'cancelling') return;
  await recordHandOver(tx, fulfillmentId, at);
  const isResumed = await resumeOrder(tx, row.orderId);
  await appendEvents(tx, row.orderId, [
    handedOver({ ...row, fulfillmentId }),
    ...(isResumed ? [{ type: 'order.cancellation_too_late' as const, data: { fulfillmentId } }] : []),
  ]);
}

async function recordHandOver(tx: Tx, fulfillmentId: string, at: Date): Promise<void> {
  await shipFulfillment(tx, fulfillmentId);
  await moveFulfillment(tx, fulfillmentId, 'handed_over');
  await tx
    .updateTable('shipment')
    .set({ status: 'handed_over', statusAt: at })
    .where('fulfillmentId', '=', fulfillmentId)
    .where('status', '=', 'booked')
    .execute();
}

const handedOver = ({ merchantId, fulfillmentId }: Pick<ReleasedFulfillment, 'merchantId' | 'fulfillmentId'>) =>
  ({ type: 'shipment.handed_over', merchantId, data: { fulfillmentId } }) as const;
