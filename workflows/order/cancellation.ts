import type { Activities } from '../../activities';
import type { CancellationReason } from '../../src/contracts/orders/place-order';
import { AttentionReason } from '../../src/contracts/statuses';
import { voidAbandonedBooking } from './complete-order';
import type { OrderInput } from '../messages';
import type { PaymentPhase } from './payment';
import { books } from '../runtime/call-activities';
import type { Steps } from './steps';

type OpenEffects = NonNullable<Awaited<ReturnType<Activities['finishCancellation']>>>;

/**
 * Ends a cancellation in the books once no provider has any effect of the order left. A run that lost its history may
 * have done more than its compensations know: what the books know of it is undone here.
 */
export async function finishCancellation(
  input: OrderInput,
  reason: CancellationReason,
  payment: PaymentPhase,
  steps: Steps,
): Promise<void> {
  const { orderId } = input;
  const left = await steps.run(() => books.finishCancellation({ orderId, reason }));
  if (!left) return;
  await undo(left, input, payment, steps);
  await steps.run(() => books.finishCancellation({ orderId, reason, undone: true }));
}

async function undo(left: OpenEffects, input: OrderInput, payment: PaymentPhase, steps: Steps): Promise<void> {
  const { orderId, carrierQueue: taskQueue } = input;
  await voidAbandonedBooking(left.givenUp, input, steps);
  for (const fulfillmentId of left.fulfillmentIds) {
    await steps.callProvider(
      { taskQueue },
      AttentionReason.carrierUnavailable,
      (activities) => activities.voidShipment({ orderId, fulfillmentId }),
      fulfillmentId,
    );
  }
  for (const paymentId of left.paymentIds) await payment.void(paymentId);
}
