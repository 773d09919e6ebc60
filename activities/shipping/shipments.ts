import { customerKeyOf } from '../../src/books/customers/customers';
import { lockFulfillment, moveFulfillment } from '../../src/books/orders/fulfillments';
import { lockOrder } from '../../src/books/orders/orders';
import { finishOperation } from '../../src/books/operations';
import { applyScan, insertShipment, labelContext } from '../../src/books/shipping/shipments';
import { completeTasksAsPacked } from '../../src/books/task-rows';
import { itemsOf } from '../../src/books/warehouse/tasks';
import { appendEvents } from '../../src/books/timeline';
import type { Tx } from '../../src/books/transactions';
import { takeParkedWebhooks } from '../../src/books/webhooks/received-webhooks';
import { SYSTEM } from '../../src/contracts/caller';
import type { PackedParcel } from '../../src/contracts/warehouse/task';
import type { CarrierEvent } from '../../src/contracts/webhooks/provider-events';
import { dayOf } from '../../src/domain/dates';
import { estimateParcel } from '../../src/domain/parcel';
import type { Booking } from '../../src/providers/carriers/carrier-provider';
import {
  addressesOf,
  bookingsOf,
  bookingOf,
  chooseUntriedCarrier,
  nextBookingNumber,
  type BookingPlan,
} from './booking-plan';
import type { ActivityDeps, FulfillmentRef } from '../deps';
import { voidAbandonedBooking } from './abandoned-bookings';
import { voidLabel } from './void-label';
import { callProviderOnce } from '../call-provider-once';
import { cancelledMeanwhile, invariantViolated } from '../failures';

