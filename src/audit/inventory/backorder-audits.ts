import { sql } from 'kysely';
import type { Tx } from '../../books/transactions';
import { queryAudit, type Audit, type Finding } from '../audit';
import { closedStatuses, releasedStatuses } from '../statuses';

/** Audits the backorders: how many units wait, for which orders, and in which turn they are filled. */
export const backorderAudits = (tx: Tx): Audit[] => [
  queryAudit(
    tx,
    'The backordered units of each SKU equal what open orders wait for',
    sql<Finding>`
    select k.id as subject, coalesce(b.units, 0) || ' backordered' as expected, k.owed::text as actual
    from sku k
    left join (
      select b."skuId", sum(b.quantity - b.filled) as units
      from backorder b
      join orders o on o.id = b."orderId" and o.status not in (${closedStatuses}, ${releasedStatuses})
      where b.status = 'waiting'
      group by 1
    ) b on b."skuId" = k.id
    where k.owed <> coalesce(b.units, 0)`,
  ),

  queryAudit(
    tx,
    "Each waiting order's reserved and backordered units equal its ordered units",
    sql<Finding>`
    select l.id || ' of ' || l."orderId" as subject,
      l.quantity || ' reserved or backordered' as expected,
      coalesce(r.units, 0) || ' reserved, ' || coalesce(b.units, 0) || ' backordered' as actual
    from order_line l
    join orders o on o.id = l."orderId" and o."agreedOn" is not null
      and o.status not in (${closedStatuses}, 'cancelling')
    left join (
      select "orderLineId" as id, sum(quantity) as units
      from reservation
      where status in ('held', 'allocated', 'shipped', 'restocked')
      group by 1
    ) r on r.id = l.id
    left join (
      select "orderLineId" as id, sum(quantity - filled) as units from backorder where status = 'waiting' group by 1
    ) b on b.id = l.id
    where l.quantity <> coalesce(r.units, 0) + coalesce(b.units, 0)`,
  ),

  // Goods that expire may keep long enough for one order and not for another, so the rows do not show their turn.
  queryAudit(
    tx,
    'Backorders are filled in the order of promise',
    sql<Finding>`
    with waiting as materialized (
      select b.id, b."orderId", b."skuId", b."createdAt", o."agreedOn", o."placedAt"
      from backorder b
      join orders o on o.id = b."orderId" and o.status <> 'cancelling'
      join sku k on k.id = b."skuId" and not k.expires
      where b.status = 'waiting'
    ), given as materialized (
      select e."orderId", e.at, p->>'skuId' as sku, o."agreedOn", o."placedAt"
      from timeline_event e
      cross join jsonb_array_elements(e.data->'parts') p
      join orders o on o.id = e."orderId"
      where e.type = 'stock.reserved'
        and e.at > (select min("createdAt") from waiting)
        and p->>'skuId' in (select "skuId" from waiting)
    )
    select distinct w.id || ' of ' || w."orderId" as subject,
      'the next units of ' || w."skuId" as expected,
      'they went to ' || g."orderId" as actual
    from waiting w
    join given g on g.sku = w."skuId" and g.at > w."createdAt" and g."orderId" <> w."orderId"
    where g."agreedOn" is null
      or (g."agreedOn", g."placedAt", g."orderId") > (w."agreedOn", w."placedAt", w."orderId")`,
  ),

  queryAudit(
    tx,
    'No stock is free while a backorder waits for it',
    sql<Finding>`
    select s."skuId" || ' at ' || s."warehouseId" as subject,
      'nothing unpromised: orders wait for ' || b.units as expected,
      s."onHand" - s.reserved - s."safetyStock" || ' units' as actual
    from stock s
    join sku k on k.id = s."skuId" and not k.expires
    join (
      select b."skuId", sum(b.quantity - b.filled) as units
      from backorder b
      join orders o on o.id = b."orderId" and o.status <> 'cancelling'
      where b.status = 'waiting'
      group by 1
    ) b on b."skuId" = s."skuId"
    where s."onHand" - s.reserved - s."safetyStock" > 0`,
  ),
];
