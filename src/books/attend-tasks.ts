import type { HandToPerson } from '../contracts/interventions/interventions';
import { insertTask } from './task-rows';
import { appendEvents, hasEventOfRequest } from './timeline';
import type { Tx } from './transactions';

/**
 * Opens a task for a person to attend to an order, unless one is open, and returns the open task. `request` names the
 * intervention: the same one again changes nothing.
 */
export async function openAttendTask(
  tx: Tx,
  orderId: string,
  { reason, note, assignee }: HandToPerson,
  request: string,
): Promise<{ taskId: string; opened: boolean }> {
  const { urgency } = await tx
    .selectFrom('orders')
    .select('urgency')
    .where('id', '=', orderId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const open = await findAttendTask(tx, orderId);
  if (open) return { taskId: open.id, opened: await hasEventOfRequest(tx, orderId, request) };
  const taskId = await insertTask(tx, {
    kind: 'attend',
    orderId,
    reason,
    note: note ?? null,
    assignee: assignee ?? null,
    urgency,
    gift: false,
  });
  await appendEvents(tx, orderId, [
    {
      type: 'task.opened',
      data: { taskId, kind: 'attend', reason, ...(note ? { note } : {}), ...(assignee ? { assignee } : {}), request },
    },
  ]);
  return { taskId, opened: true };
}

/** Finds the open task of a person who attends to an order; undefined when there is none. */
export const findAttendTask = (tx: Tx, orderId: string): Promise<{ id: string } | undefined> =>
  tx
    .selectFrom('task')
    .select('id')
    .where('orderId', '=', orderId)
    .where('kind', '=', 'attend')
    .where('status', 'in', ['open', 'claimed'])
    .executeTakeFirst();
