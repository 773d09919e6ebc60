import type { NextAction } from '../../contracts/orders/order';
import type { PaymentInstruction } from '../../contracts/orders/place-order';
import type { PaymentStatus } from '../../contracts/statuses';
import type { Tx } from '../transactions';
import type { Vault, WrappedKey } from '../vault';

export interface NewPayment {
  readonly id: string;
  readonly orderId: string;
  readonly number: number;
  readonly provider: string;
  readonly instruction: PaymentInstruction;
  readonly amount: number;
  readonly currency: string;
}

const tokenContext = (paymentId: string): string => `${paymentId}:token`;

/** Writes an attempt to pay, not yet put to the gateway. The token is sealed until the attempt is decided. */
export async function insertPayment(tx: Tx, vault: Vault, customer: WrappedKey, payment: NewPayment): Promise<void> {
  const { id, instruction, ...rest } = payment;
  await tx
    .insertInto('payment')
    .values({
      ...rest,
      id,
      method: instruction.method,
      status: 'pending',
      createdAt: new Date(),
      token: vault.seal(customer, tokenContext(id), instruction.token),
    })
    .execute();
}

/** Opens the gateway's token of an attempt. */
export const openToken = (vault: Vault, customer: WrappedKey, paymentId: string, sealed: Buffer): string =>
  vault.open(customer, tokenContext(paymentId), sealed);

/** Reads an attempt and locks it. */
export const lockPayment = (tx: Tx, paymentId: string) =>
  tx.selectFrom('payment').selectAll().where('id', '=', paymentId).forUpdate().executeTakeFirstOrThrow();

export type PaymentRow = Awaited<ReturnType<typeof lockPayment>>;

/** Finds the attempt that pays for an order: the authorized one, or the one that is settled already. */
export const payingPayment = (tx: Tx, orderId: string) =>
  tx
    .selectFrom('payment')
    .selectAll()
    .where('orderId', '=', orderId)
    .where('status', 'in', ['authorized', 'settled'])
    .forUpdate()
    .executeTakeFirst();

export interface Decision {
  readonly status: PaymentStatus;
  readonly providerReference?: string;
  readonly authorized?: number;
  readonly declineCode?: string;
  readonly nextAction?: NextAction | null;
}

/** Writes what the gateway decided. Anything but a wait for the customer ends the token. */
export async function decidePayment(
  tx: Tx,
  paymentId: string,
  { nextAction = null, ...decision }: Decision,
): Promise<void> {
  await tx
    .updateTable('payment')
    .set({
      ...decision,
      nextAction: nextAction === null ? null : JSON.stringify(nextAction),
      ...(decision.status === 'action_required' ? {} : { token: null }),
    })
    .where('id', '=', paymentId)
    .execute();
}

/** Gives up the attempts of an order that were not authorized: it is paid for, or has ended. */
export async function abandonUnpaid(tx: Tx, orderId: string): Promise<void> {
  await tx
    .updateTable('payment')
    .set({ status: 'abandoned', token: null, nextAction: null })
    .where('orderId', '=', orderId)
    .where('status', 'in', ['pending', 'declined', 'action_required'])
    .execute();
}

/** Adds to what was captured, voided or refunded; an attempt with nothing left open is settled. */
export async function movePayment(
  tx: Tx,
  paymentId: string,
  what: 'captured' | 'voided' | 'refunded',
  amount: number,
): Promise<void> {
  await tx
    .updateTable('payment')
    .set((eb) => ({ [what]: eb(what, '+', amount) }))
    .where('id', '=', paymentId)
    .execute();
  await tx
    .updateTable('payment')
    .set({ status: 'settled' })
    .where('id', '=', paymentId)
    .where('status', '=', 'authorized')
    .where((eb) => eb('authorized', '=', eb('captured', '+', eb.ref('voided'))))
    .execute();
}
