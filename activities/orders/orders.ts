import type { ByActor } from '../../src/contracts/interventions/interventions';
import { forgetFailingStep, recordFailingStep, type FailingStep } from '../../src/books/interventions/failing-steps';
import { setOwnAttention } from '../../src/books/orders/order-attention';
import { readOrderFacts } from '../../src/books/orders/order-facts';
import { appendEvents } from '../../src/books/timeline';
import { beginCancellation } from '../../src/books/orders/cancellation';
import { cancelFulfillments } from '../../src/books/orders/fulfillments';
import { lockOrder, moveOrder } from '../../src/books/orders/orders';
import { abandonUnpaid } from '../../src/books/payments/payments';
import { freeUses } from '../../src/books/pricing/promotion-uses';
import { isServed } from '../../src/books/catalogue/serviceability';
import { isReserved } from '../../src/books/inventory/reservations';
import { freeReservations } from '../../src/books/inventory/free-reservations';
import {
  readAbandonedBookings,
  readOpenEffects,
  type AbandonedBooking,
  type OpenEffects,
} from '../../src/books/orders/open-effects';
import { actingFor, SYSTEM } from '../../src/contracts/caller';
import type { CancellationReason, CancelOrder } from '../../src/contracts/orders/place-order';
import type { OrderFacts } from '../../src/contracts/orders/order-facts';
import { NOT_CANCELLABLE_STATUSES, type AttentionReason, type OrderStatus } from '../../src/contracts/statuses';
import type { CancellationVerdict, Verdict } from '../../src/contracts/orders/verdict';
import { dayOf } from '../../src/domain/dates';
import type { ActivityDeps, OrderRef } from '../deps';
import { invariantViolated } from '../failures';

/** Creates the Activities that record the progress of an order. */
export const createOrderActivities = ({ transactions, timeZone }: ActivityDeps) => ({
  /**
   * Validates the order's destination and address. Rejects it when no carrier serves the destination, and holds it when
   * the address has findings. `cancelling`: it was cancelled before its workflow began. Undefined: it may continue.
   */
  validateOrder: ({
    orderId,
  }: OrderRef): Promise<
    Extract<Verdict, { outcome: 'rejected' | 'address_held' }> | { readonly outcome: 'cancelling' } | undefined
  > =>
    transactions.run(SYSTEM, async (tx) => {
      const order = await tx
        .selectFrom('orders')
        .select(['country', 'status', 'addressFindings'])
        .where('id', '=', orderId)
        .forUpdate()
        .executeTakeFirstOrThrow();
      if (order.status === 'cancelling' || order.status === 'cancelled') return { outcome: 'cancelling' };
      // An order that is adopted as a draft may have its stock by now, and perhaps an authorization.
      if ((await isServed(tx, orderId, order.country)) || (await isReserved(tx, orderId)))
        return order.addressFindings === null ? undefined : { outcome: 'address_held' };
      const verdict = { outcome: 'rejected', code: 'destination_not_served', shortages: [] } as const;
      if (order.status !== 'draft') return verdict;
      await freeUses(tx, orderId);
      await moveOrder(tx, orderId, { status: 'rejected', stage: 'closed', rejection: verdict });
      await appendEvents(tx, orderId, [{ type: 'order.rejected', data: { code: verdict.code } }]);
      return verdict;
    }),

  /**
   * Writes or clears the reason why an order needs a person, by its own account. Also writes its step that fails again
   * and again, which the watchdog reads.
   */
  markAttention: ({
    orderId,
    reason,
    failing,
  }: OrderRef & { reason: AttentionReason | null; failing: Omit<FailingStep, 'orderId'> | null }): Promise<boolean> =>
    transactions.run(SYSTEM, async (tx) => {
      if (failing) await recordFailingStep(tx, { orderId, ...failing });
      else await forgetFailingStep(tx, orderId);
      return setOwnAttention(tx, orderId, reason);
    }),

  /** Reads what the books know of an order, to rebuild its workflow. */
  readOrderFacts: ({ orderId }: OrderRef): Promise<OrderFacts> =>
    transactions.run(SYSTEM, (tx) => readOrderFacts(tx, orderId)),

  /** Decides whether an order may still be cancelled, and begins to; see the books' `beginCancellation`. */
  beginCancellation: ({ orderId, ...request }: OrderRef & ByActor<CancelOrder>): Promise<CancellationVerdict> =>
    transactions.run(actingFor(request.actor), (tx) => beginCancellation(tx, orderId, request)),

  /**
   * Cancels an order whose effects are all undone, and frees stock that its compensations did not know. When the books
   * hold other open effects, as after a run that was reset, returns them and ends nothing. Throws when some are left
   * though the run has `undone` them, and when a carrier has a parcel of the order.
   */
  finishCancellation: ({
    orderId,
    reason,
    undone = false,
  }: OrderRef & { reason: CancellationReason; undone?: boolean }): Promise<OpenEffects | undefined> =>
    transactions.run(SYSTEM, async (tx) => {
      const { status } = await lockOrder(tx, orderId);
      if (status === 'cancelled') return undefined;
      if (NOT_CANCELLABLE_STATUSES.includes(status))
        throw invariantViolated(`${orderId} is ${status}: it cannot be cancelled`);
      const openEffects = await readOpenEffects(tx, orderId);
      if (openEffects && undone)
        throw invariantViolated(`${orderId} still has open effects at a provider: ${JSON.stringify(openEffects)}`);
      if (openEffects) return openEffects;
      await freeReservations(tx, orderId, { allocated: true, today: dayOf(new Date(), timeZone) });
      const fulfillments = await cancelFulfillments(tx, orderId);
      await abandonUnpaid(tx, orderId);
      await freeUses(tx, orderId);
      await moveOrder(tx, orderId, { status: 'cancelled', stage: 'closed' });
      await appendEvents(tx, orderId, [
        ...fulfillments.map(({ id, merchantId }) => ({
          type: 'fulfillment.cancelled' as const,
          merchantId,
          data: { fulfillmentId: id },
        })),
        { type: 'order.cancelled', data: { reason } },
      ]);
      return undefined;
    }),

  /**
   * Completes an order whose fulfillments have all ended: returned when all that were not cancelled came back. When the
   * books hold abandoned bookings that the run may not know, as after a reset, returns them and ends nothing. Throws
   * when some are left though the run has `undone` them, and when the order is cancelled or being cancelled.
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
      const abandoned = await readAbandonedBookings(tx, orderId);
      if (abandoned.length > 0 && undone)
        throw invariantViolated(`${orderId} still has abandoned bookings: ${JSON.stringify(abandoned)}`);
      if (abandoned.length > 0) return { status, givenUp: abandoned };
      const fulfillments = await tx.selectFrom('fulfillment').select('status').where('orderId', '=', orderId).execute();
      const open = fulfillments.find(({ status: left }) => left === 'cancelling');
      if (open) throw invariantViolated(`${orderId} cannot be completed: a fulfillment of it is being cancelled`);
      const end = fulfillments.every(({ status: ended }) => ended === 'returned' || ended === 'cancelled')
        ? ('returned' as const)
        : ('completed' as const);
      await moveOrder(tx, orderId, { status: end, stage: 'closed' });
      await appendEvents(tx, orderId, [{ type: end === 'returned' ? 'order.returned' : 'order.completed' }]);
      return { status: end };
    }),
});
