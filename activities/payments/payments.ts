import { hasFulfillmentToUndo } from '../../src/books/orders/fulfillments';
import { SYSTEM } from '../../src/contracts/caller';
import { authorize, endCustomerAction } from './authorization';
import type { ActivityDeps, FulfillmentRef, PaymentRef } from '../deps';
import { captureFulfillment, refundFulfillment, voidFulfillmentAmount, voidOpenAmount } from './capture-void-refund';

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

  /**
   * Voids the open amount of an attempt, whatever its result was. Does nothing when it was never sent, nor while the
   * order has a fulfillment that is not cancelled: its carrier may have the parcel.
   */
  voidPayment: async ({ orderId, paymentId }: PaymentRef): Promise<void> => {
    const payment = await endCustomerAction(deps, paymentId);
    if (payment.status !== 'authorized') return;
    const isAtStake = await deps.transactions.run(SYSTEM, (tx) => hasFulfillmentToUndo(tx, orderId));
    if (!isAtStake) await voidOpenAmount(deps, payment);
  },

  /** Voids the amount of a fulfillment that is cancelled. Keyed by the fulfillment and the attempt. */
  voidFulfillmentAmount: (ref: FulfillmentRef): Promise<void> => voidFulfillmentAmount(deps, ref),

  /** Captures the amount of a fulfillment that was handed over. Keyed by the fulfillment and the attempt. */
  capturePayment: (ref: FulfillmentRef): Promise<void> => captureFulfillment(deps, ref),

  /** Refunds the amount of a returned fulfillment. Keyed by the fulfillment and the attempt. */
  refundPayment: (ref: FulfillmentRef): Promise<void> => refundFulfillment(deps, ref),
});
