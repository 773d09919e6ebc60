import { sql } from 'kysely';
import { refuse, type Refusal } from '../../contracts/errors';
import { FollowUpReason, type PurchaseWay, type RecordAnswer } from '../../contracts/purchasing/replenishment';
import type { SupplierEvent } from '../../contracts/webhooks/provider-events';
import { closeFollowUps } from '../task-rows';
import { enqueueReplenishmentSignal } from '../outbox';
import { newId } from '../new-id';
import { finishOperation } from '../operations';
import type { Tx } from '../transactions';

/** One SKU at one warehouse. */
export interface ShelfRef {
  readonly skuId: string;
  readonly warehouseId: string;
}

/**
 * Opens a replenishment of each of these shelves that is at or below its threshold and has none open, and starts its
 * workflow. Call it in the transaction that took from the shelf, or changed its threshold: the database holds that
 * there is one per shelf, however many orders cross the threshold at once.
 */
export async function replenishLow(tx: Tx, shelves: readonly ShelfRef[]): Promise<void> {
  const { rows } = await sql<ShelfRef & { id: string }>`
    insert into replenishment (id, "skuId", "warehouseId", "merchantId", "supplierId", status, "openedAt")
    select u.id, s."skuId", s."warehouseId", k."merchantId", k."supplierId", 'open', now()
    from unnest(${shelves.map((shelf) => shelf.skuId)}::text[], ${shelves.map((shelf) => shelf.warehouseId)}::text[], ${shelves.map(() => newId('rpl'))}::text[]) as u (sku, warehouse, id)
    join stock s on s."skuId" = u.sku and s."warehouseId" = u.warehouse join sku k on k.id = s."skuId"
    where s."onHand" - s.reserved - s."safetyStock" <= s."reorderPoint"
    order by s."skuId", s."warehouseId"
    on conflict ("skuId", "warehouseId") where "closedAt" is null do nothing
    returning id, "skuId", "warehouseId"`.execute(tx);
  for (const { id, ...shelf } of rows)
    await enqueueReplenishmentSignal(tx, shelf, { signal: 'stockLow', payload: { replenishmentId: id } });
}

/**
 * Opens a replenishment of each of these SKUs of which more is owed than open ones bring, at a shelf that has none
 * open: a watched one before another. One that was not planned yet will reckon with all that is owed; when all shelves
 * have one, the next opens as one of them ends.
 */
export async function replenishOwed(tx: Tx, skuIds: readonly string[]): Promise<void> {
  const wanted = [...new Set(skuIds)];
  const { rows } = await sql<ShelfRef & { id: string }>`
    insert into replenishment (id, "skuId", "warehouseId", "merchantId", "supplierId", status, "openedAt")
    select u.id, k.id, s."warehouseId", k."merchantId", k."supplierId", 'open', now()
    from unnest(${wanted}::text[], ${wanted.map(() => newId('rpl'))}::text[]) as u (sku, id) join sku k on k.id = u.sku
    join lateral (
      select s."warehouseId" from stock s where s."skuId" = k.id
        and not exists (select 1 from replenishment r where r."skuId" = s."skuId" and r."warehouseId" = s."warehouseId" and r."closedAt" is null)
      order by s."reorderPoint" is null, s."warehouseId" limit 1
    ) s on true
    where k.owed > coalesce((
      select sum(case when r.asked is null then k.owed else greatest(0, coalesce(r.confirmed, r.asked) - r.received) end)
      from replenishment r where r."skuId" = k.id and r."closedAt" is null), 0)
    order by k.id
    on conflict ("skuId", "warehouseId") where "closedAt" is null do nothing
    returning id, "skuId", "warehouseId"`.execute(tx);
  for (const { id, ...shelf } of rows)
    await enqueueReplenishmentSignal(tx, shelf, { signal: 'stockLow', payload: { replenishmentId: id } });
}

