import { sql, type Insertable, type RawBuilder } from 'kysely';
import type { FollowUpReason } from '../contracts/purchasing/replenishment';
import type { AttendOutcome } from '../contracts/warehouse/task';
import type { Task } from '../generated/database';
import { newId } from './new-id';
import type { Tx } from './transactions';

/** Describes a task to open. */
export type NewTask = Omit<Insertable<Task>, 'id' | 'status' | 'openedAt'>;

/** Opens a task and returns its id. */
export async function insertTask(tx: Tx, task: NewTask): Promise<string> {
  const id = newId('tsk');
  await tx
    .insertInto('task')
    .values({ id, status: 'open', openedAt: new Date(), ...task })
    .execute();
  return id;
}

/**
 * Builds the statement that opens follow-ups from a source of `(id, subject, merchant)`. A subject that has an open one
 * for the same reason gets no second.
 */
export const insertFollowUps = (source: RawBuilder<unknown>, reason: FollowUpReason): RawBuilder<unknown> => sql`
    insert into task (id, kind, status, subject, reason, "merchantId", urgency, gift, "openedAt")
    select u.id, 'chase_supplier', 'open', u.subject, ${reason}, u.merchant, 'standard', false, now()
    from ${source} as u (id, subject, merchant)
    order by u.subject on conflict do nothing`;

/** Marks a task as claimed by a person. */
export async function markTaskClaimed(tx: Tx, taskId: string, actor: string): Promise<void> {
  await tx.updateTable('task').set({ status: 'claimed', claimedBy: actor }).where('id', '=', taskId).execute();
}

/** Marks a task as done by a person, with its outcome where its kind has one. */
export async function markTaskDone(
  tx: Tx,
  taskId: string,
  actor: string,
  outcome: AttendOutcome | null,
): Promise<void> {
  await tx
    .updateTable('task')
    .set({ status: 'done', claimedBy: actor, doneAt: new Date(), outcome })
    .where('id', '=', taskId)
    .execute();
}

/** Cancels the open tasks on an order's parcels. Tasks about the order itself stay. */
export async function cancelTasks(tx: Tx, orderId: string): Promise<void> {
  await tx
    .updateTable('task')
    .set({ status: 'cancelled', doneAt: new Date() })
    .where('orderId', '=', orderId)
    .where('fulfillmentId', 'is not', null)
    .where('status', 'in', ['open', 'claimed'])
    .execute();
}

/** Closes a fulfillment's open tasks because a person reported the parcel as packed to the order itself. */
export async function completeTasksAsPacked(tx: Tx, fulfillmentId: string): Promise<void> {
  await tx
    .updateTable('task')
    .set({ status: 'done', doneAt: new Date(), claimedBy: sql`coalesce("claimedBy", 'system')` })
    .where('fulfillmentId', '=', fulfillmentId)
    .where('status', 'in', ['open', 'claimed'])
    .execute();
}

/** Cancels the open follow-ups about a subject: those for one reason, or all of them. */
export async function cancelFollowUps(tx: Tx, subject: string, reason?: FollowUpReason): Promise<void> {
  const about = tx
    .updateTable('task')
    .set({ status: 'cancelled', doneAt: new Date() })
    .where('kind', '=', 'chase_supplier')
    .where('subject', '=', subject)
    .where('status', 'in', ['open', 'claimed']);
  await (reason === undefined ? about : about.where('reason', '=', reason)).execute();
}
