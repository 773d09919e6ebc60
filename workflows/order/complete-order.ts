import type { Activities } from '../../activities';
import { AttentionReason, type OrderStatus } from '../../src/contracts/statuses';
import type { OrderInput } from '../messages';
import { books } from '../runtime/call-activities';
import type { Steps } from './steps';

type AbandonedBookings = NonNullable<Awaited<ReturnType<Activities['completeOrder']>>['givenUp']>;

/**
 * Ends an order in the books once every booking that was abandoned for another carrier is voided. A run that lost its
 * history may know none of them: those that the books know are voided here. Returns the order's final status.
 */
export async function completeOrder(input: OrderInput, steps: Steps): Promise<OrderStatus> {
  const { orderId } = input;
  const { status, givenUp: abandoned } = await steps.run(() => books.completeOrder({ orderId }));
  if (!abandoned) return status;
  await voidAbandonedBooking(abandoned, input, steps);
  return (await steps.run(() => books.completeOrder({ orderId, undone: true }))).status;
}

/** Voids abandoned bookings at their carriers, one after the other. */
export async function voidAbandonedBooking(
  bookings: AbandonedBookings,
  { orderId, carrierQueue: taskQueue }: OrderInput,
  steps: Steps,
): Promise<void> {
  for (const { fulfillmentId, n } of bookings) {
    await steps.callProvider(
      { taskQueue },
      AttentionReason.carrierUnavailable,
      (activities) => activities.voidBooking({ orderId, fulfillmentId, n }),
      fulfillmentId,
    );
  }
}
