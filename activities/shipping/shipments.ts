import { customerKeyOf } from '../../src/books/customers/customers';
import { lockFulfillment, moveFulfillment } from '../../src/books/orders/fulfillments';
import { finishOperation } from '../../src/books/operations';
import { applyScan, insertShipment, labelContext, markVoided } from '../../src/books/shipping/shipments';
import { closeTasksAsPacked } from '../../src/books/task-rows';
import { itemsOf } from '../../src/books/warehouse/tasks';
import { appendEvents } from '../../src/books/timeline';
import type { Tx } from '../../src/books/transactions';
import { unpark } from '../../src/books/webhooks/received-webhooks';
import { SYSTEM } from '../../src/contracts/caller';
import type { PackedParcel } from '../../src/contracts/warehouse/task';
import type { CarrierEvent } from '../../src/contracts/webhooks/provider-events';
import { estimateParcel } from '../../src/domain/parcel';
import type { Booking } from '../../src/providers/carriers/carrier-provider';
import { addressesOf, bookingsOf, bookKey, chooseUntriedCarrier, nextNumber, type BookingPlan } from './booking-plan';
import type { ActivityDeps, FulfillmentRef } from '../deps';
import { voidAbandonedBooking } from './abandoned-bookings';
import { callProviderOnce } from '../call-provider-once';
import { invariantViolated, providerRefused } from '../failures';

