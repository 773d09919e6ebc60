import { lockFulfillment } from '../../src/books/orders/fulfillments';
import { handOver } from '../../src/books/shipping/hand-over';
import { commissionOf, postLedgerTransaction } from '../../src/books/ledger/ledger';
import { finishOperation, listOperations, type OperationName, type OperationSeries } from '../../src/books/operations';
import { movePayment, payingPayment, type PaymentRow } from '../../src/books/payments/payments';
import { markShipped } from '../../src/books/orders/orders';
import { valueReturned } from '../../src/books/pricing/return-value';
import { appendEvents, type TimelineFact } from '../../src/books/timeline';
import type { Tx } from '../../src/books/transactions';
import { SYSTEM } from '../../src/contracts/caller';
import { isRefusal } from '../../src/contracts/errors';
import type { CurrencyCode } from '../../src/contracts/money';
import { captureEntries, refundEntries, voidEntries, type Entry } from '../../src/domain/ledger/ledger-entries';
import type { MoneyMove } from '../../src/providers/payments/payment-provider';
import type { ActivityDeps, FulfillmentRef } from '../deps';
import { assertNotRefused, endRefusedAttempt, lastKey, nextAttempt } from './move-attempts';
import { callProviderOnce } from '../call-provider-once';
import { invariantViolated } from '../failures';

type Kind = 'capture' | 'void' | 'refund';
const COLUMN = { capture: 'captured', void: 'voided', refund: 'refunded' } as const;

/** Describes one money move of an authorization, and how the books record it. */
interface Move {
  readonly kind: Kind;
  readonly attempt: OperationName;
  readonly payment: PaymentRow;
  readonly amount: number;
  readonly entries: readonly Entry[];
  readonly fact: TimelineFact;
  readonly alongside?: (tx: Tx) => Promise<void>;
}

/** Names the attempts at a money move of a fulfillment. */
const moveOf = (fulfillmentId: string, kind: Kind): OperationSeries => ({
  subjectType: 'fulfillment',
  subjectId: fulfillmentId,
  kind,
});

/** Zero amounts skip the gateway, which rejects them. */
const NOTHING_TO_MOVE: MoneyMove = { status: 'succeeded', reference: 'nothing_to_move' };

/**
 * Moves money at the gateway exactly once. Writes payment, ledger and timeline in the transaction that ends the
 * operation. A refusal ends the attempt and throws a failure that is not retried.
 */
async function move(
  { transactions, payments }: ActivityDeps,
  { kind, attempt, payment, amount, entries, fact, alongside }: Move,
): Promise<void> {
  const { orderId, currency } = payment;
  const recorded: MoneyMove[] = [];
  await callProviderOnce<{ amount: number }, MoneyMove>(transactions, {
    operation: { ...attempt, provider: payments.code, orderId, request: { amount } },
    find: (wanted, signal) => payments.findMoneyMoveByKey(wanted, signal),
    perform: async ({ key, request }, signal) =>
      request.amount === 0
        ? NOTHING_TO_MOVE
        : payments[kind](
            {
              key,
              authorization: payment.providerReference ?? '',
              amount: { amount: request.amount, currency: currency as CurrencyCode },
            },
            signal,
          ),
    record: async (tx, result) => {
      if (result.status === 'refused') {
        await endRefusedAttempt(tx, orderId, attempt, result.reason);
        return;
      }
      recorded.push(result);
      const key = await finishOperation(tx, attempt, 'succeeded', { reference: result.reference });
      if (key === undefined) return;
      await postLedgerTransaction(tx, { orderId, kind, operationKey: key, currency, entries });
      await movePayment(tx, payment.id, COLUMN[kind], amount);
      await alongside?.(tx);
      await appendEvents(tx, orderId, [{ ...fact, data: { ...fact.data, amount, currency } }]);
    },
  });
  // This attempt recorded nothing: the gateway refused, or a concurrent attempt has ended the operation either way.
  if (recorded.length === 0) await transactions.run(SYSTEM, (tx) => assertNotRefused(tx, attempt));
}

/**
 * Captures the amount of a fulfillment that was handed over. Records the hand-over first when only the order's workflow
 * knows of it.
 */
export async function captureFulfillment(
  deps: ActivityDeps,
  { orderId, fulfillmentId }: FulfillmentRef,
): Promise<void> {
  const found = await deps.transactions.run(SYSTEM, async (tx) => {
    const handed = await handOver(tx, fulfillmentId, new Date());
    if (isRefusal(handed))
      throw invariantViolated(`${fulfillmentId} cannot be handed over: ${handed.detail ?? handed.refused}`);
    const read = await readFulfillment(tx, orderId, fulfillmentId);
    return { ...read, attempt: await nextAttempt(tx, orderId, moveOf(fulfillmentId, 'capture')) };
  });
  const { fulfillment, payment, commissionBp, attempt } = found;
  await move(deps, {
    kind: 'capture',
    attempt,
    payment,
    amount: fulfillment.amount,
    entries: captureEntries(fulfillment.amount, fulfillment.merchantId, commissionBp, fulfillment.platformAmount),
    fact: { type: 'payment.captured', merchantId: fulfillment.merchantId, data: { fulfillmentId } },
    alongside: (tx) => markShipped(tx, orderId),
  });
}

