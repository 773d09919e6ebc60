import { sql } from 'kysely';
import { newId } from '../new-id';
import { countReceipts, endCompleteReplenishments, type ShelfRef } from '../purchasing/replenishments';
import type { Tx } from '../transactions';
import { fillBackorders } from './fill-backorders';
import { lockToOpen, type Quantity } from './stock-rows';

/** Describes goods that arrive at a location, in one lot. */
export interface Receipt extends Quantity {
  readonly locationId: string;
  readonly lotCode: string;
  /** ISO date; null for goods that do not expire. */
  readonly expiresOn: string | null;
  readonly reference: string;
}

/**
 * Adds received goods to the stock, counts them towards open replenishments, and fills backorders. Stock, lots and
 * movements take one statement each, however many receipts there are. Stock rows are written in the order of their
 * keys, so that receipts queue behind buyers instead of deadlocking with them. `today` is the mall's day (ISO date).
 */
export async function receiveStock(tx: Tx, receipts: readonly Receipt[], today: string): Promise<void> {
  if (receipts.length === 0) return;
  const column = <K extends keyof Receipt>(name: K) => receipts.map((receipt) => receipt[name]);
  const received = sql`unnest(
      ${column('skuId')}::text[], ${column('warehouseId')}::text[], ${column('locationId')}::text[],
      ${column('lotCode')}::text[], ${column('expiresOn')}::date[], ${column('quantity')}::int[],
      ${column('reference')}::text[], ${receipts.map(() => newId('lot'))}::text[]
    ) as r (sku, warehouse, location, code, expires, quantity, reference, id)`;
  await lockToOpen(tx, receipts);
  const { rows: shelves } = await sql<ShelfRef>`
    insert into stock ("skuId", "warehouseId", "onHand")
    select sku, warehouse, sum(quantity)::int from ${received} group by 1, 2 order by 1, 2
    on conflict ("skuId", "warehouseId") do update set "onHand" = stock."onHand" + excluded."onHand"
    returning "skuId", "warehouseId"`.execute(tx);
  const counted = await countReceipts(tx, receipts);
  await sql`
    with shelved as (
      insert into lot (id, "skuId", "warehouseId", "locationId", code, "expiresOn", "onHand")
      select min(id), sku, warehouse, location, code, min(expires), sum(quantity)::int
      from ${received} group by 2, 3, 4, 5
      on conflict ("skuId", "warehouseId", "locationId", code)
        do update set "onHand" = lot."onHand" + excluded."onHand"
      returning id, "skuId", "warehouseId", "locationId", code)
    insert into stock_movement ("skuId", "warehouseId", "lotId", quantity, reason, reference, "replenishmentId")
    select r.sku, r.warehouse, shelved.id, r.quantity, 'received', r.reference, counted.id
    from ${received}
    left join unnest(
      ${counted.map(({ skuId }) => skuId)}::text[],
      ${counted.map(({ warehouseId }) => warehouseId)}::text[],
      ${counted.map(({ id }) => id)}::text[]
    ) as counted (sku, warehouse, id) on (counted.sku, counted.warehouse) = (r.sku, r.warehouse)
    join shelved on (shelved."skuId", shelved."warehouseId", shelved."locationId", shelved.code)
      = (r.sku, r.warehouse, r.location, r.code)`.execute(tx);
  await fillBackorders(tx, shelves, today);
  await endCompleteReplenishments(tx, counted);
}
