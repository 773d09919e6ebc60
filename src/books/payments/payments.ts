import { sql } from 'kysely';
import type { NextAction } from '../../contracts/orders/order';
import type { PaymentInstruction } from '../../contracts/orders/place-order';
import type { PaymentStatus } from '../../contracts/statuses';
import type { Tx } from '../transactions';
import type { Vault, WrappedKey } from '../vault';

/** Describes an attempt to pay. */
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

/** Writes an attempt to pay that the gateway has not seen. Its token stays sealed until the attempt is decided. */
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

/** A row of the table `payment`. */
export type PaymentRow = Awaited<ReturnType<typeof lockPayment>>;

/** Finds the attempt that pays for an order, authorized or already settled, and locks it. */
export const payingPayment = (tx: Tx, orderId: string) =>
  tx
    .selectFrom('payment')
    .selectAll()
    .where('orderId', '=', orderId)
    .where('status', 'in', ['authorized', 'settled'])
    .forUpdate()
    .executeTakeFirst();

/** Notes that the customer acted on an attempt; the order is to ask the gateway. */
export async function noteCustomerActed(tx: Tx, paymentId: string): Promise<void> {
  await tx.updateTable('payment').set({ customerActedAt: new Date() }).where('id', '=', paymentId).execute();
}

/** Notes that the gateway, asked after the customer had acted, still waits for the customer. */
export async function noteStillAwaited(tx: Tx, paymentId: string, actedAt: Date | null): Promise<void> {
  await tx
    .updateTable('payment')
    .set({ customerActedAt: null })
    .where('id', '=', paymentId)
    .where('customerActedAt', '=', actedAt)
    .execute();
}

/** Describes the gateway's decision about an attempt. */
export interface PaymentDecision {
  readonly status: PaymentStatus;
  readonly providerReference?: string;
  readonly authorized?: number;
  readonly declineCode?: string;
  readonly nextAction?: NextAction | null;
}

/** Writes the gateway's decision. Any decision but a wait for the customer deletes the token. */
export async function decidePayment(
  tx: Tx,
  paymentId: string,
  { nextAction = null, ...decision }: PaymentDecision,
): Promise<void> {
  await tx
    .updateTable('payment')
    .set({
      ...decision,
      customerActedAt: null,
      nextAction: nextAction === null ? null : JSON.stringify(nextAction),
      ...(decision.status === 'action_required' ? {} : { token: null }),
    })
    .where('id', '=', paymentId)
    .execute();
}

/**
 * Abandons an attempt that the gateway was never asked about. Returns whether it did; false when the attempt is under
 * way, or decided. The caller locks the order.
 */
export async function abandonUntried(tx: Tx, paymentId: string): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('payment')
    .set({ status: 'abandoned', token: null })
    .where('id', '=', paymentId)
    .where('status', '=', 'pending')
    .where(
      sql<boolean>`not exists (select 1 from operation o
        where o."subjectType" = 'payment' and o."subjectId" = payment.id and o.kind = 'authorize')`,
    )
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Abandons the attempts of an order that were not authorized: it is paid for, or has ended. */
export async function abandonUnpaid(tx: Tx, orderId: string): Promise<void> {
  await tx
    .updateTable('payment')
    .set({ status: 'abandoned', token: null, nextAction: null })
    .where('orderId', '=', orderId)
    .where('status', 'in', ['pending', 'declined', 'action_required'])
    .execute();
}

/** Adds to the captured, voided or refunded amount of an attempt; one with nothing left open is settled. */
export async function movePayment(
  tx: Tx,
  paymentId: string,
  column: 'captured' | 'voided' | 'refunded',
  amount: number,
): Promise<void> {
  await tx
    .updateTable('payment')
    .set((eb) => ({ [column]: eb(column, '+', amount) }))
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
