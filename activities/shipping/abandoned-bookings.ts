import { customerKeyOf } from '../../src/books/customers/customers';
import { lockFulfillment } from '../../src/books/orders/fulfillments';
import { finishOperation } from '../../src/books/operations';
import { appendEvents } from '../../src/books/timeline';
import type { Tx } from '../../src/books/transactions';
import { SYSTEM } from '../../src/contracts/caller';
import type { Booking } from '../../src/providers/carriers/carrier-provider';
import { addressesOf, bookKey, type BookingPlan } from './booking-plan';
import type { ActivityDeps, FulfillmentRef } from '../deps';
import { callProviderOnce, timeLimit } from '../call-provider-once';
import { invariantViolated, providerRefused } from '../failures';

const GIVEN_UP = 'another carrier was chosen';

/**
 * Ends a booking that was given up for another carrier, under its own key: whatever the carrier had made of it is
 * voided. One that the carrier does not know may still be on its way there, so it is booked under its key first: then
 * there is one label, which can be voided. Does nothing when that is done.
 */
export async function voidAbandonedBooking(
  deps: ActivityDeps,
  { orderId, fulfillmentId }: FulfillmentRef,
  n: number,
): Promise<void> {
  const { transactions, carriers } = deps;
  const key = bookKey(fulfillmentId, n);
  const { operation, part, customer } = await transactions.run(SYSTEM, async (tx) => ({
    operation: await tx.selectFrom('operation').select(['status', 'request']).where('key', '=', key).executeTakeFirst(),
    part: await lockFulfillment(tx, fulfillmentId),
    customer: await customerKeyOf(tx, orderId),
  }));
  if (!operation || part?.orderId !== orderId || n >= part.firstBooking)
    throw invariantViolated(`${key} was not given up`);
  if (operation.status !== 'started') return;
  // An erased customer's address cannot be sent again; should the carrier hold a label after all, the audit names it.
  const booking =
    (await carriers.findBookingByKey(key, timeLimit())) ??
    (customer &&
      (await carriers.book(
        {
          key,
          reference: fulfillmentId,
          ...(operation.request as BookingPlan),
          ...(await addressesOf(deps, orderId, part.warehouseId)),
        },
        timeLimit(),
      )));
  const voidKey = `${fulfillmentId}:void_booking:${n}`;
  const end = async (tx: Tx, made: Made | undefined): Promise<void> => {
    // An earlier try may have voided it and heard no answer.
    const voided =
      made !== undefined && (await finishOperation(tx, voidKey, 'succeeded', { reference: made.reference }));
    await finishOperation(tx, key, 'refused', { reason: GIVEN_UP, ...made });
    if (voided)
      await appendEvents(tx, orderId, [
        {
          type: 'shipment.voided',
          merchantId: part.merchantId,
          data: { fulfillmentId, trackingNumber: made.trackingNumber },
        },
      ]);
  };
  if (booking?.status !== 'booked') {
    await transactions.run(SYSTEM, (tx) => end(tx, booking?.status === 'voided' ? madeOf(booking) : undefined));
    return;
  }
  const made = madeOf(booking);
  await callProviderOnce<{ reference: string }, Awaited<ReturnType<typeof carriers.void>>>(transactions, {
    operation: {
      key: voidKey,
      kind: 'void_label',
      provider: carriers.code,
      orderId,
      request: { reference: made.reference },
    },
    // Voiding is idempotent by booking: asking and doing are the same call.
    find: () => Promise.resolve(undefined),
    perform: (agreed, signal) => carriers.void(agreed.reference, signal),
    record: async (tx, answer) => {
      if (answer.status === 'refused') throw providerRefused(`The carrier keeps the label of ${key}: ${answer.reason}`);
      await end(tx, made);
    },
  });
}

/** What a carrier made of a booking. */
type Made = Pick<Exclude<Booking, { status: 'refused' }>, 'reference' | 'trackingNumber'>;
const madeOf = ({ reference, trackingNumber }: Made): Made => ({ reference, trackingNumber });
