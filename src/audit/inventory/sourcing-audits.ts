import { sql } from 'kysely';
import type { Tx } from '../../books/transactions';
import { queryAudit, type Audit, type Finding } from '../audit';

/** Audits the sourcing of orders: the chosen shelves, the shelf life of their lots, and the safety stock. */
export const sourcingAudits = (tx: Tx): Audit[] => [
  queryAudit(
    tx,
    'The units reserved for each order equal those that its sourcing decided',
    sql<Finding>`
    with decided as (
      select e."orderId", p->>'skuId' || ' at ' || (p->>'warehouseId') as shelf, sum((p->>'quantity')::int) as units
      from timeline_event e, jsonb_array_elements(e.data->'parts') p
      where e.type = 'stock.reserved'
      group by 1, 2
    ), held as (
      select "orderId", "skuId" || ' at ' || "warehouseId" as shelf, sum(quantity) as units
      from reservation
      group by 1, 2
    )
    select coalesce(d."orderId", h."orderId") as subject,
      coalesce(d.units, 0) || ' of ' || coalesce(d.shelf, h.shelf) as expected,
      coalesce(h.units, 0) || ' reserved' as actual
    from decided d
    full join held h on h."orderId" = d."orderId" and h.shelf = d.shelf
    where d.units is distinct from h.units`,
  ),

  queryAudit(
    tx,
    'No sourcing promised any of the safety stock',
    sql<Finding>`
    select e."orderId" as subject,
      'nothing below safety stock' as expected,
      'the leanest shelf is left with ' || (s->'figures'->>'left') as actual
    from timeline_event e, jsonb_array_elements(e.data->'sourcing') s
    where e.type = 'stock.reserved' and (s->'figures'->>'left')::int < 0`,
  ),

  queryAudit(
    tx,
    'Every lot bound to an order keeps long enough',
    sql<Finding>`
    select r.id || ' of ' || r."orderId" as subject,
      'units that keep until ' || r."keepsUntil" as expected,
      l.id || ' expires on ' || l."expiresOn" as actual
    from reservation r
    join allocation a on a."reservationId" = r.id
    join lot l on l.id = a."lotId"
    where r.status in ('allocated', 'shipped', 'restocked') and l."expiresOn" < r."keepsUntil"`,
  ),

  queryAudit(
    tx,
    'Stock reserved for orders without lots exists and keeps long enough',
    sql<Finding>`
    with held as (
      select "skuId", "warehouseId", coalesce("keepsUntil", '-infinity'::date) as day, sum(quantity) as units
      from reservation
      where status = 'held'
      group by 1, 2, 3
    ), promised as (
      select "skuId", "warehouseId", day,
        sum(units) over (partition by "skuId", "warehouseId" order by day desc) as units
      from held
    )
    select p."skuId" || ' at ' || p."warehouseId" as subject,
      p.units || ' units that keep until ' || p.day as expected,
      coalesce(sum(l."onHand" - l.allocated), 0)::text as actual
    from promised p
    left join lot l
      on l."skuId" = p."skuId" and l."warehouseId" = p."warehouseId"
      and coalesce(l."expiresOn", 'infinity'::date) >= p.day
    group by p."skuId", p."warehouseId", p.day, p.units
    having p.units > coalesce(sum(l."onHand" - l.allocated), 0)`,
  ),
];
