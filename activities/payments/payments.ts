import { authorize, endCustomerAction } from './authorization';
import type { ActivityDeps, FulfillmentRef, PaymentRef } from '../deps';
import { captureFulfillment, refundFulfillment, voidFulfillment, voidOpenAmount } from './capture-void-refund';

type Authorized =
  | { readonly status: 'authorized' }
  | { readonly status: 'action_required' }
  | { readonly status: 'declined'; readonly declineCode: string };

/** Creates the Activities that authorize, capture, void and refund payments. */
export const createPaymentActivities = (deps: ActivityDeps) => ({
  /** Authorizes a payment attempt, or asks for the result after the customer's action. Keyed by the attempt. */
  authorizePayment: async ({ paymentId }: PaymentRef): Promise<Authorized> => {
    const payment = await authorize(deps, paymentId);
    if (payment.status === 'authorized' || payment.status === 'settled') return { status: 'authorized' };
    if (payment.status === 'action_required') return { status: 'action_required' };
    return { status: 'declined', declineCode: payment.declineCode ?? 'expired' };
  },

  /** Abandons an attempt that waits for the customer. When the customer was faster, it stays authorized. */
  abandonPayment: async ({ paymentId }: PaymentRef): Promise<{ status: 'abandoned' | 'authorized' }> => {
    const payment = await endCustomerAction(deps, paymentId);
    return { status: payment.status === 'authorized' ? 'authorized' : 'abandoned' };
  },

  /** Voids the open amount of an attempt, whatever its result was. Does nothing when it was never sent. */
  voidPayment: async ({ paymentId }: PaymentRef): Promise<void> => {
    const payment = await endCustomerAction(deps, paymentId);
    if (payment.status === 'authorized') await voidOpenAmount(deps, payment);
  },

  /** Voids the amount of a fulfillment that is cancelled. Keyed by the fulfillment and the attempt. */
  voidFulfillment: (ref: FulfillmentRef): Promise<void> => voidFulfillment(deps, ref),

  /** Captures the amount of a fulfillment that was handed over. Keyed by the fulfillment and the attempt. */
  capturePayment: (ref: FulfillmentRef): Promise<void> => captureFulfillment(deps, ref),

  /** Refunds the amount of a returned fulfillment. Keyed by the fulfillment and the attempt. */
  refundPayment: (ref: FulfillmentRef): Promise<void> => refundFulfillment(deps, ref),
});
