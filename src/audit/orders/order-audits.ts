import { sql } from 'kysely';
import type { Tx } from '../../books/transactions';
import { queryAudit, type Audit, type Finding } from '../audit';
import { closedStatuses, releasedStatuses, reservedStatuses } from '../statuses';

/**
 * Audits the lines, reservations and fulfillments of orders: each set adds up to the total, and ends with the order.
 */
export const orderAudits = (tx: Tx): Audit[] => [
  queryAudit(
    tx,
    'The lines of each order add up to its total',
    sql<Finding>`
    select o.id as subject, o."goodsAmount" || ' goods, ' || o."shippingAmount" || ' shipping' as expected,
      coalesce(l.goods, 0) || ' goods, ' || coalesce(l.shipping, 0) || ' shipping' as actual
    from orders o
    left join (
      select "orderId", sum("unitAmount" * quantity - "discountAmount") as goods, sum("shippingAmount") as shipping
      from order_line
      group by 1
    ) l on l."orderId" = o.id
    where o."goodsAmount" is distinct from l.goods or o."shippingAmount" is distinct from l.shipping`,
  ),

  queryAudit(
    tx,
    'The reservations of each order carry its whole total',
    sql<Finding>`
    select o.id as subject,
      o."goodsAmount" + o."shippingAmount" || ' in reservations' as expected,
      coalesce(r.amount::text, 'no reservations') as actual
    from orders o
    left join (
      -- A backorder carries its share of the total until it is filled.
      select "orderId", sum(amount) as amount
      from (select "orderId", amount from reservation union all select "orderId", amount from backorder) share
      group by 1
    ) r on r."orderId" = o.id
    where case when r.amount is null then o.status in (${reservedStatuses})
      else r.amount <> o."goodsAmount" + o."shippingAmount" end`,
  ),

  queryAudit(
    tx,
    'The fulfillments of each order add up to its total',
    sql<Finding>`
    select o.id as subject,
      o."goodsAmount" + o."shippingAmount" || ' in fulfillments' as expected,
      coalesce(f.amount::text, 'no fulfillments') as actual
    from orders o
    left join (select "orderId", sum(amount) as amount from fulfillment group by 1) f on f."orderId" = o.id
    where case when f.amount is null then o.status in (${releasedStatuses})
      else f.amount <> o."goodsAmount" + o."shippingAmount" end`,
  ),

  queryAudit(
    tx,
    'The amount of each fulfillment equals the sum of its reservations',
    sql<Finding>`
    select f.id || ' of ' || f."orderId" as subject,
      f.amount || ' in reservations' as expected,
      coalesce(r.amount, 0)::text as actual
    from fulfillment f
    left join (
      select "fulfillmentId", sum(amount) as amount from reservation where "fulfillmentId" is not null group by 1
    ) r on r."fulfillmentId" = f.id
    where f.amount <> coalesce(r.amount, 0)`,
  ),

  queryAudit(
    tx,
    'Every fulfillment of a cancelled order is cancelled',
    sql<Finding>`
    select f.id || ' of ' || f."orderId" as subject,
      'cancelled: its order is ' || o.status as expected,
      f.status::text as actual
    from fulfillment f
    join orders o on o.id = f."orderId"
    where o.status = 'cancelled' and f.status <> 'cancelled'
      or o.status = 'cancelling' and f.status not in ('cancelling', 'cancelled')
      or o.status in ('completed', 'returned') and f.status = 'cancelling'`,
  ),

  queryAudit(
    tx,
    'No fulfillment of an ended or cancelled order has an open task',
    sql<Finding>`
    select t.id || ' of ' || t."orderId" as subject,
      'no open task: its order is ' || o.status as expected,
      t.kind || ' is ' || t.status as actual
    from task t
    join orders o on o.id = t."orderId"
    where t."fulfillmentId" is not null and t.status in ('open', 'claimed')
      and o.status in (${closedStatuses}, 'cancelling')`,
  ),
];
