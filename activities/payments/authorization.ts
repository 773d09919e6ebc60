import { customerKeyOf } from '../../src/books/customers/customers';
import { postLedgerTransaction } from '../../src/books/ledger/ledger';
import { finishOperation, isOperationBegun, type OperationName } from '../../src/books/operations';
import { lockOrder, moveOrder } from '../../src/books/orders/orders';
import {
  decidePayment,
  lockPayment,
  noteStillAwaited,
  openToken,
  type PaymentRow,
} from '../../src/books/payments/payments';
import { appendEvents } from '../../src/books/timeline';
import type { Tx } from '../../src/books/transactions';
import { SYSTEM } from '../../src/contracts/caller';
import type { CurrencyCode } from '../../src/contracts/money';
import { PAYABLE_ORDER_STATUSES } from '../../src/contracts/statuses';
import { authorizationEntries } from '../../src/domain/ledger/ledger-entries';
import type { Authorization } from '../../src/providers/payments/payment-provider';
import type { ActivityDeps } from '../deps';
import { callProviderOnce, providerTimeout } from '../call-provider-once';
import { cancelledMeanwhile, invariantViolated } from '../failures';

const authorizationOf = (paymentId: string): OperationName => ({
  subjectType: 'payment',
  subjectId: paymentId,
  kind: 'authorize',
  number: 1,
});

/** Authorizes a payment attempt at the gateway, or asks for its result, and returns the recorded attempt. */
export async function authorize(deps: ActivityDeps, paymentId: string): Promise<PaymentRow> {
  const { transactions, vault, payments } = deps;
  const payment = await read(deps, paymentId);
  const name = authorizationOf(paymentId);
  // The API took it back before anybody asked the gateway.
  if (payment.status === 'abandoned' && !(await transactions.run(SYSTEM, (tx) => isOperationBegun(tx, name))))
    return payment;
  await callProviderOnce<{ amount: number; method: string }, Authorization>(transactions, {
    operation: {
      ...name,
      provider: payments.code,
      orderId: payment.orderId,
      request: { amount: payment.amount, method: payment.method },
    },
    assertWanted: async (tx) => {
      const { status } = await lockOrder(tx, payment.orderId);
      if (status === 'cancelling') throw cancelledMeanwhile(payment.orderId);
      if (!PAYABLE_ORDER_STATUSES.includes(status))
        throw invariantViolated(`${payment.orderId} is ${status}: it cannot be paid`);
      if ((await lockPayment(tx, paymentId)).status === 'abandoned')
        throw new Error(`${paymentId} was abandoned meanwhile: the next attempt finds that`);
    },
    find: (wanted, signal) => payments.findAuthorizationByKey(wanted, signal),
    perform: async ({ key, request: { amount, method } }, signal) => {
      // Zero amounts skip the gateway, which rejects them.
      if (amount === 0) return { status: 'authorized', reference: 'nothing_to_pay' };
      const token = await transactions.run(SYSTEM, async (tx) => {
        const customer = await customerKeyOf(tx, payment.orderId);
        if (!customer || !payment.token) throw invariantViolated(`The payment token of ${paymentId} was erased`);
        return openToken(vault, customer, paymentId, payment.token);
      });
      return payments.authorize(
        {
          key,
          orderId: payment.orderId,
          method,
          token,
          amount: { amount, currency: payment.currency as CurrencyCode },
        },
        signal,
      );
    },
    record: (tx, result) => recordAuthorization(tx, payment, result),
  });
  return read(deps, paymentId);
}

/** Makes sure that the customer cannot approve an attempt any more, and returns the recorded attempt. */
export async function endCustomerAction(deps: ActivityDeps, paymentId: string): Promise<PaymentRow> {
  const { transactions, payments } = deps;
  const before = await read(deps, paymentId);
  const begun = await transactions.run(SYSTEM, (tx) => isOperationBegun(tx, authorizationOf(paymentId)));
  if (!begun) return before;
  const payment = await authorize(deps, paymentId);
  if (payment.status !== 'action_required' || !payment.providerReference) return payment;
  const last = await payments.cancelAction(payment.providerReference, providerTimeout());
  await transactions.run(SYSTEM, (tx) => recordAuthorization(tx, payment, last));
  return read(deps, paymentId);
}

const read = ({ transactions }: ActivityDeps, paymentId: string): Promise<PaymentRow> =>
  transactions.run(SYSTEM, (tx) => lockPayment(tx, paymentId));

async function recordAuthorization(
  tx: Tx,
  { id, orderId, amount, currency, customerActedAt }: PaymentRow,
  result: Authorization,
): Promise<void> {
  const { status } = await lockOrder(tx, orderId);
  const { reference } = result;
  if (result.status === 'action_required') {
    // The gateway said so before, or the attempt has been decided meanwhile.
    if ((await lockPayment(tx, id)).status !== 'pending') return noteStillAwaited(tx, id, customerActedAt);
    await decidePayment(tx, id, {
      status: 'action_required',
      providerReference: reference,
      nextAction: result.nextAction,
    });
    await moveOrder(tx, orderId, { status: 'awaiting_payment', stage: 'receive' });
    await appendEvents(tx, orderId, [
      { type: 'payment.action_required', data: { paymentId: id, action: result.nextAction.type } },
    ]);
    return;
  }
  const key = await finishOperation(tx, authorizationOf(id), result.status === 'authorized' ? 'succeeded' : 'refused', {
    reference,
    status: result.status,
  });
  if (key === undefined) return;
  if (result.status === 'authorized') {
    await decidePayment(tx, id, { status: 'authorized', providerReference: reference, authorized: amount });
    await postLedgerTransaction(tx, {
      orderId,
      kind: 'authorize',
      operationKey: key,
      currency,
      entries: authorizationEntries(amount),
    });
    await appendEvents(tx, orderId, [{ type: 'payment.authorized', data: { paymentId: id, amount, currency } }]);
    return;
  }
  if (result.status === 'expired') {
    await decidePayment(tx, id, { status: 'abandoned', providerReference: reference });
    await appendEvents(tx, orderId, [{ type: 'payment.abandoned', data: { paymentId: id } }]);
    return;
  }
  await decidePayment(tx, id, { status: 'declined', providerReference: reference, declineCode: result.declineCode });
  if (status === 'draft') await moveOrder(tx, orderId, { status: 'awaiting_payment', stage: 'receive' });
  await appendEvents(tx, orderId, [
    { type: 'payment.declined', data: { paymentId: id, declineCode: result.declineCode } },
  ]);
}
