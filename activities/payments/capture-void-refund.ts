import { lockFulfillment } from '../../src/books/orders/fulfillments';
import { handOver } from '../../src/books/shipping/hand-over';
import { commissionOf, post } from '../../src/books/ledger/ledger';
import { finishOperation } from '../../src/books/operations';
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
import { assertNotRefused, endRefusedAttempt, currentAttemptKey, nextAttemptKey } from './attempt-keys';
import { callProviderOnce } from '../call-provider-once';
import { invariantViolated } from '../failures';

type Kind = 'capture' | 'void' | 'refund';
const COLUMN = { capture: 'captured', void: 'voided', refund: 'refunded' } as const;

/** One move of an authorization's money, and how the books tell of it. */
interface Move {
  readonly kind: Kind;
  /** The key of the try that is to be made, or was. */
  readonly key: string;
  readonly payment: PaymentRow;
  readonly amount: number;
  readonly entries: readonly Entry[];
  readonly fact: TimelineFact;
  readonly alongside?: (tx: Tx) => Promise<void>;
}

/** Names a move, by its number within the order: the key of its first try. */
const moveOf = (orderId: string, kind: Kind, n: number): string => `${orderId}:${kind}:${n}`;

/** A part that cost its customer nothing is booked without the gateway, which moves no nothing. */
const NOTHING_TO_MOVE: MoneyMove = { status: 'succeeded', reference: 'nothing_to_move' };

/**
 * Moves money at the gateway exactly once: payment, ledger and timeline are written with the operation's end. Throws
 * what is not retried when the gateway refuses; that ends the try, too.
 */
async function move(
  { transactions, payments }: ActivityDeps,
  { kind, key, payment, amount, entries, fact, alongside }: Move,
): Promise<void> {
  const { orderId, currency } = payment;
  const recorded: MoneyMove[] = [];
  await callProviderOnce<{ amount: number }, MoneyMove>(transactions, {
    operation: { key, kind, provider: payments.code, orderId, request: { amount } },
    find: (wanted, signal) => payments.findMoneyMoveByKey(wanted, signal),
    perform: async (request, signal) =>
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
        await endRefusedAttempt(tx, orderId, key, result.reason);
        return;
      }
      recorded.push(result);
      if (!(await finishOperation(tx, key, 'succeeded', { reference: result.reference }))) return;
      await post(tx, { orderId, kind, operationKey: key, currency, entries });
      await movePayment(tx, payment.id, COLUMN[kind], amount);
      await alongside?.(tx);
      await appendEvents(tx, orderId, [{ ...fact, data: { ...fact.data, amount, currency } }]);
    },
  });
  // Not written by this try: the gateway refused it, or another try has ended it, either way.
  if (recorded.length === 0) await transactions.run(SYSTEM, (tx) => assertNotRefused(tx, key));
}

/**
 * Collects what a part is worth, once its carrier has it; a part of which only the order was told is handed over first.
 */
export async function captureFulfillment(
  deps: ActivityDeps,
  { orderId, fulfillmentId }: FulfillmentRef,
): Promise<void> {
  const found = await deps.transactions.run(SYSTEM, async (tx) => {
    const handed = await handOver(tx, fulfillmentId, new Date());
    if (isRefusal(handed))
      throw invariantViolated(`${fulfillmentId} cannot be handed over: ${handed.detail ?? handed.refused}`);
    const read = await readPart(tx, orderId, fulfillmentId);
    return { ...read, key: await nextAttemptKey(tx, orderId, moveOf(orderId, 'capture', read.part.number)) };
  });
  const { part, payment, commissionBp, key } = found;
  await move(deps, {
    kind: 'capture',
    key,
    payment,
    amount: part.amount,
    entries: captureEntries(part.amount, part.merchantId, commissionBp, part.platformAmount),
    fact: { type: 'payment.captured', merchantId: part.merchantId, data: { fulfillmentId } },
    alongside: (tx) => markShipped(tx, orderId),
  });
}

/**
 * Gives back what was paid for what came back of a part, as the pricing room says, once its goods are on the shelves
 * again.
 */
export async function refundFulfillment(deps: ActivityDeps, { orderId, fulfillmentId }: FulfillmentRef): Promise<void> {
  const { part, payment, commission, refund, key } = await deps.transactions.run(SYSTEM, async (tx) => {
    const found = await readPart(tx, orderId, fulfillmentId);
    const captured = await currentAttemptKey(tx, orderId, moveOf(orderId, 'capture', found.part.number));
    return {
      ...found,
      commission: await commissionOf(tx, captured),
      refund: await valueReturned(tx, fulfillmentId),
      key: await nextAttemptKey(tx, orderId, moveOf(orderId, 'refund', found.part.number)),
    };
  });
  if (!refund) throw invariantViolated(`Nothing of ${fulfillmentId} came back`);
  const { goodsAmount, shippingAmount, platformAmount } = refund;
  const amount = goodsAmount + shippingAmount;
  await move(deps, {
    kind: 'refund',
    key,
    payment,
    amount,
    entries: refundEntries({ amount, platformAmount }, part.merchantId, {
      amount: part.amount,
      platformAmount: part.platformAmount,
      commission,
    }),
    fact: {
      type: 'payment.refunded',
      merchantId: part.merchantId,
      data: { fulfillmentId, goods: goodsAmount, shipping: shippingAmount },
    },
  });
}

/** Gives back everything that is still open of an authorized payment. */
export async function voidOpen(deps: ActivityDeps, payment: PaymentRow): Promise<void> {
  const open = payment.authorized - payment.captured - payment.voided;
  if (open === 0) return;
  const { orderId, number } = payment;
  const key = await deps.transactions.run(SYSTEM, (tx) => nextAttemptKey(tx, orderId, moveOf(orderId, 'void', number)));
  await move(deps, {
    kind: 'void',
    key,
    payment,
    amount: open,
    entries: voidEntries(open),
    fact: { type: 'payment.voided', data: { paymentId: payment.id } },
  });
}

async function readPart(tx: Tx, orderId: string, fulfillmentId: string) {
  const part = await lockFulfillment(tx, fulfillmentId);
  const payment = await payingPayment(tx, orderId);
  if (part?.orderId !== orderId || !payment)
    throw invariantViolated(`${orderId} has no authorized payment for ${fulfillmentId}`);
  const { commissionBp } = await tx
    .selectFrom('merchant')
    .select('commissionBp')
    .where('id', '=', part.merchantId)
    .executeTakeFirstOrThrow();
  return { part, payment, commissionBp };
}
