import { sql } from 'kysely';
import type { Tx } from '../../books/transactions';
import { queryAudit, type Audit, type Finding } from '../audit';

/** Audits the discounts of promotions, who pays for them, and how often the promotions were used. */
export const promotionAudits = (tx: Tx): Audit[] => [
  queryAudit(
    tx,
    'The discounts of each line, and who pays for them, are those that its promotions gave',
    sql<Finding>`
    select l.id || ' of ' || l."orderId" as subject,
      coalesce(d.goods, 0) || ' goods, '
        || coalesce(d.shipping, 0) || ' shipping, '
        || coalesce(d.platform, 0) || ' paid by the mall' as expected,
      l."discountAmount" || ' goods, '
        || l."shippingDiscountAmount" || ' shipping, '
        || l."platformAmount" || ' paid by the mall' as actual
    from order_line l
    left join (
      select "orderLineId",
        sum(amount) filter (where target = 'goods') as goods,
        sum(amount) filter (where target = 'shipping') as shipping,
        sum("platformAmount") as platform
      from order_discount
      group by 1
    ) d on d."orderLineId" = l.id
    where (l."discountAmount", l."shippingDiscountAmount", l."platformAmount") 
      is distinct from (coalesce(d.goods, 0), coalesce(d.shipping, 0), coalesce(d.platform, 0))`,
  ),

  queryAudit(
    tx,
    "Each order's total is the one that its price explains",
    sql<Finding>`
    select o.id as subject,
      (p.breakdown->'total'->>'amount') || ' after ' || (p.breakdown->'discount'->>'amount') || ' off' as expected,
      o."goodsAmount" + o."shippingAmount" || ' after ' || o."discountAmount" || ' off' as actual
    from orders o
    join order_price p on p."orderId" = o.id
    where (p.breakdown->'total'->>'amount')::bigint <> o."goodsAmount" + o."shippingAmount"
      or (p.breakdown->'discount'->>'amount')::bigint <> o."discountAmount"
      or o."discountAmount" <> (
        select coalesce(sum((rule->'amount'->>'amount')::bigint), 0)
        from jsonb_array_elements(p.breakdown->'rules') rule
      )`,
  ),

  queryAudit(
    tx,
    "The tax of each line is the one that its order's price explains last",
    sql<Finding>`
    select l.id || ' of ' || l."orderId" as subject,
      coalesce((p.line->'tax'->'amount'->>'amount') || ' at ' || (p.line->'tax'->>'rate'), 'none') as expected,
      coalesce(l."taxAmount" || ' at ' || l."taxRate", 'none') as actual
    from order_line l
    join lateral (
      select breakdown->'lines'->(l.number - 1) as line
      from order_price
      where "orderId" = l."orderId"
      order by number desc
      limit 1
    ) p on true
    where ((p.line->'tax'->'amount'->>'amount')::bigint, (p.line->'tax'->>'rate')::int) 
      is distinct from (l."taxAmount", l."taxRate")`,
  ),

  queryAudit(
    tx,
    "The mall's share of each order's discounts is in its reservations and fulfillments",
    sql<Finding>`
    select o.id as subject, coalesce(l.platform, 0) || ' paid by the mall' as expected,
      coalesce(r.platform, 0) || ' in reservations, '
        || coalesce(f.platform, r.platform, 0) || ' in fulfillments' as actual
    from orders o
    join (select "orderId", sum("platformAmount") as platform from order_line group by 1) l on l."orderId" = o.id
    join (select "orderId", sum("platformAmount") as platform from reservation group by 1) r on r."orderId" = o.id
    left join (select "orderId", sum("platformAmount") as platform from fulfillment group by 1) f on f."orderId" = o.id
    where l.platform <> r.platform or coalesce(f.platform, r.platform) <> r.platform`,
  ),

  queryAudit(
    tx,
    'The counted uses of each promotion equal those of live orders, and are within its limit',
    sql<Finding>`
    select c."promotionId" as subject,
      coalesce(u.uses, 0) || ' uses for ' || coalesce(u.spent, 0)
        || ', by orders neither rejected nor cancelled' as expected,
      c.used || ' uses for ' || c.spent
        || case when c.used > p."totalLimit" then ' of ' || p."totalLimit" else '' end as actual
    from promotion_counter c
    join promotion p on p.id = c."promotionId"
    left join (
      select u."promotionId", count(*) as uses, sum(u.amount) as spent
      from promotion_use u
      join orders o on o.id = u."orderId"
      where u.status = 'held' and o.status not in ('rejected', 'cancelled')
      group by 1
    ) u on u."promotionId" = c."promotionId"
    where c.used <> coalesce(u.uses, 0) or c.spent <> coalesce(u.spent, 0)`,
  ),

  queryAudit(
    tx,
    'No rejected or cancelled order keeps a coupon use reserved, and every other order keeps its uses',
    sql<Finding>`
    select u."promotionId" || ' of ' || u."orderId" as subject,
      case when o.status in ('rejected', 'cancelled') then 'given back' else 'held' end
        || ': the order is ' || o.status as expected,
      u.status::text as actual
    from promotion_use u
    join orders o on o.id = u."orderId"
    where (u.status = 'held') = (o.status in ('rejected', 'cancelled'))`,
  ),

  queryAudit(
    tx,
    'The counted uses of each customer equal those of its orders',
    sql<Finding>`
    select coalesce(c."customerId", u."customerId") || ' of ' || coalesce(c."promotionId", u."promotionId") as subject,
      coalesce(u.uses, 0) || ' uses' as expected,
      coalesce(c.used, 0)::text as actual
    from promotion_customer c
    full join (
      select "promotionId", "customerId", count(*) as uses
      from promotion_use
      where status = 'held'
      group by 1, 2
    ) u on u."promotionId" = c."promotionId" and u."customerId" = c."customerId"
    where coalesce(c.used, 0) <> coalesce(u.uses, 0)`,
  ),
];
