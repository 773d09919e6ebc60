import { refuse, type Refusal } from '../../contracts/errors';
import type { OrderResource } from '../../contracts/orders/order';
import type { Verdict } from '../../contracts/orders/verdict';
import { buildAnswer, type Answer } from '../idempotent-request';

/**
 * Builds the response to a place, pay or cancel request. It is 202 while the order has no verdict, a refusal when it
 * was rejected or its payment declined, else 201. `paymentId` names the attempt that counts; without it, the latest
 * does.
 */
export function outcomeOf(
  order: OrderResource,
  rejection: unknown,
  replayed: boolean,
  paymentId?: string,
): Answer<OrderResource> | Refusal {
  if (order.status === 'rejected') {
    const { code, shortages } = rejection as Extract<Verdict, { outcome: 'rejected' }>;
    return refuse(code, { extensions: { orderId: order.id, ...(shortages.length > 0 ? { shortages } : {}) } });
  }
  const attempt = paymentId === undefined ? order.payments.at(-1) : order.payments.find(({ id }) => id === paymentId);
  if (order.status === 'awaiting_payment' && attempt?.status === 'declined') {
    return refuse('payment_declined', {
      detail: `The payment provider declined: ${attempt.declineCode ?? 'no reason given'}`,
      extensions: { orderId: order.id, declineCode: attempt.declineCode, payUntil: order.payUntil },
    });
  }
  return order.status === 'draft'
    ? { ...pendingAnswer(order), replayed }
    : buildAnswer(201, order, `/v1/orders/${order.id}`, replayed);
}

/** Builds the response for an order that has no verdict yet: 202. */
export const pendingAnswer = (order: OrderResource): Answer<OrderResource> =>
  buildAnswer(202, order, `/v1/orders/${order.id}`);