/** Reads a replenishment and locks its row. */
export const lockReplenishment = (tx: Tx, replenishmentId: string) =>
  tx.selectFrom('replenishment').selectAll().where('id', '=', replenishmentId).forUpdate().executeTakeFirst();

type Row = NonNullable<Awaited<ReturnType<typeof lockReplenishment>>>;

/** How far back what was asked for in vain counts. */
const DEMAND_DAYS = 30;

/**
 * Reckons how much to ask for, once: from what is not promised up to the level that the shelf is filled to, what is
 * owed to orders beyond what other shelves' open replenishments bring, and what was asked for in vain since the SKU was
 * last planned, at most as much again, so that no flood of refusals empties the purse.
 */
export async function planQuantity(tx: Tx, row: Row): Promise<number> {
  if (row.asked !== null) return row.asked;
  const { rows } = await sql<{ asked: number }>`
    select greatest(1, coalesce(s."reorderTo", 0) - (s."onHand" - s.reserved)
      + greatest(0, k.owed - coalesce((select sum(greatest(0, coalesce(r.confirmed, r.asked) - r.received))
        from replenishment r where r."skuId" = s."skuId" and r."closedAt" is null and r.id <> ${row.id}), 0)) + least(coalesce(s."reorderTo", 0), coalesce((
      select sum(d.requested - d.available) from stock_demand d where d."skuId" = s."skuId" and d.at > coalesce(
        (select max(r."plannedAt") from replenishment r where r."skuId" = s."skuId"), now() - make_interval(days => ${DEMAND_DAYS}))), 0)))::int as asked
    from stock s join sku k on k.id = s."skuId" where s."skuId" = ${row.skuId} and s."warehouseId" = ${row.warehouseId}`.execute(
    tx,
  );
  const asked = rows[0]?.asked ?? 1;
  await tx.updateTable('replenishment').set({ asked, plannedAt: new Date() }).where('id', '=', row.id).execute();
  return asked;
}

/** An open replenishment that goods were counted towards. */
export interface Counted extends ShelfRef {
  readonly id: string;
}

/**
 * Counts goods that come in towards the open replenishments of their shelves, which stay locked. Then book them and
 * call `endComplete`.
 */
export async function countReceipts(
  tx: Tx,
  receipts: readonly (ShelfRef & { readonly quantity: number })[],
): Promise<readonly Counted[]> {
  const { rows } = await sql<Counted>`
    update replenishment set received = replenishment.received + u.units
    from (select sku, warehouse, sum(units)::int as units from unnest(
      ${receipts.map((one) => one.skuId)}::text[], ${receipts.map((one) => one.warehouseId)}::text[], ${receipts.map((one) => one.quantity)}::int[]) as r (sku, warehouse, units) group by 1, 2) u
    where replenishment."skuId" = u.sku and replenishment."warehouseId" = u.warehouse and replenishment."closedAt" is null
    returning replenishment.id, replenishment."skuId", replenishment."warehouseId"`.execute(tx);
  return rows;
}

/** Ends those replenishments of which all is there. */
export async function endComplete(tx: Tx, counted: readonly Counted[]): Promise<void> {
  for (const { id } of counted) {
    const row = await lockReplenishment(tx, id);
    if (row && isComplete(row)) await end(tx, row, 'received', null);
  }
}

/** What was confirmed is there; where nothing was, what was asked for. */
const isComplete = ({ received, confirmed, asked }: Row): boolean => {
  const due = confirmed !== null && confirmed > 0 ? confirmed : asked;
  return due !== null && received >= due;
};

/** How a supplier has a purchase order. */
export interface SentPurchase {
  readonly provider: string;
  readonly providerReference: string;
  readonly sentBy: PurchaseWay;
}

/** Writes that the supplier has the purchase order; nobody needs to chase it for being out of reach any more. */
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
  await closeFollowUps(tx, replenishmentId, FollowUpReason.unreachable);
}

/**
 * Merges what a supplier says it sends. Answers the shelf, or undefined for a purchase order that we do not know.
 * Saying the same twice, what was said before the last answer, or anything once the goods are there, changes nothing.
 * An answer proves that the supplier has the order, should its answer to the order itself have been lost.
 */
