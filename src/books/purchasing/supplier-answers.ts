import { refuse, type Refusal } from '../../contracts/errors';
import { FollowUpReason, type PurchaseChannel, type RecordAnswer } from '../../contracts/purchasing/replenishment';
import type { SupplierEvent } from '../../contracts/webhooks/provider-events';
import { OperationKind } from '../../contracts/operations';
import { finishOperation } from '../operations';
import { enqueueReplenishmentSignal } from '../outbox';
import { cancelFollowUps } from '../task-rows';
import type { Tx } from '../transactions';
import {
  endReplenishment,
  isComplete,
  lockReplenishment,
  type ReplenishmentRow,
  type ShelfRef,
} from './replenishments';

/** Describes how a purchase order reached its supplier. */
export interface SentPurchase {
  readonly provider: string;
  readonly providerReference: string;
  readonly sentBy: PurchaseChannel;
}

/** Records that the supplier has the purchase order, and closes the follow-ups about its being unavailable. */
export async function recordSent(tx: Tx, replenishmentId: string, sent: SentPurchase): Promise<void> {
  await tx
    .updateTable('replenishment')
    .set({ ...sent })
    .where('id', '=', replenishmentId)
    .execute();
  await tx
    .updateTable('replenishment')
    .set({ status: 'requested' })
    .where('id', '=', replenishmentId)
    .where('status', '=', 'open')
    .execute();
  await cancelFollowUps(tx, replenishmentId, FollowUpReason.unreachable);
}

/**
 * Records a supplier's answer to a purchase order: how much it sends and when. Returns the shelf, or undefined for a
 * purchase order that we do not know. The same answer again, one older than the last, or any after the goods came
 * changes nothing. An answer proves that the supplier has the purchase order, even when its response to it was lost.
 */
export async function applySupplierAnswer(
  tx: Tx,
  provider: string,
  { key, reference, quantity, expectedOn, at }: SupplierEvent,
): Promise<ShelfRef | undefined> {
  const operation = await tx
    .selectFrom('operation')
    .select(['subjectType', 'subjectId', 'number'])
    .where('providerKey', '=', key)
    .where('provider', '=', provider)
    .where('kind', '=', OperationKind.purchase)
    .executeTakeFirst();
  if (!operation) return undefined;
  const { subjectId: replenishmentId } = operation;
  if (await finishOperation(tx, { ...operation, kind: OperationKind.purchase }, 'succeeded', { reference }))
    await recordSent(tx, replenishmentId, { provider, providerReference: reference, sentBy: 'online' });
  const row = await lockReplenishment(tx, replenishmentId);
  if (!row) return undefined;
  if (row.closedAt === null)
    await mergeAnswer(tx, row, { quantity, expectedOn, reference }, { provider, saidAt: new Date(at) });
  return { skuId: row.skuId, warehouseId: row.warehouseId };
}

/**
 * Records an answer that a person got from the supplier, as newer than all before. It has the effect of a webhook.
 * Refused while the purchase order has not reached the supplier (an order by telephone would be a second one), and once
 * the replenishment has ended.
 */
export async function recordAnswer(
  tx: Tx,
  replenishmentId: string,
  answer: RecordAnswer,
): Promise<Refusal | undefined> {
  const row = await lockReplenishment(tx, replenishmentId);
  if (!row) return refuse('not_found');
  if (row.closedAt !== null) return refuse('answer_not_awaited', { detail: 'It has ended' });
  if (row.status === 'open')
    return refuse('answer_not_awaited', { detail: 'Its purchase order has not reached the supplier yet' });
  const [latest] = await readAnswers(tx, replenishmentId);
  // The supplier's clock may be ahead of ours.
  const saidAt = new Date(Math.max(Date.now(), latest ? latest.saidAt.getTime() + 1 : 0));
  await mergeAnswer(tx, row, answer, { provider: null, saidAt });
  return undefined;
}

/** Reads the answers about a replenishment, the latest first, in whatever order they came. */
const readAnswers = (tx: Tx, replenishmentId: string) =>
  tx
    .selectFrom('supplier_answer')
    .select(['quantity', 'expectedOn', 'saidAt', 'provider'])
    .where('replenishmentId', '=', replenishmentId)
    .orderBy('saidAt', 'desc')
    .orderBy('id', 'desc')
    .execute();

/** Names who gave an answer, a provider's webhook or a person (null), and when. */
interface Source {
  readonly provider: string | null;
  readonly saidAt: Date;
}

/** Keeps an answer once, and signals the workflow unless it is older than the last one, or says the same. */
async function mergeAnswer(
  tx: Tx,
  row: ReplenishmentRow,
  { quantity, expectedOn, reference }: RecordAnswer,
  { provider, saidAt }: Source,
): Promise<void> {
  const says = (answer: { readonly quantity: number | null; readonly expectedOn: Date | null }) =>
    answer.quantity === quantity && answer.expectedOn?.toISOString().slice(0, 10) === expectedOn;
  const answers = await readAnswers(tx, row.id);
  if (
    answers.some((known) => known.provider === provider && known.saidAt.getTime() === saidAt.getTime() && says(known))
  )
    return;
  await tx
    .insertInto('supplier_answer')
    .values({ replenishmentId: row.id, quantity, expectedOn, reference: reference ?? null, provider, saidAt })
    .execute();
  const [latest] = answers;
  if ((latest && saidAt < latest.saidAt) || says({ quantity: row.confirmed, expectedOn: row.expectedOn })) return;
  const changed = { ...row, confirmed: quantity };
  await tx
    .updateTable('replenishment')
    .set({ confirmed: quantity, expectedOn, status: quantity > 0 ? 'confirmed' : 'requested' })
    .where('id', '=', row.id)
    .execute();
  for (const reason of [FollowUpReason.mailed, FollowUpReason.reminderRefused])
    await cancelFollowUps(tx, row.id, reason);
  await enqueueReplenishmentSignal(tx, row, {
    signal: 'supplierAnswered',
    payload: { replenishmentId: row.id, quantity, expectedOn },
  });
  if (isComplete(changed)) await endReplenishment(tx, changed, 'received', null);
}
