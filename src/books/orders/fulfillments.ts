import { sql, type Insertable } from 'kysely';
import type { ReleasedFulfillment } from '../../contracts/orders/order';
import { AT_WAREHOUSE_STATUSES, type FulfillmentStatus } from '../../contracts/statuses';
import type { PackedParcel } from '../../contracts/warehouse/task';
import { FULFILLMENT_MOVES, statusesBefore } from '../../domain/orders/status-moves';
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

/** Moves a fulfillment to a status, when that is a legal move: a step that comes late changes nothing. */
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
    .where(
      'status',
      '=',
      sql<FulfillmentStatus>`any(${statusesBefore(FULFILLMENT_MOVES, status)}::fulfillment_status[])`,
    )
    .execute();
}

/**
 * Begins to cancel the fulfillments of an order: nothing more is done for them, and their warehouse hands none over.
 * The caller makes sure that none was handed over.
 */
export async function beginCancellingFulfillments(tx: Tx, orderId: string): Promise<void> {
  await tx
    .updateTable('fulfillment')
    .set({ status: 'cancelling', updatedAt: new Date() })
    .where('orderId', '=', orderId)
    .where('status', 'in', AT_WAREHOUSE_STATUSES)
    .execute();
}

/** Reports whether an order has a fulfillment that is not cancelled. */
export const hasFulfillmentToUndo = async (tx: Tx, orderId: string): Promise<boolean> =>
  (await tx
    .selectFrom('fulfillment')
    .select('id')
    .where('orderId', '=', orderId)
    .where('status', '<>', 'cancelled')
    .limit(1)
    .executeTakeFirst()) !== undefined;

/** Takes back that a fulfillment is cancelled: release 0.5 called it so while its label was live. */
export async function takeBackCancelled(tx: Tx, fulfillmentId: string): Promise<void> {
  await tx
    .updateTable('fulfillment')
    .set({ status: 'cancelling', updatedAt: new Date() })
    .where('id', '=', fulfillmentId)
    .where('status', '=', 'cancelled')
    .execute();
}

/** Cancels the fulfillments of an order that are still being cancelled, and lists them. */
export const cancelFulfillments = (tx: Tx, orderId: string): Promise<{ id: string; merchantId: string }[]> =>
  tx
    .updateTable('fulfillment')
    .set({ status: 'cancelled', updatedAt: new Date() })
    .where('orderId', '=', orderId)
    .where('status', '=', 'cancelling')
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
