import { sql } from 'kysely';
import { customerKeyOf } from '../../books/customers/customers';
import { claimKey, forgetKey } from '../../books/idempotency';
import { newId } from '../../books/new-id';
import { lockOrder } from '../../books/orders/orders';
import { enqueueOrderSignal } from '../../books/outbox';
import { insertPayment } from '../../books/payments/payments';
import type { Tx } from '../../books/transactions';
import type { Vault } from '../../books/vault';
import type { Caller } from '../../contracts/caller';
import { isRefusal, refuse, type Refusal } from '../../contracts/errors';
import type { PaymentInstruction } from '../../contracts/orders/place-order';
import type { IdempotentRequest } from '../idempotent-request';

/** Limits the undecided attempts of an order. Temporal holds ten Updates of a workflow: staff need the other half. */
const MAX_UNDECIDED_ATTEMPTS = 5;

/**
 * Writes another attempt to pay and signals the order. Finds the attempt of an earlier request with the same key.
 * `replayed` when that was answered.
 */
export async function beginPayment(
  tx: Tx,
  vault: Vault,
  caller: Caller,
  intent: IdempotentRequest,
  orderId: string,
  instruction: PaymentInstruction,
): Promise<Refusal | { paymentId: string; replayed: boolean }> {
  const visible = await tx.selectFrom('orders').select('id').where('id', '=', orderId).executeTakeFirst();
  if (!visible) return refuse('not_found');
  const paymentId = newId('pay');
  const claim = await claimKey(tx, caller.subject, intent, paymentId);
  if (isRefusal(claim)) return claim;
  if (claim.claimed !== 'first') {
    if (claim.resourceId === null) throw new Error('An idempotency record of a payment names no payment');
    return { paymentId: claim.resourceId, replayed: claim.claimed === 'answered' };
  }
  const order = await lockOrder(tx, orderId);
  const last = await tx
    .selectFrom('payment')
    .select(['number', 'amount', 'provider'])
    .where('orderId', '=', orderId)
    .orderBy('number', 'desc')
    .executeTakeFirstOrThrow();
  const customer = await customerKeyOf(tx, orderId);
  const awaited = order.status === 'awaiting_payment' && order.payUntil !== null && order.payUntil > new Date();
  if (!awaited || !customer) {
    await forgetKey(tx, caller.subject, intent.key);
    return refuse('payment_not_awaited', { detail: `The order is ${order.status}` });
  }
  const { undecided } = await tx
    .selectFrom('payment')
    .select(sql<number>`count(*)::int`.as('undecided'))
    .where('orderId', '=', orderId)
    .where('status', '=', 'pending')
    .executeTakeFirstOrThrow();
  if (undecided >= MAX_UNDECIDED_ATTEMPTS) {
    await forgetKey(tx, caller.subject, intent.key);
    return refuse('payments_undecided');
  }
  await insertPayment(tx, vault, customer, {
    id: paymentId,
    orderId,
    number: last.number + 1,
    provider: last.provider,
    instruction,
    amount: last.amount,
    currency: order.currency,
  });
  await enqueueOrderSignal(tx, orderId, { signal: 'paymentRequested', payload: { paymentId } });
  return { paymentId, replayed: false };
}
