import { sql } from 'kysely';
import type { Tx } from '../books/transactions';
import type { OrderStatus } from '../contracts/statuses';
import { TimelineEventType } from '../contracts/timeline';
import { queryAudit, type Audit, type Finding } from './audit';

/** Names the last `order.*` event that an order in each status may have. An adoption changes no status. */
const LAST_EVENTS: Readonly<Record<OrderStatus, readonly TimelineEventType[]>> = {
  draft: ['order.received'],
  awaiting_address: ['order.received'],
  awaiting_payment: ['order.received'],
  awaiting_stock: ['order.backordered'],
  in_fulfillment: ['order.accepted', 'order.cancellation_too_late'],
  shipped: ['order.shipped'],
  cancelling: ['order.cancellation_requested'],
  completed: ['order.completed'],
  returned: ['order.returned'],
  cancelled: ['order.cancelled'],
  rejected: ['order.rejected'],
};

const lastEvents = sql.join(Object.entries(LAST_EVENTS).map(([status, types]) => sql`(${status}, ${types}::text[])`));

/** Audits the timelines: each is whole, unaltered, and agrees with the status of its order. */
export const timelineAudits = (tx: Tx): Audit[] => [
  queryAudit(
    tx,
    'No event is missing from a timeline',
    sql<Finding>`
    select coalesce(h."orderId", e."orderId") as subject, 'events 1 to ' || coalesce(h.seq, 0) as expected,
      coalesce(e.events, 0) || ' events, ' || coalesce(e.first, 0) || ' to ' || coalesce(e.last, 0) as actual
    from timeline_head h
    full join (
      select "orderId", count(*) as events, min(seq) as first, max(seq) as last from timeline_event group by 1
    ) e on e."orderId" = h."orderId"
    where (h.seq, h.seq, 1) is distinct from (e.events, e.last, e.first)`,
  ),

  queryAudit(
    tx,
    'The hash chain of every timeline is intact',
    sql<Finding>`
    with chain as (
      select *, lag(hash, 1, '') over (partition by "orderId" order by seq) as previous from timeline_event
    ), broken as (
      select "orderId", min(seq) as seq from chain
      where hash <> timeline_hash(previous, "orderId", seq, type, at, actor, "merchantId", data) group by 1
      union all
      select h."orderId", h.seq from timeline_head h
      left join (
        select distinct on ("orderId") "orderId", hash from timeline_event order by "orderId", seq desc
      ) last on last."orderId" = h."orderId"
      where h.hash is distinct from last.hash
    )
    select "orderId" as subject,
      'every link hashed over the one before it' as expected,
      'broken at event ' || min(seq) as actual
    from broken group by 1`,
  ),

  queryAudit(
    tx,
    'The last event of every timeline agrees with the status of its order',
    sql<Finding>`
    select o.id as subject,
      'last ' || array_to_string(s.types, ' or ') || ': it is ' || o.status as expected,
      coalesce(e.type, 'no event') as actual
    from orders o
    join (values ${lastEvents}) s (status, types) on s.status = o.status::text
    left join (
      select distinct on ("orderId") "orderId", type
      from timeline_event
      where type like 'order.%' and type <> ${TimelineEventType.orderAdopted}
      order by "orderId", seq desc
    ) e on e."orderId" = o.id
    where e.type is null or e.type <> all (s.types)`,
  ),
];
