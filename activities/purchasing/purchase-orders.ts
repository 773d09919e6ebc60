import { finishOperation, readOperation, type OperationName } from '../../src/books/operations';
import { recordSent } from '../../src/books/purchasing/supplier-answers';
import type { Tx } from '../../src/books/transactions';
import type { OnlineOutcome, PurchaseOrder } from '../../src/domain/purchasing/purchase-mail';
import type { Purchase } from '../../src/providers/suppliers/supplier-provider';
import { invariantViolated } from '../failures';

/** Names the operation that orders from the supplier online. */
export const onlinePurchaseOf = (replenishmentId: string): OperationName => ({
  subjectType: 'replenishment',
  subjectId: replenishmentId,
  kind: 'purchase',
  number: 1,
});
/** Names the operation that mails the purchase order. */
export const mailedPurchaseOf = (replenishmentId: string): OperationName => ({
  ...onlinePurchaseOf(replenishmentId),
  kind: 'purchase_email',
});
/** Names the operation that mails the n-th reminder. */
export const mailedReminderOf = (replenishmentId: string, number: number): OperationName => ({
  ...onlinePurchaseOf(replenishmentId),
  kind: 'remind_email',
  number,
});

/** Names why an attempt without an answer was abandoned: a mail replaced it, or the replenishment ended. */
export const AbandonReason = { mail: 'sent_by_mail', need: 'not_needed' } as const;
export type AbandonReason = (typeof AbandonReason)[keyof typeof AbandonReason];

/** Describes the state of a purchase order, online and by mail. */
export interface PurchaseState {
  readonly online: 'not_sent' | 'unknown' | 'taken' | 'refused' | 'given_up' | 'not_needed';
  /** Whether the supplier had received the online order when a mail replaced it. */
  readonly onlineOutcome: OnlineOutcome;
  readonly mailed: boolean;
}

/** Reads the state of a purchase order, online and by mail. */
export async function readPurchaseState(tx: Tx, replenishmentId: string): Promise<PurchaseState> {
  const mailed = (await readOperation(tx, mailedPurchaseOf(replenishmentId))) !== undefined;
  const online = await readOperation(tx, onlinePurchaseOf(replenishmentId));
  if (!online) return { online: 'not_sent', onlineOutcome: 'not_sent', mailed };
  if (online.status === 'succeeded') return { online: 'taken', onlineOutcome: 'not_sent', mailed };
  if (online.status === 'started') return { online: 'unknown', onlineOutcome: 'unknown', mailed };
  const { reason, fate } = online.result as { reason?: string; fate?: OnlineOutcome };
  if (reason === AbandonReason.mail && fate) return { online: 'given_up', onlineOutcome: fate, mailed };
  return { online: reason === AbandonReason.need ? 'not_needed' : 'refused', onlineOutcome: 'not_sent', mailed };
}

/** Abandons an operation, with what is known of its earlier attempts. Does nothing when it is complete. */
export async function abandonAttempt(
  tx: Tx,
  name: OperationName,
  reason: AbandonReason,
  fate: OnlineOutcome,
): Promise<void> {
  await finishOperation(tx, name, 'refused', { reason, fate });
}

/** Says whether a replenishment is still open. */
export const isReplenishmentOpen = async (tx: Tx, replenishmentId: string): Promise<boolean> =>
  (await tx
    .selectFrom('replenishment')
    .select('id')
    .where('id', '=', replenishmentId)
    .where('closedAt', 'is', null)
    .executeTakeFirst()) !== undefined;

/** Reads a purchase order and its supplier's mailbox. Throws when it was not planned, or the SKU has no supplier. */
export async function readPurchaseOrder(
  tx: Tx,
  replenishmentId: string,
): Promise<PurchaseOrder & { readonly email: string | null; readonly open: boolean; readonly answered: boolean }> {
  const row = await tx
    .selectFrom('replenishment as r')
    .innerJoin('sku as k', 'k.id', 'r.skuId')
    .innerJoin('warehouse as w', 'w.id', 'r.warehouseId')
    .innerJoin('supplier as s', 's.id', 'r.supplierId')
    .select([
      'r.asked',
      'r.confirmed',
      'r.closedAt',
      'k.code as skuCode',
      's.code as supplierCode',
      's.email',
      'w.code',
      'w.country',
      'w.city',
      'w.postcode',
    ])
    .where('r.id', '=', replenishmentId)
    .executeTakeFirst();
  if (!row || row.asked === null)
    throw invariantViolated(`${replenishmentId} was not planned: it has no quantity or no supplier`);
  const { skuCode, supplierCode, email, asked: quantity, confirmed, closedAt, code, country, city, postcode } = row;
  return {
    number: replenishmentId,
    supplierCode,
    skuCode,
    quantity,
    shipTo: { code, country, city, postcode },
    email,
    open: closedAt === null,
    answered: confirmed !== null,
  };
}

/** Records the supplier's answer to an online purchase order, once. */
export async function recordPurchase(
  tx: Tx,
  replenishmentId: string,
  provider: string,
  purchase: Purchase,
): Promise<void> {
  const name = onlinePurchaseOf(replenishmentId);
  if (purchase.status === 'refused') {
    await finishOperation(tx, name, 'refused', { reason: purchase.reason });
    return;
  }
  if (!(await finishOperation(tx, name, 'succeeded', { reference: purchase.reference }))) return;
  await recordSent(tx, replenishmentId, { provider, providerReference: purchase.reference, sentBy: 'online' });
}
