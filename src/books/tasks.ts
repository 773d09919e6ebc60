import { sql } from 'kysely';
import { refuse, type Refusal } from '../contracts/errors';
import { TaskKind, type Urgency } from '../contracts/statuses';
import type { PackedParcel } from '../contracts/task';
import { estimateParcel } from '../domain/parcel';
import { moveFulfillment } from './fulfillments';
import { sendLater } from './messages';
import { newId } from './new-id';
import { appendTimeline } from './timeline';
import type { Tx } from './transactions';

/** Work follows work: a task opens when the one before it is done. */
const NEXT: Record<TaskKind, TaskKind | null> = { pick: TaskKind.recheck, recheck: TaskKind.pack, pack: null };

export interface NewTasks {
  readonly orderId: string;
  readonly fulfillmentId: string;
  readonly merchantId: string;
  readonly warehouseId: string;
  readonly urgency: Urgency;
  readonly gift: boolean;
}

/** Opens the first task of a fulfillment. */
export const openTasks = (tx: Tx, of: NewTasks): Promise<void> => openTask(tx, TaskKind.pick, of);

async function openTask(tx: Tx, kind: TaskKind, of: NewTasks): Promise<void> {
  await tx.insertInto('task').values({ id: newId('tsk'), kind, status: 'open', openedAt: new Date(), ...of }).execute();
}

const lockTask = (tx: Tx, taskId: string) =>
  tx.selectFrom('task').selectAll().where('id', '=', taskId).forUpdate().executeTakeFirst();

/** Claims an open task for a person. Claiming one's own again changes nothing. */
export async function claimTask(tx: Tx, taskId: string, actor: string): Promise<Refusal | undefined> {
  const task = await lockTask(tx, taskId);
  if (!task) return refuse('not_found');
  if (task.status === 'claimed') return task.claimedBy === actor ? undefined : refuse('task_claimed_by_another');
  if (task.status !== 'open') return refuse('task_not_open', { detail: `It is ${task.status}` });
  await tx.updateTable('task').set({ status: 'claimed', claimedBy: actor }).where('id', '=', taskId).execute();
  await appendTimeline(tx, task.orderId, [{ type: 'task.claimed', merchantId: task.merchantId, data: { taskId, kind: task.kind, fulfillmentId: task.fulfillmentId } }]);
  return undefined;
}

/**
 * Completes a task and opens the next one of its fulfillment; after packing, the order hears that the parcel is ready.
 * Completing twice changes nothing. Refused for cancelled tasks and for those that another person claimed.
 */
export async function completeTask(tx: Tx, taskId: string, actor: string, parcel: PackedParcel | undefined): Promise<{ orderId: string } | Refusal> {
  const task = await lockTask(tx, taskId);
  if (!task) return refuse('not_found');
  const { orderId, fulfillmentId, merchantId, warehouseId, urgency, gift, kind } = task;
  if (task.status === 'done') return { orderId };
  if (task.status === 'cancelled') return refuse('task_not_open', { detail: 'It is cancelled' });
  if (task.claimedBy !== null && task.claimedBy !== actor) return refuse('task_claimed_by_another');
  await tx.updateTable('task').set({ status: 'done', claimedBy: actor, doneAt: new Date() }).where('id', '=', taskId).execute();
  const next = NEXT[kind];
  if (next) {
    await openTask(tx, next, { orderId, fulfillmentId, merchantId, warehouseId, urgency, gift });
    await appendTimeline(tx, orderId, [{ type: 'task.done', merchantId, data: { taskId, kind, fulfillmentId } }]);
    return { orderId };
  }
  const packed = parcel ?? estimateParcel(await itemsOf(tx, fulfillmentId));
  await moveFulfillment(tx, fulfillmentId, 'packed', packed);
  await sendLater(tx, orderId, { signal: 'parcelPacked', payload: { fulfillmentId } });
  await appendTimeline(tx, orderId, [
    { type: 'task.done', merchantId, data: { taskId, kind, fulfillmentId } },
    { type: 'fulfillment.packed', merchantId, data: { fulfillmentId, weightG: packed.weightG } },
  ]);
  return { orderId };
}

/** Reads what lies in a fulfillment's parcel, with weights and sizes. */
export const itemsOf = (tx: Tx, fulfillmentId: string) => tx.selectFrom('reservation as r').innerJoin('sku as s', 's.id', 'r.skuId')
  .select(['r.quantity', 's.weightG', 's.lengthMm', 's.widthMm', 's.heightMm', 's.fragile'])
  .where('r.fulfillmentId', '=', fulfillmentId).execute();

/** Ends whatever people still had to do for an order. */
export async function cancelTasks(tx: Tx, orderId: string): Promise<void> {
  await tx.updateTable('task').set({ status: 'cancelled' })
    .where('orderId', '=', orderId).where('status', 'in', ['open', 'claimed']).execute();
}

/** Closes a fulfillment's open tasks because a person told the order itself that the parcel is packed. */
export async function closeTasksAsPacked(tx: Tx, fulfillmentId: string): Promise<void> {
  await tx.updateTable('task').set({ status: 'done', doneAt: new Date(), claimedBy: sql`coalesce("claimedBy", 'system')` })
    .where('fulfillmentId', '=', fulfillmentId).where('status', 'in', ['open', 'claimed']).execute();
}
