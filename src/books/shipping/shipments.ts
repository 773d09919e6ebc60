import { AttendNote, InterventionReason } from '../../contracts/interventions/intervention-codes';
import type { CarrierEvent } from '../../contracts/webhooks/provider-events';
import { DECIDING_SCANS, decideScan } from '../../domain/shipping/shipment-progress';
import { openAttendTask } from '../attend-tasks';
import { lockFulfillment } from '../orders/fulfillments';
import { handOver } from './hand-over';
import { enqueueOrderSignal } from '../outbox';
import { newId } from '../new-id';
import { appendEvents, hasEventOfRequest } from '../timeline';
import type { Tx } from '../transactions';
import { isRefusal } from '../../contracts/errors';

/** Describes a booked shipment to write. */
export interface NewShipment {
  readonly orderId: string;
  readonly fulfillmentId: string;
  readonly merchantId: string;
  readonly warehouseId: string;
  readonly carrierCode: string;
  readonly provider: string;
  readonly providerReference: string;
  readonly trackingNumber: string;
  readonly label: Buffer;
  readonly estimatedDelivery: string;
}

/** Returns the context that binds a sealed label to its fulfillment. */
export const labelContext = (fulfillmentId: string): string => `${fulfillmentId}:label`;

/** Writes a booked shipment and returns its id. */
export async function insertShipment(tx: Tx, shipment: NewShipment): Promise<string> {
  const id = newId('shp');
  await tx
    .insertInto('shipment')
    .values({ id, ...shipment, status: 'booked', statusAt: new Date() })
    .execute();
  return id;
}

/** Reads the shipment of a fulfillment, with the status of that, and locks both; undefined before it is booked. */
export async function lockShipment(tx: Tx, fulfillmentId: string) {
  const fulfillment = await lockFulfillment(tx, fulfillmentId);
  const shipment = await tx
    .selectFrom('shipment')
    .select(['id', 'merchantId', 'providerReference', 'status'])
    .where('fulfillmentId', '=', fulfillmentId)
    .forUpdate()
    .executeTakeFirst();
  return fulfillment && shipment && { ...shipment, fulfillmentStatus: fulfillment.status };
}

/** Marks a fulfillment's shipment as signed by its recipient. */
export async function markShipmentSigned(tx: Tx, fulfillmentId: string): Promise<void> {
  await tx
    .updateTable('shipment')
    .set({ status: 'signed' })
    .where('fulfillmentId', '=', fulfillmentId)
    .where('status', '<>', 'signed')
    .execute();
}

/** Marks a fulfillment's shipment as returned to its warehouse. */
export async function markShipmentReturned(tx: Tx, fulfillmentId: string): Promise<void> {
  await tx.updateTable('shipment').set({ status: 'returned' }).where('fulfillmentId', '=', fulfillmentId).execute();
}

/** Marks a shipment as voided at its carrier and destroys its label. */
export async function markShipmentVoided(tx: Tx, shipmentId: string): Promise<void> {
  await tx
    .updateTable('shipment')
    .set({ status: 'voided', statusAt: new Date(), label: null })
    .where('id', '=', shipmentId)
    .execute();
}

/**
 * Applies a carrier's scan to its shipment: the row, the timeline, and a signal when it decides something. A scan on
 * the way hands over a parcel that nobody handed over. One that contradicts what is known changes nothing, and opens a
 * task for a person. Returns the order and whether it has a signal to get, or undefined for an unknown parcel.
 */
export async function applyScan(
  tx: Tx,
  provider: string,
  event: CarrierEvent,
): Promise<{ orderId: string; wakes: boolean } | undefined> {
  const known = await tx
    .selectFrom('shipment as s')
    .select(['s.id', 's.fulfillmentId', 's.status', 's.statusAt'])
    .select((eb) =>
      eb
        .selectFrom('operation as o')
        .select('o.startedAt')
        .where('o.subjectType', '=', 'fulfillment')
        .whereRef('o.subjectId', '=', 's.fulfillmentId')
        .where('o.kind', '=', 'book')
        .where('o.status', '=', 'succeeded')
        .orderBy('o.number', 'desc')
        .limit(1)
        .as('bookedAt'),
    )
    .where('s.provider', '=', provider)
    .where('s.trackingNumber', '=', event.trackingNumber)
    .orderBy('s.id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!known) return undefined;
  const at = new Date(event.at);
  const bookedAt = known.bookedAt ?? new Date(0);
  // The fulfillment is locked first, then the shipment, as everywhere.
  const contradictsAlready = decideScan({ ...known, bookedAt }, event.scan, at).contradicts;
  const handed =
    contradictsAlready || event.scan === 'exception' ? undefined : await handOver(tx, known.fulfillmentId, at);
  const shipment = await tx
    .selectFrom('shipment')
    .selectAll()
    .where('id', '=', known.id)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const { orderId, fulfillmentId, merchantId } = shipment;
  // About a parcel that is scanned while it is being cancelled, `voidLabel` decides.
  const isUnexpected =
    handed !== undefined && isRefusal(handed) && (await lockFulfillment(tx, fulfillmentId))?.status !== 'cancelling';
  const decided = isUnexpected
    ? { status: shipment.status, contradicts: true }
    : decideScan({ ...shipment, bookedAt }, event.scan, at);
  const { status, contradicts } = decided;
  const isMoved = status !== shipment.status;
  const decides = isMoved && DECIDING_SCANS.includes(event.scan);
  if (isMoved) await tx.updateTable('shipment').set({ status, statusAt: at }).where('id', '=', shipment.id).execute();
  if (decides)
    await enqueueOrderSignal(tx, orderId, { signal: 'carrierReported', payload: { fulfillmentId, scan: event.scan } });
  if (contradicts) await openCheckParcelTask(tx, orderId, `${shipment.id}:${event.scan}:${event.at}`);
  await appendEvents(tx, orderId, [
    {
      type: 'shipment.scanned',
      merchantId,
      data: {
        fulfillmentId,
        scan: event.scan,
        at: event.at,
        ...(event.place ? { place: event.place } : {}),
        ...(isMoved ? {} : { changed: false }),
        ...(contradicts ? { contradicts } : {}),
      },
    },
  ]);
  return { orderId, wakes: decides || contradicts || known.status === 'booked' };
}

/** Opens the task to check a parcel about which its carrier contradicts itself, once per `request`. */
export async function openCheckParcelTask(tx: Tx, orderId: string, request: string): Promise<void> {
  if (await hasEventOfRequest(tx, orderId, request)) return;
  const reason = InterventionReason.carrierContradicts;
  const { taskId, opened } = await openAttendTask(tx, orderId, { reason, note: AttendNote.checkParcel }, request);
  if (opened) await enqueueOrderSignal(tx, orderId, { signal: 'handedToPerson', payload: { taskId } });
}
