import { sql } from 'kysely';
import type { Tx } from '../../books/transactions';
import { queryAudit, type Audit, type Finding } from '../audit';
import { closedStatuses } from '../statuses';

/** Audits the stock of the warehouses and its reservations. */
export const stockAudits = (tx: Tx): Audit[] => [
  queryAudit(
    tx,
    'The reserved units of each SKU equal the sum of its live reservations',
    sql<Finding>`
    select s."skuId" || ' at ' || s."warehouseId" as subject,
      coalesce(r.live, 0) || ' reserved' as expected,
      s.reserved::text as actual
    from stock s
    left join (
      select "skuId", "warehouseId", sum(quantity) as live
      from reservation
      where status in ('held', 'allocated')
      group by 1, 2
    ) r on r."skuId" = s."skuId" and r."warehouseId" = s."warehouseId"
    where s.reserved <> coalesce(r.live, 0)`,
  ),

  queryAudit(
    tx,
    'The allocated units of each lot equal the sum of its live allocations',
    sql<Finding>`
    select l.id || ' of ' || l."skuId" as subject,
      coalesce(a.live, 0) || ' allocated' as expected,
      l.allocated::text as actual
    from lot l
    left join (
      select a."lotId", sum(a.quantity) as live
      from allocation a
      join reservation r on r.id = a."reservationId" and r.status = 'allocated'
      group by 1
    ) a on a."lotId" = l.id
    where l.allocated <> coalesce(a.live, 0)`,
  ),

  queryAudit(
    tx,
    'Every reservation that reached a parcel is bound to lots for all its units',
    sql<Finding>`
    select r.id || ' of ' || r."orderId" as subject,
      r.quantity || ' units in lots' as expected,
      coalesce(a.bound, 0)::text as actual
    from reservation r
    left join (select "reservationId", sum(quantity) as bound from allocation group by 1) a on a."reservationId" = r.id
    where r.status in ('allocated', 'shipped', 'restocked') and r.quantity <> coalesce(a.bound, 0)`,
  ),

  queryAudit(
    tx,
    'The units on hand of each SKU equal the sum of its lots',
    sql<Finding>`
    select s."skuId" || ' at ' || s."warehouseId" as subject,
      coalesce(l.units, 0) || ' on hand' as expected,
      s."onHand"::text as actual
    from stock s
    left join (select "skuId", "warehouseId", sum("onHand") as units from lot group by 1, 2) l
      on l."skuId" = s."skuId" and l."warehouseId" = s."warehouseId"
    where s."onHand" <> coalesce(l.units, 0)`,
  ),

  queryAudit(
    tx,
    'The units on hand of each lot equal the units that came in less those that went out',
    sql<Finding>`
    select l.id || ' of ' || l."skuId" as subject,
      coalesce(m.units, 0) || ' on hand' as expected,
      l."onHand"::text as actual
    from lot l
    left join (select "lotId", sum(quantity) as units from stock_movement group by 1) m on m."lotId" = l.id
    where l."onHand" <> coalesce(m.units, 0)`,
  ),

  queryAudit(
    tx,
    'The units that left, and came back, with each parcel equal the units reserved for it',
    sql<Finding>`
    with parcel as (
      select "fulfillmentId" as id,
        sum(quantity) filter (where status in ('shipped', 'restocked')) as out,
        sum(quantity) filter (where status = 'restocked') as back
      from reservation
      where "fulfillmentId" is not null
      group by 1
    ), moved as (
      select reference as id,
        -sum(quantity) filter (where reason = 'shipped') as out,
        sum(quantity) filter (where reason = 'restocked') as back
      from stock_movement
      where reason in ('shipped', 'restocked')
      group by 1
    )
    select coalesce(p.id, m.id) as subject,
      coalesce(p.out, 0) || ' out, ' || coalesce(p.back, 0) || ' back' as expected,
      coalesce(m.out, 0) || ' out, ' || coalesce(m.back, 0) || ' back' as actual
    from parcel p
    full join moved m on m.id = p.id
    where coalesce(p.out, 0) <> coalesce(m.out, 0) or coalesce(p.back, 0) <> coalesce(m.back, 0)`,
  ),

  queryAudit(
    tx,
    'No ended order has reserved stock',
    sql<Finding>`
    select o.id as subject,
      'no live reservation of a ' || o.status || ' order' as expected,
      r.id || ' is ' || r.status as actual
    from orders o
    join reservation r on r."orderId" = o.id and r.status in ('held', 'allocated')
    where o.status in (${closedStatuses})`,
  ),
];
