import type { ByActor } from '../../contracts/interventions/interventions';
import type { CancelOrder } from '../../contracts/orders/place-order';
import type { CancellationVerdict } from '../../contracts/orders/verdict';
import { AT_WAREHOUSE_STATUSES } from '../../contracts/statuses';
import { enqueueOrderSignal } from '../outbox';
import { cancelTasks } from '../task-rows';
import { appendEvents } from '../timeline';
import type { Tx } from '../transactions';
import { beginCancellingFulfillments } from './fulfillments';
import { lockOrder, moveOrder } from './orders';

/**
 * Decides whether an order may still be cancelled: not after a fulfillment was handed over, nor after the order's end.
 * After it, nothing more is paid, released, booked or handed over, and the order's workflow is signalled to undo what
 * was done. Repeating it returns the same verdict while the order is `cancelling` or `cancelled`. When a carrier
 * already has a parcel, the order continues (`handOverPickedUp`), and a repetition is refused.
 */
export async function beginCancellation(
  tx: Tx,
  orderId: string,
  { reason, actor }: ByActor<CancelOrder>,
): Promise<CancellationVerdict> {
  const before = await lockFulfillments(tx, orderId);
  const { status, stage } = await lockOrder(tx, orderId);
  if (status === 'cancelling' || status === 'cancelled') return { outcome: 'cancelled' };
  // A release that was under way may have written them since.
  const fulfillments = before.length > 0 ? before : await lockFulfillments(tx, orderId);
  const tooLate =
    stage === 'closed' || fulfillments.some((fulfillment) => !AT_WAREHOUSE_STATUSES.includes(fulfillment.status));
  if (tooLate) return { outcome: 'refused', code: 'order_not_cancellable' };
  await cancelTasks(tx, orderId);
  await beginCancellingFulfillments(tx, orderId);
  await moveOrder(tx, orderId, { status: 'cancelling', stage });
  await appendEvents(tx, orderId, [{ type: 'order.cancellation_requested', data: { reason } }]);
  await enqueueOrderSignal(tx, orderId, { signal: 'cancellationBegun', payload: { reason, actor } });
  return { outcome: 'cancelled' };
}

const lockFulfillments = (tx: Tx, orderId: string) =>
  tx
    .selectFrom('fulfillment')
    .select(['id', 'status'])
    .where('orderId', '=', orderId)
    .orderBy('id')
    .forUpdate()
    .execute();
