import type { Selectable } from 'kysely';
import { refuse, type FieldError, type Refusal } from '../../contracts/errors';
import { TaskKind, type Urgency } from '../../contracts/statuses';
import type { CompleteTask, PackedParcel } from '../../contracts/warehouse/task';
import { estimateParcel } from '../../domain/parcel';
import type { Task } from '../../generated/database';
import { lockFulfillment, moveFulfillment } from '../orders/fulfillments';
import { enqueueOrderSignal } from '../outbox';
import { insertTask, markTaskClaimed, markTaskDone } from '../task-rows';
import { appendEvents } from '../timeline';
import type { Tx } from '../transactions';

/** Names the kind of task that opens when one of a kind is done. */
const NEXT: Record<TaskKind, TaskKind | null> = {
  pick: TaskKind.recheck,
  recheck: TaskKind.pack,
  pack: null,
  attend: null,
  chase_supplier: null,
};

/** Describes a fulfillment whose tasks open. */
export interface NewTasks {
  readonly orderId: string;
  readonly fulfillmentId: string;
  readonly merchantId: string;
  readonly warehouseId: string;
  readonly urgency: Urgency;
  readonly gift: boolean;
}

/** Opens the first task of a fulfillment. */
export const openTasks = (tx: Tx, of: NewTasks): Promise<string> => insertTask(tx, { kind: TaskKind.pick, ...of });

const lockTask = (tx: Tx, taskId: string) =>
  tx.selectFrom('task').selectAll().where('id', '=', taskId).forUpdate().executeTakeFirst();

/** Locks the fulfillment that a task is about; undefined for a task about none. */
async function lockFulfillmentOf(tx: Tx, taskId: string) {
  const task = await tx.selectFrom('task').select('fulfillmentId').where('id', '=', taskId).executeTakeFirst();
  return task?.fulfillmentId ? lockFulfillment(tx, task.fulfillmentId) : undefined;
}

/** Claims an open task for a person. Claiming one's own again changes nothing. */
export async function claimTask(tx: Tx, taskId: string, actor: string): Promise<Refusal | undefined> {
  const task = await lockTask(tx, taskId);
  if (!task) return refuse('not_found');
  if (task.status === 'claimed') return task.claimedBy === actor ? undefined : refuse('task_claimed_by_another');
  if (task.status !== 'open') return refuse('task_not_open', { detail: `It is ${task.status}` });
  await markTaskClaimed(tx, taskId, actor);
  await appendTaskEvent(tx, task, 'task.claimed');
  return undefined;
}

/** Appends a task's event to its order's timeline; a task about no order has none. */
async function appendTaskEvent(
  tx: Tx,
  task: TaskRow,
  type: 'task.claimed' | 'task.done',
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const { id: taskId, kind, orderId, fulfillmentId, merchantId } = task;
  if (orderId === null) return;
  await appendEvents(tx, orderId, [
    {
      type,
      ...(merchantId === null ? {} : { merchantId }),
      data: { taskId, kind, ...(fulfillmentId === null ? {} : { fulfillmentId }), ...more },
    },
  ]);
}

/**
 * Completes a task. After a task on a parcel the next one of its fulfillment opens; packing signals the order that the
 * parcel is packed, attending that the order was attended to. Completing twice changes nothing. Refused for a cancelled
 * task, a fulfillment that is not in the warehouse's work, a task that another person claimed, and a missing outcome.
 */
export async function completeTask(
  tx: Tx,
  taskId: string,
  actor: string,
  { parcel, outcome }: CompleteTask,
): Promise<Refusal | undefined> {
  // A cancellation locks the fulfillment first too, so it comes before all of this, or after and finds the next task.
  const fulfillment = await lockFulfillmentOf(tx, taskId);
  const task = await lockTask(tx, taskId);
  if (!task) return refuse('not_found');
  if (task.status === 'done') return undefined;
  if (task.status === 'cancelled') return refuse('task_not_open', { detail: 'It is cancelled' });
  if (isOnParcel(task) && fulfillment?.status !== 'released')
    return refuse('task_not_open', { detail: `Its fulfillment is ${fulfillment?.status}` });
  if (task.claimedBy !== null && task.claimedBy !== actor) return refuse('task_claimed_by_another');
  const invalid = outcomeFault(task.kind, outcome);
  if (invalid) return refuse('validation_failed', { errors: [invalid] });
  await markTaskDone(tx, taskId, actor, outcome ?? null);
  if (isOnParcel(task)) await completeOnParcel(tx, task, parcel);
  else {
    if (task.orderId !== null) await enqueueOrderSignal(tx, task.orderId, { signal: 'attended', payload: { taskId } });
    await appendTaskEvent(tx, task, 'task.done', { outcome });
  }
  return undefined;
}

/** Names the fault of an outcome that a kind of task needs and lacks, or has and does not take. */
function outcomeFault(kind: TaskKind, outcome: CompleteTask['outcome']): FieldError | undefined {
  const pointer = '/outcome';
  if (kind !== 'attend' && kind !== 'chase_supplier')
    return outcome === undefined ? undefined : { pointer, detail: `A ${kind} task takes no outcome` };
  if (outcome !== undefined) return undefined;
  return {
    pointer,
    detail: `A task to ${kind === 'attend' ? 'attend' : 'follow up with a supplier'} needs an outcome`,
  };
}

type TaskRow = Selectable<Task>;
/** Describes a task on a fulfillment: the database requires these columns for picking, rechecking and packing. */
type ParcelTask = TaskRow & { orderId: string; fulfillmentId: string; merchantId: string; warehouseId: string };
const isOnParcel = (task: TaskRow): task is ParcelTask => task.fulfillmentId !== null;

async function completeOnParcel(tx: Tx, task: ParcelTask, parcel: PackedParcel | undefined): Promise<void> {
  const { id: taskId, orderId, fulfillmentId, merchantId, warehouseId, urgency, gift, kind } = task;
  const next = NEXT[kind];
  if (next) {
    await insertTask(tx, { kind: next, orderId, fulfillmentId, merchantId, warehouseId, urgency, gift });
    await appendTaskEvent(tx, task, 'task.done');
    return;
  }
  const packed = parcel ?? estimateParcel(await itemsOf(tx, fulfillmentId));
  await moveFulfillment(tx, fulfillmentId, 'packed', packed);
  await enqueueOrderSignal(tx, orderId, { signal: 'parcelPacked', payload: { fulfillmentId } });
  await appendEvents(tx, orderId, [
    { type: 'task.done', merchantId, data: { taskId, kind, fulfillmentId } },
    { type: 'fulfillment.packed', merchantId, data: { fulfillmentId, weightG: packed.weightG } },
  ]);
}

/** Reads the goods in a fulfillment's parcel, with weights and sizes. */
export const itemsOf = (tx: Tx, fulfillmentId: string) =>
  tx
    .selectFrom('reservation as r')
    .innerJoin('sku as s', 's.id', 'r.skuId')
    .select(['r.quantity', 's.weightG', 's.lengthMm', 's.widthMm', 's.heightMm', 's.fragile'])
    .where('r.fulfillmentId', '=', fulfillmentId)
    .execute();
