import { setOwnAttention } from '../../src/books/orders/order-attention';
import { appendEvents } from '../../src/books/timeline';
import { enqueueOrderSignal } from '../../src/books/outbox';
import { cancelFulfillments } from '../../src/books/orders/fulfillments';
import { lockOrder, moveOrder } from '../../src/books/orders/orders';
import { abandonUnpaid } from '../../src/books/payments/payments';
import { freeUses } from '../../src/books/pricing/promotion-uses';
import { isServed } from '../../src/books/catalogue/serviceability';
import { freeReservations } from '../../src/books/inventory/reservations';
import {
  readAbandonedBookings,
  readOpenEffects,
  type AbandonedBooking,
  type OpenEffects,
} from '../../src/books/orders/open-effects';
import { cancelTasks } from '../../src/books/task-rows';
import { actingFor, SYSTEM } from '../../src/contracts/caller';
import type { CancellationReason, CancelOrder } from '../../src/contracts/orders/place-order';
import type { AttentionReason, OrderStatus } from '../../src/contracts/statuses';
import type { CancellationVerdict, Verdict } from '../../src/contracts/orders/verdict';
import type { ActivityDeps, OrderRef } from '../deps';
import { invariantViolated } from '../failures';

export const createOrderActivities = ({ transactions }: ActivityDeps) => ({
  /**
   * Checks that some carrier takes the order to its destination, and whether its address was found good. Undefined: the
   * order may go on.
   */
  validateOrder: ({
    orderId,
  }: OrderRef): Promise<Extract<Verdict, { outcome: 'rejected' | 'address_held' }> | undefined> =>
    transactions.run(SYSTEM, async (tx) => {
      const order = await tx
        .selectFrom('orders')
        .select(['country', 'status', 'addressFindings'])
        .where('id', '=', orderId)
        .executeTakeFirstOrThrow();
      if (await isServed(tx, orderId, order.country))
        return order.addressFindings === null ? undefined : { outcome: 'address_held' };
      const verdict = { outcome: 'rejected', code: 'destination_not_served', shortages: [] } as const;
      if (order.status !== 'draft') return verdict;
      await freeUses(tx, orderId);
      await moveOrder(tx, orderId, { status: 'rejected', stage: 'closed', rejection: verdict });
      await appendEvents(tx, orderId, [{ type: 'order.rejected', data: { code: verdict.code } }]);
      return verdict;
    }),

  /** Writes, or clears, why a person should look at the order. */
  markAttention: ({ orderId, reason }: OrderRef & { reason: AttentionReason | null }): Promise<boolean> =>
    transactions.run(SYSTEM, (tx) => setOwnAttention(tx, orderId, reason)),

  /**
   * Decides whether an order may still be cancelled: not once a part was handed over, nor after its end. From then on
   * no part of it can be handed over. Saying it twice answers the same.
   */
  beginCancellation: ({
    orderId,
    reason,
    actor,
  }: OrderRef & CancelOrder & { actor: string }): Promise<CancellationVerdict> =>
    transactions.run(actingFor(actor), async (tx) => {
      const parts = await tx
        .selectFrom('fulfillment')
        .select(['id', 'status'])
        .where('orderId', '=', orderId)
        .orderBy('id')
        .forUpdate()
        .execute();
      const { status, stage } = await lockOrder(tx, orderId);
      if (status === 'cancelling' || status === 'cancelled') return { outcome: 'cancelled' };
      const tooLate =
        stage === 'closed' ||
        parts.some((part) => !['released', 'packed', 'labelled', 'cancelled'].includes(part.status));
      if (tooLate) return { outcome: 'refused', code: 'order_not_cancellable' };
      await cancelTasks(tx, orderId);
      await cancelFulfillments(tx, orderId);
      await moveOrder(tx, orderId, { status: 'cancelling', stage });
      await appendEvents(tx, orderId, [{ type: 'order.cancellation_requested', data: { reason } }]);
      // The Update that asked may be lost with the worker or Temporal, as none of its steps are in the history yet.
      await enqueueOrderSignal(tx, orderId, { signal: 'cancellationBegun', payload: { reason, actor } });
      return { outcome: 'cancelled' };
    }),

  /**
   * Writes the end of an order whose effects are all undone. Gives back stock that its compensations did not know of,
   * and answers what else they did not: a run that was cut off may have done more than is left in its history. Then
   * nothing is ended. Throws when that was undone and something is left all the same.
   */
  finishCancellation: ({
    orderId,
    reason,
    undone = false,
  }: OrderRef & { reason: CancellationReason; undone?: boolean }): Promise<OpenEffects | undefined> =>
    transactions.run(SYSTEM, async (tx) => {
      await freeReservations(tx, orderId);
      const { status } = await lockOrder(tx, orderId);
      if (status === 'cancelled') return undefined;
      const unsettled = await readOpenEffects(tx, orderId);
      if (unsettled && undone)
        throw invariantViolated(`${orderId} still has something with a provider: ${JSON.stringify(unsettled)}`);
      if (unsettled) return unsettled;
      const parts = await cancelFulfillments(tx, orderId);
      await abandonUnpaid(tx, orderId);
      await freeUses(tx, orderId);
      await moveOrder(tx, orderId, { status: 'cancelled', stage: 'closed' });
      await appendEvents(tx, orderId, [
        ...parts.map((part) => ({
          type: 'fulfillment.cancelled' as const,
          merchantId: part.merchantId,
          data: { fulfillmentId: part.id },
        })),
        { type: 'order.cancelled', data: { reason } },
      ]);
      return undefined;
    }),

  /**
   * Writes the end of an order whose parts have all ended: returned when all of them came back, else completed. Answers
   * where it stands, and, ending nothing, what it gave up for another carrier when its run may know nothing of that: a
   * run that was cut off lost the choice. Throws when that was undone and something is left all the same, and when the
   * order is at its end otherwise, or on the way there.
   */
  completeOrder: ({
    orderId,
    undone = false,
  }: OrderRef & { undone?: boolean }): Promise<{ status: OrderStatus; givenUp?: readonly AbandonedBooking[] }> =>
    transactions.run(SYSTEM, async (tx) => {
      const { status } = await lockOrder(tx, orderId);
      if (status === 'completed' || status === 'returned') return { status };
      if (status !== 'in_fulfillment' && status !== 'shipped')
        throw invariantViolated(`${orderId} is ${status}: it cannot be completed`);
      const givenUp = await readAbandonedBookings(tx, orderId);
      if (givenUp.length > 0 && undone)
        throw invariantViolated(`${orderId} still has bookings that were given up: ${JSON.stringify(givenUp)}`);
      if (givenUp.length > 0) return { status, givenUp };
      const parts = await tx.selectFrom('fulfillment').select('status').where('orderId', '=', orderId).execute();
      const end = parts.every((part) => part.status === 'returned') ? ('returned' as const) : ('completed' as const);
      await moveOrder(tx, orderId, { status: end, stage: 'closed' });
      await appendEvents(tx, orderId, [{ type: end === 'returned' ? 'order.returned' : 'order.completed' }]);
      return { status: end };
    }),
});
