import type { By, HandToPerson } from '../../contracts/interventions/interventions';
import { insertTask } from '../task-rows';
import { appendEvents, hasEventOfRequest } from '../timeline';
import type { Tx } from '../transactions';

/**
 * Opens the task of a person who is to see to an order, unless one is open. `request` names who asked once: the same
 * one again changes nothing. Answers the task that is open then.
 */
export async function openAttendTask(
  tx: Tx,
  orderId: string,
  { reason, note, assignee }: By<HandToPerson>,
  request: string,
): Promise<{ taskId: string; opened: boolean }> {
  const { urgency } = await tx
    .selectFrom('orders')
    .select('urgency')
    .where('id', '=', orderId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const open = await tx
    .selectFrom('task')
    .select('id')
    .where('orderId', '=', orderId)
    .where('kind', '=', 'attend')
    .where('status', 'in', ['open', 'claimed'])
    .executeTakeFirst();
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
