import type { Activities } from '../../activities';
import { AttentionReason, type OrderStatus } from '../../src/contracts/statuses';
import type { OrderInput } from '../messages';
import { books } from '../runtime/call-activities';
import type { Steps } from './steps';

type GivenUp = NonNullable<Awaited<ReturnType<Activities['completeOrder']>>['givenUp']>;

/**
 * Ends an order in the books once no label is left of bookings that were given up for another carrier. A run that was
 * cut off may know nothing of the choice: what the books know besides is voided here. Answers where the order stands
 * then.
 */
export async function completeOrder(input: OrderInput, steps: Steps): Promise<OrderStatus> {
  const { orderId } = input;
  const { status, givenUp } = await steps.run(() => books.completeOrder({ orderId }));
  if (!givenUp) return status;
  await voidAbandonedBooking(givenUp, input, steps);
  return (await steps.run(() => books.completeOrder({ orderId, undone: true }))).status;
}

/** Voids whatever carriers made of bookings that were given up, one after the other. */
export async function voidAbandonedBooking(
  givenUp: GivenUp,
  { orderId, carrierQueue: taskQueue }: OrderInput,
  steps: Steps,
): Promise<void> {
  for (const { fulfillmentId, n } of givenUp) {
    await steps.callProvider(
      { taskQueue },
      AttentionReason.carrierUnavailable,
      (activities) => activities.voidBooking({ orderId, fulfillmentId, n }),
      fulfillmentId,
    );
  }
}