/** Creates the Activities that book carriers and void their labels. */
export const createShipmentActivities = (deps: ActivityDeps) => {
  const { transactions, vault, carriers, timeZone } = deps;

  /**
   * Plans the booking of a packed fulfillment: the one without an answer, or the next. Takes the carrier that staff
   * chose first, and skips carriers that refused or were abandoned.
   */
  const planBooking = (ref: FulfillmentRef) =>
    transactions.run(SYSTEM, async (tx) => {
      const { orderId, fulfillmentId } = ref;
      const today = dayOf(new Date(), timeZone);
      const fulfillment = await lockFulfillment(tx, fulfillmentId);
      if (fulfillment?.orderId !== orderId) throw invariantViolated(`${fulfillmentId} does not belong to ${orderId}`);
      const shipment = await tx
        .selectFrom('shipment')
        .select('carrierCode')
        .where('fulfillmentId', '=', fulfillmentId)
        .executeTakeFirst();
      if (shipment) return { booked: shipment.carrierCode };
      const items = await itemsOf(tx, fulfillmentId);
      const parcel = (fulfillment.parcel as PackedParcel | null) ?? estimateParcel(items);
      if (fulfillment.status === 'released') {
        await completeTasksAsPacked(tx, fulfillmentId);
        await moveFulfillment(tx, fulfillmentId, 'packed', parcel);
        await appendEvents(tx, orderId, [
          {
            type: 'fulfillment.packed',
            merchantId: fulfillment.merchantId,
            data: { fulfillmentId, weightG: parcel.weightG },
          },
        ]);
      }
      const bookings = await bookingsOf(tx, fulfillmentId);
      const current = bookings.filter(({ n }) => n >= fulfillment.firstBooking);
      const chosen = current.some(({ status }) => status === 'refused') ? null : fulfillment.chosenCarrier;
      const tried = bookings
        .filter(({ n, status }) => status === 'refused' || n < fulfillment.firstBooking)
        .map(({ request }) => request.carrierCode);
      const carrierCode = chosen ?? (await chooseUntriedCarrier(tx, carriers.code, orderId, parcel, tried, today));
      const n = current.find(({ status }) => status === 'started')?.n ?? nextBookingNumber(bookings);
      return {
        fulfillment,
        n,
        request: { carrierCode, parcel, fragile: items.some((item) => item.fragile) } satisfies BookingPlan,
      };
    });

  async function recordBooking(
    tx: Tx,
    { orderId, fulfillmentId }: FulfillmentRef,
    n: number,
    carrierCode: string,
    booking: Booking,
  ): Promise<void> {
    const name = bookingOf(fulfillmentId, n);
    const fulfillment = await lockFulfillment(tx, fulfillmentId);
    // Abandoned while it was under way: `voidBooking` ends it.
    if (fulfillment && n < fulfillment.firstBooking) return;
    if (booking.status !== 'booked') {
      await finishOperation(tx, name, 'refused', {
        reason: booking.status === 'refused' ? booking.reason : 'voided at the carrier',
      });
      return;
    }
    const customer = await customerKeyOf(tx, orderId);
    if (!fulfillment || !customer) throw invariantViolated(`${fulfillmentId} is unknown, or its customer was erased`);
    const { reference, trackingNumber, label, estimatedDelivery } = booking;
    if (!(await finishOperation(tx, name, 'succeeded', { reference, trackingNumber }))) return;
    const shipmentId = await insertShipment(tx, {
      orderId,
      fulfillmentId,
      merchantId: fulfillment.merchantId,
      warehouseId: fulfillment.warehouseId,
      carrierCode,
      provider: carriers.code,
      providerReference: reference,
      trackingNumber,
      label: vault.seal(customer, labelContext(fulfillmentId), label),
      estimatedDelivery,
    });
    // The fulfillment may have been cancelled meanwhile: then the label is recorded only to be voided.
    if (fulfillment.status === 'packed') await moveFulfillment(tx, fulfillmentId, 'labelled');
    const scans = await takeParkedWebhooks(tx, carriers.code, trackingNumber);
    // A scan may hand the order to a person: the order is locked before its timeline, as everywhere.
    if (scans.length > 0) await lockOrder(tx, orderId);
    await appendEvents(tx, orderId, [
      {
        type: 'shipment.booked',
        merchantId: fulfillment.merchantId,
        data: { fulfillmentId, shipmentId, carrierCode, trackingNumber, estimatedDelivery },
      },
    ]);
    for (const scan of scans) await applyScan(tx, carriers.code, scan as CarrierEvent);
  }

  /** Throws when a fulfillment needs no label, as it is being cancelled or has one. */
  const assertPacked = async (tx: Tx, { fulfillmentId }: FulfillmentRef): Promise<void> => {
    const fulfillment = await lockFulfillment(tx, fulfillmentId);
    if (fulfillment?.status === 'cancelling') throw cancelledMeanwhile(fulfillmentId);
    if (fulfillment?.status !== 'packed')
      throw invariantViolated(`${fulfillmentId} is ${fulfillment?.status ?? 'unknown'}: it needs no label`);
  };

  /** Books at the carrier under one key, or finds what was booked under it. */
  async function bookOnce(ref: FulfillmentRef, n: number, warehouseId: string, request: BookingPlan): Promise<void> {
    await callProviderOnce<BookingPlan, Booking>(transactions, {
      operation: { ...bookingOf(ref.fulfillmentId, n), provider: carriers.code, orderId: ref.orderId, request },
      assertWanted: (tx) => assertPacked(tx, ref),
      find: (wanted, signal) => carriers.findBookingByKey(wanted, signal),
      perform: async ({ key, request: agreed }, signal) =>
        carriers.book(
          { key, reference: ref.fulfillmentId, ...agreed, ...(await addressesOf(deps, ref.orderId, warehouseId)) },
          signal,
        ),
      // Tariffs may have changed since the first attempt: the carrier has what that requested.
      record: (tx, booking, { request: { carrierCode } }) => recordBooking(tx, ref, n, carrierCode, booking),
    });
  }

  /**
   * Resolves a booking without an answer. One that the carrier does not know may still be on its way there, so it is
   * booked under its key: then there is one label, which can be voided.
   */
  async function resolveOpenBooking(ref: FulfillmentRef): Promise<void> {
    const open = await transactions.run(SYSTEM, async (tx) => {
      const fulfillment = await lockFulfillment(tx, ref.fulfillmentId);
      const booking =
        fulfillment &&
        (await bookingsOf(tx, ref.fulfillmentId)).find(
          ({ n, status }) => status === 'started' && n >= fulfillment.firstBooking,
        );
      return (
        fulfillment &&
        booking && { ...booking, warehouseId: fulfillment.warehouseId, customer: await customerKeyOf(tx, ref.orderId) }
      );
    });
    if (!open) return;
    if (open.customer) {
      await bookOnce(ref, open.n, open.warehouseId, open.request);
      return;
    }
    // An erased customer's address cannot be sent again; should the carrier hold a label after all, the audit names it.
    await transactions.run(SYSTEM, (tx) =>
      finishOperation(tx, bookingOf(ref.fulfillmentId, open.n), 'refused', {
        reason: 'the customer was erased before it was booked',
      }),
    );
  }

  return {
    /**
     * Chooses a carrier and buys the label. Tries the next carrier when one refuses or is abandoned meanwhile. Keyed by
     * the fulfillment and the booking's number.
     */
    bookShipment: async (ref: FulfillmentRef): Promise<{ carrierCode: string }> => {
      for (;;) {
        const planned = await planBooking(ref);
        if ('booked' in planned) return { carrierCode: planned.booked };
        await bookOnce(ref, planned.n, planned.fulfillment.warehouseId, planned.request);
      }
    },

    /** Ends a booking that was abandoned for another carrier. Keyed by the fulfillment and the booking's number. */
    voidBooking: ({ n, ...ref }: FulfillmentRef & { n: number }): Promise<void> => voidAbandonedBooking(deps, ref, n),

    /**
     * Voids the label of a fulfillment that is being cancelled, even one that we got no answer about. `handed_over`:
     * its carrier has the parcel already, so the fulfillment goes on. Does nothing when no label was bought. Histories
     * of release 0.5 hold no status: it was voided.
     */
    voidShipment: async (ref: FulfillmentRef): Promise<{ readonly status: 'voided' | 'handed_over' } | undefined> => {
      await resolveOpenBooking(ref);
      return { status: await voidLabel(deps, ref) };
    },
  };
};
