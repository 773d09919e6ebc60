import { reopenKey, storeAnswer } from '../../books/idempotency';
import { markStarted } from '../../books/orders/orders';
import type { Tx } from '../../books/transactions';
import type { Vault } from '../../books/vault';
import type { Caller } from '../../contracts/caller';
import { refuse, type Refusal } from '../../contracts/errors';
import type { OrderResource } from '../../contracts/orders/order';
import type { Answer, IdempotentRequest } from '../idempotent-request';
import { outcomeOf, pendingAnswer } from './order-outcome';
import { readOrder } from './read-orders';

/** Describes the request that is answered. */
export interface AnsweredRequest {
  /** An earlier request with the same key was answered already. */
  readonly replayed: boolean;
  /** Temporal gave no answer in time. */
  readonly unanswered?: boolean;
  /** The attempt that the request made; the order's latest when absent. */
  readonly paymentId?: string;
}

/**
 * Builds the response to a request about an order and stores it under the request's Idempotency-Key. The response shows
 * the order's current state. An `unanswered` request is answered as undecided and its key stays open: the same request,
 * sent again, tries again.
 */
export async function answerOrder(
  tx: Tx,
  vault: Vault,
  caller: Caller,
  intent: IdempotentRequest,
  orderId: string,
  { replayed, unanswered = false, paymentId }: AnsweredRequest,
): Promise<Answer<OrderResource> | Refusal> {
  const order = await readForAnswer(tx, vault, orderId);
  if (!order) return refuse('not_found');
  if (unanswered) {
    await reopenKey(tx, caller.subject, intent.key);
    return pendingAnswer(order);
  }
  if (!replayed) {
    await storeAnswer(tx, caller.subject, intent.key, { status: 201, body: null, location: `/v1/orders/${orderId}` });
    // One that was cancelled as a draft may have no workflow yet.
    if (order.status !== 'draft' && order.status !== 'cancelling') await markStarted(tx, orderId);
  }
  const { rejection } = await tx
    .selectFrom('orders')
    .select('rejection')
    .where('id', '=', orderId)
    .executeTakeFirstOrThrow();
  return outcomeOf(order, rejection, replayed, paymentId);
}

/** Reads an order for the answer of a POST: without its recipient, but with what its customer has to correct. */
async function readForAnswer(tx: Tx, vault: Vault, orderId: string): Promise<OrderResource | undefined> {
  const order = await readOrder(tx, orderId);
  if (order?.status !== 'awaiting_address') return order;
  const opened = await readOrder(tx, orderId, vault);
  return { ...order, addressFix: opened?.addressFix ?? order.addressFix };
}
