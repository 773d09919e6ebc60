import { customerKeyOf } from '../../src/books/customers/customers';
import { lockFulfillment } from '../../src/books/orders/fulfillments';
import { finishOperation, readOperation } from '../../src/books/operations';
import { appendEvents } from '../../src/books/timeline';
import type { Tx } from '../../src/books/transactions';
import { SYSTEM } from '../../src/contracts/caller';
import type { Booking, LabelVoidResult } from '../../src/providers/carriers/carrier-provider';
import { addressesOf, bookingOf, type BookingPlan } from './booking-plan';
import type { ActivityDeps, FulfillmentRef } from '../deps';
import { callProviderOnce, providerTimeout } from '../call-provider-once';
import { invariantViolated, providerRefused } from '../failures';

const ABANDON_REASON = 'another carrier was chosen';

/**
 * Voids the label of a booking that was abandoned for another carrier. A booking that the carrier does not know may
 * still be on its way there, so it is booked under its key first: then there is one label, which can be voided. Does
 * nothing when it was done before.
 */
export async function voidAbandonedBooking(
  deps: ActivityDeps,
  { orderId, fulfillmentId }: FulfillmentRef,
  n: number,
): Promise<void> {
  const { transactions, carriers } = deps;
  const name = bookingOf(fulfillmentId, n);
  const { operation, fulfillment, customer } = await transactions.run(SYSTEM, async (tx) => ({
    operation: await readOperation(tx, name),
    fulfillment: await lockFulfillment(tx, fulfillmentId),
    customer: await customerKeyOf(tx, orderId),
  }));
  if (!operation || fulfillment?.orderId !== orderId || n >= fulfillment.firstBooking)
    throw invariantViolated(
      `Booking ${n} of ${fulfillmentId} cannot be voided: it was not abandoned for another carrier`,
    );
  if (operation.status !== 'started') return;
  const { providerKey: key } = operation;
  // An erased customer's address cannot be sent again; should the carrier hold a label after all, the audit names it.
  const booking =
    (await carriers.findBookingByKey(key, providerTimeout())) ??
    (customer &&
      (await carriers.book(
        {
          key,
          reference: fulfillmentId,
          ...(operation.request as BookingPlan),
          ...(await addressesOf(deps, orderId, fulfillment.warehouseId)),
        },
        providerTimeout(),
      )));
  const voiding = { ...name, kind: 'void_booking' } as const;
  const end = async (tx: Tx, shipment: CarrierShipment | undefined): Promise<void> => {
    // An earlier attempt may have voided it and got no answer.
    const voided =
      shipment !== undefined &&
      (await finishOperation(tx, voiding, 'succeeded', { reference: shipment.reference })) !== undefined;
    await finishOperation(tx, name, 'refused', { reason: ABANDON_REASON, ...shipment });
    if (voided)
      await appendEvents(tx, orderId, [
        {
          type: 'shipment.voided',
          merchantId: fulfillment.merchantId,
          data: { fulfillmentId, trackingNumber: shipment.trackingNumber },
        },
      ]);
  };
  if (booking?.status !== 'booked') {
    await transactions.run(SYSTEM, (tx) => end(tx, booking?.status === 'voided' ? shipmentOf(booking) : undefined));
    return;
  }
  const shipment = shipmentOf(booking);
  await callProviderOnce<{ reference: string }, LabelVoidResult>(transactions, {
    operation: { ...voiding, provider: carriers.code, orderId, request: { reference: shipment.reference } },
    // Voiding a booking twice is harmless, so the same call also asks for its result.
    find: () => Promise.resolve(undefined),
    perform: ({ request }, signal) => carriers.void(request.reference, signal),
    record: async (tx, answer) => {
      if (answer.status !== 'voided')
        throw providerRefused(
          `The carrier keeps the label of ${key}: ${'reason' in answer ? answer.reason : answer.status}`,
        );
      await end(tx, shipment);
    },
  });
}

/** Identifies the shipment that a carrier shipment of a booking. */
type CarrierShipment = Pick<Exclude<Booking, { status: 'refused' }>, 'reference' | 'trackingNumber'>;
const shipmentOf = ({ reference, trackingNumber }: CarrierShipment): CarrierShipment => ({ reference, trackingNumber });