export const createShipmentActivities = (deps: ActivityDeps) => {
  const { transactions, vault, carriers } = deps;

  /**
   * Reads a packed part and plans its booking: the one without an answer, or the next. The carrier that staff chose
   * goes first; carriers that refused, or were given up, are passed over.
   */
  const plan = (ref: FulfillmentRef) =>
    transactions.run(SYSTEM, async (tx) => {
      const { orderId, fulfillmentId } = ref;
      const part = await lockFulfillment(tx, fulfillmentId);
      if (part?.orderId !== orderId) throw invariantViolated(`${fulfillmentId} is no part of ${orderId}`);
      const shipment = await tx
        .selectFrom('shipment')
        .select('carrierCode')
        .where('fulfillmentId', '=', fulfillmentId)
        .executeTakeFirst();
      if (shipment) return { booked: shipment.carrierCode };
      const items = await itemsOf(tx, fulfillmentId);
      const parcel = (part.parcel as PackedParcel | null) ?? estimateParcel(items);
      if (part.status === 'released') {
        await closeTasksAsPacked(tx, fulfillmentId);
        await moveFulfillment(tx, fulfillmentId, 'packed', parcel);
        await appendEvents(tx, orderId, [
          { type: 'fulfillment.packed', merchantId: part.merchantId, data: { fulfillmentId, weightG: parcel.weightG } },
        ]);
      }
      const bookings = await bookingsOf(tx, ref);
      const current = bookings.filter(({ n }) => n >= part.firstBooking);
      const chosen = current.some(({ status }) => status === 'refused') ? null : part.chosenCarrier;
      const tried = bookings
        .filter(({ n, status }) => status === 'refused' || n < part.firstBooking)
        .map(({ request }) => request.carrierCode);
      const carrierCode = chosen ?? (await chooseUntriedCarrier(tx, carriers.code, orderId, parcel, tried));
      const n = current.find(({ status }) => status === 'started')?.n ?? nextNumber(bookings);
      return {
        part,
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
    const key = bookKey(fulfillmentId, n);
    const part = await lockFulfillment(tx, fulfillmentId);
    // Given up while it was under way: `voidBooking` ends it.
    if (part && n < part.firstBooking) return;
    if (booking.status !== 'booked') {
      await finishOperation(tx, key, 'refused', {
        reason: booking.status === 'refused' ? booking.reason : 'voided at the carrier',
      });
      return;
    }
    const customer = await customerKeyOf(tx, orderId);
    if (!part || !customer) throw invariantViolated(`${fulfillmentId} has no customer`);
    const { reference, trackingNumber, label, estimatedDelivery } = booking;
    if (!(await finishOperation(tx, key, 'succeeded', { reference, trackingNumber }))) return;
    const shipmentId = await insertShipment(tx, {
      orderId,
      fulfillmentId,
      merchantId: part.merchantId,
      warehouseId: part.warehouseId,
      carrierCode,
      provider: carriers.code,
      providerReference: reference,
      trackingNumber,
      label: vault.seal(customer, labelContext(fulfillmentId), label),
      estimatedDelivery,
    });
    // A cancellation may have come in between: then the label exists only to be voided.
    if (part.status === 'packed') await moveFulfillment(tx, fulfillmentId, 'labelled');
    await appendEvents(tx, orderId, [
      {
        type: 'shipment.booked',
        merchantId: part.merchantId,
        data: { fulfillmentId, shipmentId, carrierCode, trackingNumber, estimatedDelivery },
      },
    ]);
    for (const parked of await unpark(tx, carriers.code, trackingNumber))
      await applyScan(tx, carriers.code, parked as CarrierEvent);
  }

  /** A part that is being cancelled, or has its label, needs no other. */
  const assertPacked = async (tx: Tx, { fulfillmentId }: FulfillmentRef): Promise<void> => {
    const part = await lockFulfillment(tx, fulfillmentId);
    if (part?.status !== 'packed')
      throw invariantViolated(`${fulfillmentId} is ${part?.status ?? 'unknown'}: no label is wanted`);
  };

  /** Books at the carrier under one key, or learns what was booked under it. */
  async function bookOnce(ref: FulfillmentRef, n: number, warehouseId: string, request: BookingPlan): Promise<void> {
    const key = bookKey(ref.fulfillmentId, n);
    await callProviderOnce<BookingPlan, Booking>(transactions, {
      operation: { key, kind: 'book', provider: carriers.code, orderId: ref.orderId, request },
      assertWanted: (tx) => assertPacked(tx, ref),
      find: (wanted, signal) => carriers.findBookingByKey(wanted, signal),
      perform: async (agreed, signal) =>
        carriers.book(
          { key, reference: ref.fulfillmentId, ...agreed, ...(await addressesOf(deps, ref.orderId, warehouseId)) },
          signal,
        ),
      // The tariffs may have changed since the first try: what it asked for is what the carrier has.
      record: (tx, booking, { carrierCode }) => recordBooking(tx, ref, n, carrierCode, booking),
    });
  }

  /**
   * Learns what became of a booking without an answer. One that the carrier does not know may still be on its way
   * there, so it is booked under its key: then there is one label, which can be voided.
   */
  async function settleOpenBooking(ref: FulfillmentRef): Promise<void> {
    const open = await transactions.run(SYSTEM, async (tx) => {
      const part = await lockFulfillment(tx, ref.fulfillmentId);
      const booking =
        part && (await bookingsOf(tx, ref)).find(({ n, status }) => status === 'started' && n >= part.firstBooking);
      return (
        part && booking && { ...booking, warehouseId: part.warehouseId, customer: await customerKeyOf(tx, ref.orderId) }
      );
    });
    if (!open) return;
    if (open.customer) {
      await bookOnce(ref, open.n, open.warehouseId, open.request);
      return;
    }
    // An erased customer's address cannot be sent again; should the carrier hold a label after all, the audit names it.
    await transactions.run(SYSTEM, (tx) =>
      finishOperation(tx, bookKey(ref.fulfillmentId, open.n), 'refused', {
        reason: 'the customer was erased before it was booked',
      }),
    );
  }

  return {
    /**
     * Chooses a carrier and buys the label; a carrier that refuses, or is given up meanwhile, is followed by the next.
     * Keyed by the part and the try.
     */
    bookShipment: async (ref: FulfillmentRef): Promise<{ carrierCode: string }> => {
      for (;;) {
        const planned = await plan(ref);
        if ('booked' in planned) return { carrierCode: planned.booked };
        await bookOnce(ref, planned.n, planned.part.warehouseId, planned.request);
      }
    },

    /**
     * Ends a booking that was given up for another carrier: it leaves no live label. Keyed by the part and the
     * booking's number.
     */
    voidBooking: ({ n, ...ref }: FulfillmentRef & { n: number }): Promise<void> => voidAbandonedBooking(deps, ref, n),

    /** Ends a part's label, whether or not we had heard of it. Does nothing when none was ever bought. */
    voidShipment: async ({ orderId, fulfillmentId }: FulfillmentRef): Promise<void> => {
      await settleOpenBooking({ orderId, fulfillmentId });
      const shipment = await transactions.run(SYSTEM, (tx) =>
        tx
          .selectFrom('shipment')
          .select(['id', 'merchantId', 'providerReference', 'status'])
          .where('fulfillmentId', '=', fulfillmentId)
          .executeTakeFirst(),
      );
      if (!shipment || shipment.status === 'voided') return;
      const key = `${fulfillmentId}:void_label:1`;
      const reference = shipment.providerReference;
      await callProviderOnce<{ reference: string }, Awaited<ReturnType<typeof carriers.void>>>(transactions, {
        operation: { key, kind: 'void_label', provider: carriers.code, orderId, request: { reference } },
        // Voiding is idempotent by booking: asking and doing are the same call.
        find: () => Promise.resolve(undefined),
        perform: (agreed, signal) => carriers.void(agreed.reference, signal),
        record: async (tx, answer) => {
          if (answer.status === 'refused')
            throw providerRefused(`The carrier keeps the label of ${fulfillmentId}: ${answer.reason}`);
          if (!(await finishOperation(tx, key, 'succeeded', { reference }))) return;
          await markVoided(tx, shipment.id);
          await appendEvents(tx, orderId, [
            {
              type: 'shipment.voided',
              merchantId: shipment.merchantId,
              data: { fulfillmentId, shipmentId: shipment.id },
            },
          ]);
        },
      });
    },
  };
};
