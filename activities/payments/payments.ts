import { authorize, endWait } from './authorization';
import type { ActivityDeps, FulfillmentRef, PaymentRef } from '../deps';
import { captureFulfillment, refundFulfillment, voidOpen } from './capture-void-refund';

type Authorized =
  | { readonly status: 'authorized' }
  | { readonly status: 'action_required' }
  | { readonly status: 'declined'; readonly declineCode: string };

export const createPaymentActivities = (deps: ActivityDeps) => ({
  /**
   * Puts an attempt to the gateway, or asks what became of one that the customer had to act on. Keyed by the attempt.
   */
  authorizePayment: async ({ paymentId }: PaymentRef): Promise<Authorized> => {
    const payment = await authorize(deps, paymentId);
    if (payment.status === 'authorized' || payment.status === 'settled') return { status: 'authorized' };
    if (payment.status === 'action_required') return { status: 'action_required' };
    return { status: 'declined', declineCode: payment.declineCode ?? 'expired' };
  },

  /** Ends an attempt that waits for the customer. When the customer was faster, it is authorized and stays so. */
  abandonPayment: async ({ paymentId }: PaymentRef): Promise<{ status: 'abandoned' | 'authorized' }> => {
    const payment = await endWait(deps, paymentId);
    return { status: payment.status === 'authorized' ? 'authorized' : 'abandoned' };
  },

  /**
   * Gives back everything that is open of an attempt, whatever had become of it. Does nothing when it never left us.
   */
  voidPayment: async ({ paymentId }: PaymentRef): Promise<void> => {
    const payment = await endWait(deps, paymentId);
    if (payment.status === 'authorized') await voidOpen(deps, payment);
  },

  /** Collects the money of a part that its carrier has. Keyed by the part's number in the order. */
  capturePayment: (part: FulfillmentRef): Promise<void> => captureFulfillment(deps, part),

  /** Gives back the money of a part that came back. Keyed by the part's number in the order. */
  refundPayment: (part: FulfillmentRef): Promise<void> => refundFulfillment(deps, part),
});
