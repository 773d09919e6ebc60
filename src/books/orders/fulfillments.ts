import type { Insertable } from 'kysely';
import type { ReleasedFulfillment } from '../../contracts/orders/order';
import type { FulfillmentStatus } from '../../contracts/statuses';
import type { PackedParcel } from '../../contracts/warehouse/task';
import type { Fulfillment } from '../../generated/database';
import { newId } from '../new-id';
import type { Tx } from '../transactions';

/** Reads a fulfillment and locks it, so that packing, hand-over and cancellation go one after another. */
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

/** Describes a fulfillment that enters the warehouse's work. */
export type NewFulfillment = Pick<
  Insertable<Fulfillment>,
  'orderId' | 'number' | 'merchantId' | 'warehouseId' | 'amount' | 'platformAmount'
>;

/** Writes a released fulfillment and returns its id. */
export async function insertFulfillment(tx: Tx, fulfillment: NewFulfillment): Promise<string> {
  const id = newId('ful');
  await tx
    .insertInto('fulfillment')
    .values({ id, ...fulfillment, status: 'released', updatedAt: new Date() })
    .execute();
  return id;
}

/** Lists the statuses that no fulfillment leaves. */
const ENDED: readonly FulfillmentStatus[] = ['delivered', 'returned', 'cancelled'];

/** Moves a fulfillment to a status. One that has ended stays so: a step that was under way then changes nothing. */
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

/** Cancels all fulfillments of an order and lists them. The caller makes sure that none was handed over. */
export const cancelFulfillments = (tx: Tx, orderId: string): Promise<{ id: string; merchantId: string }[]> =>
  tx
    .updateTable('fulfillment')
    .set({ status: 'cancelled', updatedAt: new Date() })
    .where('orderId', '=', orderId)
    .returning(['id', 'merchantId'])
    .execute();

/** Sets the carrier that staff chose for a fulfillment; bookings below `firstBooking` are abandoned. */
export async function setChosenCarrier(
  tx: Tx,
  fulfillmentId: string,
  carrierCode: string,
  firstBooking: number,
): Promise<void> {
  await tx
    .updateTable('fulfillment')
    .set({ chosenCarrier: carrierCode, firstBooking, updatedAt: new Date() })
    .where('id', '=', fulfillmentId)
    .execute();
}
