import { isWaitingForStock } from '../../src/books/inventory/backorders';
import { setReservationExpiry } from '../../src/books/inventory/reservations';
import { lockOrder, moveOrder } from '../../src/books/orders/orders';
import { abandonUnpaid } from '../../src/books/payments/payments';
import { appendEvents } from '../../src/books/timeline';
import { SYSTEM } from '../../src/contracts/caller';
import { endOfDay } from '../../src/domain/dates';
import type { ActivityDeps, OrderRef } from '../deps';

/** Creates the Activities that read and end the backorders of an order. */
export const createBackorderActivities = ({
  transactions,
  timeZone,
}: Pick<ActivityDeps, 'transactions' | 'timeZone'>) => ({
  /**
   * Makes a paid order wait for its backorders. Returns when they are overdue, at the end of the agreed day in the
   * mall; null when none is waiting. Repeating it changes nothing.
   */
  awaitStock: ({ orderId }: OrderRef): Promise<{ overdueAt: string | null }> =>
    transactions.run(SYSTEM, async (tx) => {
      const { status } = await lockOrder(tx, orderId);
      const { agreedOn } = await tx
        .selectFrom('orders')
        .select('agreedOn')
        .where('id', '=', orderId)
        .executeTakeFirstOrThrow();
      if (agreedOn === null || !(await isWaitingForStock(tx, orderId))) return { overdueAt: null };
      if (status === 'draft' || status === 'awaiting_payment') {
        await abandonUnpaid(tx, orderId);
        // The order is paid for: its reservations stay until it ships.
        await setReservationExpiry(tx, orderId, null);
        await moveOrder(tx, orderId, { status: 'awaiting_stock', stage: 'receive', payUntil: null });
        await appendEvents(tx, orderId, [
          { type: 'order.backordered', data: { agreedOn: agreedOn.toISOString().slice(0, 10) } },
        ]);
      }
      return { overdueAt: endOfDay(agreedOn.toISOString().slice(0, 10), timeZone).toISOString() };
    }),
});