/** Refunds what was paid for the returned units of a fulfillment, after they are back on the shelves. */
export async function refundFulfillment(deps: ActivityDeps, { orderId, fulfillmentId }: FulfillmentRef): Promise<void> {
  const { fulfillment, payment, commission, refund, attempt } = await deps.transactions.run(SYSTEM, async (tx) => {
    const found = await readFulfillment(tx, orderId, fulfillmentId);
    const captured = await lastKey(tx, moveOf(fulfillmentId, 'capture'));
    if (captured === undefined) throw invariantViolated(`${fulfillmentId} cannot be refunded: it was never captured`);
    return {
      ...found,
      commission: await commissionOf(tx, captured),
      refund: await valueReturned(tx, fulfillmentId),
      attempt: await nextAttempt(tx, orderId, moveOf(fulfillmentId, 'refund')),
    };
  });
  if (!refund) throw invariantViolated(`${fulfillmentId} cannot be refunded: none of its goods came back`);
  const { goodsAmount, shippingAmount, platformAmount } = refund;
  const amount = goodsAmount + shippingAmount;
  await move(deps, {
    kind: 'refund',
    attempt,
    payment,
    amount,
    entries: refundEntries({ amount, platformAmount }, fulfillment.merchantId, {
      amount: fulfillment.amount,
      platformAmount: fulfillment.platformAmount,
      commission,
    }),
    fact: {
      type: 'payment.refunded',
      merchantId: fulfillment.merchantId,
      data: { fulfillmentId, goods: goodsAmount, shipping: shippingAmount },
    },
  });
}

/**
 * Voids the amount of a fulfillment that is cancelled. Does nothing when nothing is open: a run of release 0.5 voided
 * the order's whole amount at once.
 */
export async function voidFulfillmentAmount(
  deps: ActivityDeps,
  { orderId, fulfillmentId }: FulfillmentRef,
): Promise<void> {
  const { fulfillment, payment, attempt } = await deps.transactions.run(SYSTEM, async (tx) => ({
    ...(await readFulfillment(tx, orderId, fulfillmentId)),
    attempt: await nextAttempt(tx, orderId, moveOf(fulfillmentId, 'void')),
  }));
  if (fulfillment.status !== 'cancelling' && fulfillment.status !== 'cancelled')
    throw invariantViolated(`The amount of ${fulfillmentId} cannot be voided: it is ${fulfillment.status}`);
  // A run of release 0.5 may have voided the order's whole amount, and got no answer.
  const wholes = await deps.transactions.run(SYSTEM, (tx) => listOperations(tx, wholeVoidOf(payment)));
  if (wholes.at(-1)?.status === 'started') return voidOpenAmount(deps, payment);
  const { amount, merchantId } = fulfillment;
  const open = payment.authorized - payment.captured - payment.voided;
  if (open === 0 && amount > 0) return;
  await move(deps, {
    kind: 'void',
    attempt,
    payment,
    amount,
    entries: voidEntries(amount),
    fact: { type: 'payment.voided', merchantId, data: { fulfillmentId, paymentId: payment.id } },
  });
}

const wholeVoidOf = ({ id }: PaymentRow): OperationSeries => ({ subjectType: 'payment', subjectId: id, kind: 'void' });

/** Voids the amount of an authorized payment that is still open. */
export async function voidOpenAmount(deps: ActivityDeps, payment: PaymentRow): Promise<void> {
  const open = payment.authorized - payment.captured - payment.voided;
  if (open === 0) return;
  const attempt = await deps.transactions.run(SYSTEM, (tx) => nextAttempt(tx, payment.orderId, wholeVoidOf(payment)));
  await move(deps, {
    kind: 'void',
    attempt,
    payment,
    amount: open,
    entries: voidEntries(open),
    fact: { type: 'payment.voided', data: { paymentId: payment.id } },
  });
}

async function readFulfillment(tx: Tx, orderId: string, fulfillmentId: string) {
  const fulfillment = await lockFulfillment(tx, fulfillmentId);
  const payment = await payingPayment(tx, orderId);
  if (fulfillment?.orderId !== orderId || !payment)
    throw invariantViolated(`${orderId} has no authorized payment for ${fulfillmentId}`);
  const { commissionBp } = await tx
    .selectFrom('merchant')
    .select('commissionBp')
    .where('id', '=', fulfillment.merchantId)
    .executeTakeFirstOrThrow();
  return { fulfillment, payment, commissionBp };
}
