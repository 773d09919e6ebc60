import { sql } from 'kysely';
import type { Transactions } from '../books/transactions';
import { SYSTEM } from '../contracts/caller';
import { CLOSED_ORDER_STATUSES, OrderStatus } from '../contracts/statuses';

const closed: readonly string[] = CLOSED_ORDER_STATUSES;
/** Lists the open statuses one by one, so that the index by status can be used. */
export const OPEN_ORDER_STATUSES = Object.values(OrderStatus).filter((status) => !closed.includes(status));

/** Describes one current figure of the mall. `label` and `other` are statuses, kinds and reasons, never ids. */
export interface Figure {
  readonly figure: 'order_status' | 'order_stage' | 'attention' | 'task' | 'webhook' | 'signal' | 'payment';
  readonly label: string;
  readonly other: string;
  readonly count: number;
  /** The age of the oldest one in seconds; 0 for figures without an age. */
  readonly ageSeconds: number;
}

/** Reads every figure in one statement over open rows only, so that ended orders cost nothing. */
export function readFigures(transactions: Transactions): Promise<readonly Figure[]> {
  return transactions.snapshot(SYSTEM, async (tx) => {
    await sql`set local statement_timeout = '3s'`.execute(tx);
    // An open order is found by its missing end, not by its status: see the migration `flat_lists`.
    const open = sql`
      select id, status, stage from orders
      where "closedAt" is null and status in (${sql.join(OPEN_ORDER_STATUSES)})`;
    const { rows } = await sql<Figure>`
      with open as materialized (${open})
      select 'order_status' as figure, status::text as label, '' as other, count(*)::int as count,
        0::float8 as "ageSeconds"
        from open group by status
      union all
      select 'order_stage', stage::text, '', count(*)::int, 0 from open group by stage
      union all
      select 'attention', attention, '', count(*)::int, 0 from orders where attention is not null group by attention
      union all
      select 'task', kind::text, status::text, count(*)::int, extract(epoch from now() - min("openedAt"))::float8
        from task where "doneAt" is null and status in ('open', 'claimed') group by kind, status
      union all
      select 'webhook', '', '', count(*)::int, coalesce(extract(epoch from now() - min("receivedAt")), 0)::float8
        from webhook_event where "parkedFor" is not null
      union all
      select 'signal', '', '', count(*)::int, coalesce(extract(epoch from now() - min("createdAt")), 0)::float8
        from workflow_message
      union all
      select 'payment', last.status::text, '', count(*)::int, 0 from open o
        join lateral (
          select p.status from payment p where p."orderId" = o.id order by p.number desc limit 1
        ) last on true
        where o.status = 'awaiting_payment' group by last.status`.execute(tx);
    return rows;
  });
}