export async function applySupplierAnswer(
  tx: Tx,
  provider: string,
  { key, reference, quantity, expectedOn, at }: SupplierEvent,
): Promise<ShelfRef | undefined> {
  const operation = await tx
    .selectFrom('operation')
    .select('orderId')
    .where('key', '=', key)
    .where('provider', '=', provider)
    .where('kind', '=', 'purchase')
    .executeTakeFirst();
  if (!operation) return undefined;
  if (await finishOperation(tx, key, 'succeeded', { reference }))
    await recordSent(tx, operation.orderId, { provider, providerReference: reference, sentBy: 'online' });
  const row = await lockReplenishment(tx, operation.orderId);
  if (!row) return undefined;
  if (row.closedAt === null)
    await mergeAnswer(tx, row, { quantity, expectedOn, reference }, { provider, saidAt: new Date(at) });
  return { skuId: row.skuId, warehouseId: row.warehouseId };
}

/**
 * Records what a person heard of a supplier, with the same effect as its own webhook, and as newer than all before.
 * Refused while its purchase order has not reached it (an order on the telephone would be a second one), and once the
 * replenishment has ended.
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

/** Reads what was said of a replenishment, the latest first, in whatever order it came. */
const readAnswers = (tx: Tx, replenishmentId: string) =>
  tx
    .selectFrom('supplier_answer')
    .select(['quantity', 'expectedOn', 'saidAt', 'provider'])
    .where('replenishmentId', '=', replenishmentId)
    .orderBy('saidAt', 'desc')
    .orderBy('id', 'desc')
    .execute();

/** Where an answer comes from: a provider's webhook, or a person (null); and when it was said. */
interface Source {
  readonly provider: string | null;
  readonly saidAt: Date;
}

/**
 * Writes an answer down for good, once, and tells the workflow, unless it says what the last one said, or was said
 * before it.
 */
async function mergeAnswer(
  tx: Tx,
  row: Row,
  { quantity, expectedOn, reference }: RecordAnswer,
  { provider, saidAt }: Source,
): Promise<void> {
  const says = (one: { readonly quantity: number | null; readonly expectedOn: Date | null }) =>
    one.quantity === quantity && one.expectedOn?.toISOString().slice(0, 10) === expectedOn;
  const answers = await readAnswers(tx, row.id);
  if (answers.some((one) => one.provider === provider && one.saidAt.getTime() === saidAt.getTime() && says(one)))
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
  for (const reason of [FollowUpReason.mailed, FollowUpReason.unremindable]) await closeFollowUps(tx, row.id, reason);
  await enqueueReplenishmentSignal(tx, row, {
    signal: 'supplierAnswered',
    payload: { replenishmentId: row.id, quantity, expectedOn },
  });
  if (isComplete(changed)) await end(tx, changed, 'received', null);
}

/** Closes a replenishment without the goods, for a reason. Answers false when it had ended before. */
export async function closeReplenishment(tx: Tx, replenishmentId: string, reason: string): Promise<boolean> {
  const row = await lockReplenishment(tx, replenishmentId);
  if (!row || row.closedAt !== null) return false;
  await end(tx, row, 'closed', reason);
  return true;
}

/**
 * Ends a replenishment and the tasks about it. When its shelf is still low although goods came, the next one opens at
 * once.
 */
async function end(tx: Tx, row: Row, status: 'received' | 'closed', closedFor: string | null): Promise<void> {
  await tx
    .updateTable('replenishment')
    .set({ status, closedFor, closedAt: new Date() })
    .where('id', '=', row.id)
    .execute();
  await closeFollowUps(tx, row.id);
  await enqueueReplenishmentSignal(tx, row, { signal: 'replenishmentEnded', payload: { replenishmentId: row.id } });
  if (status !== 'received') return;
  await replenishLow(tx, [row]);
  await replenishOwed(tx, [row.skuId]);
}
