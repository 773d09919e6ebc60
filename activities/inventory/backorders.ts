import { isWaitingForStock } from '../../src/books/inventory/backorders';
import { setReservationExpiry } from '../../src/books/inventory/reservations';
import { lockOrder, moveOrder } from '../../src/books/orders/orders';
import { abandonUnpaid } from '../../src/books/payments/payments';
import { appendEvents } from '../../src/books/timeline';
import { SYSTEM } from '../../src/contracts/caller';
import type { ActivityDeps, OrderRef } from '../deps';

export const createBackorderActivities = ({ transactions }: Pick<ActivityDeps, 'transactions'>) => ({
  /**
   * Lets a paid order wait for what it is owed. Answers when that is overdue: with the end of the agreed day (UTC);
   * null when all of it is there. Asking again changes nothing.
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
        // It is paid for: what is held stays so until it ships.
        await setReservationExpiry(tx, orderId, null);
        await moveOrder(tx, orderId, { status: 'awaiting_stock', stage: 'receive', payUntil: null });
        await appendEvents(tx, orderId, [
          { type: 'order.backordered', data: { agreedOn: agreedOn.toISOString().slice(0, 10) } },
        ]);
      }
      return { overdueAt: new Date(agreedOn.getTime() + DAY_MS).toISOString() };
    }),
});

const DAY_MS = 86_400_000;
