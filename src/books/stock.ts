import { sql } from 'kysely';
import { chooseCarrier } from '../domain/carrier-choice';
import { takeFirstExpired } from '../domain/lots';
import { sourceOrder, type Sourcing } from '../domain/sourcing';
import type { Demand } from '../domain/sourcing-terms';
import { valueParts, type LineWorth } from '../domain/split';
import { zoneBetween } from '../domain/zone';
import { readShelves, type Delivery } from './availability';
import { newId } from './new-id';
import { countReceipts, endComplete, replenishLow } from './replenishments';
import type { Tx } from './transactions';

interface Quantity { readonly skuId: string; readonly warehouseId: string; readonly quantity: number }

/** What is to be held for an order, where it goes, and until when. */
export interface Wish {
  readonly orderId: string;
  readonly demands: readonly Demand[];
  readonly worths: readonly LineWorth[];
  readonly delivery: Delivery & { readonly postcode: string | null };
  readonly expiresAt: Date;
}

/**
 * Sources an order and holds its stock until it expires, or answers what is short and changes nothing. The stock rows of
 * its SKUs are locked in the order of their keys first, so buyers queue instead of deadlocking and the sourcing sees the truth.
 */
export async function reserve(tx: Tx, { orderId, demands, worths, delivery, expiresAt }: Wish): Promise<Sourcing> {
  const { shelves, offers } = await readShelves(tx, demands.map((demand) => demand.skuId), delivery, true);
  const today = new Date().toISOString().slice(0, 10);
  const sourcing = sourceOrder(demands, shelves, {
    weights: new Map(shelves.map((shelf) => [shelf.skuId, shelf.weightG])),
    zones: new Map(shelves.map((shelf) => [shelf.warehouseId, zoneBetween(shelf, delivery)])),
    price: (weightG) => chooseCarrier({ ...delivery, weightG, today }, offers)?.amount ?? null,
  });
  if ('shortages' in sourcing) return sourcing;
  const keepsUntil = new Map(shelves.map((shelf) => [shelf.skuId, shelf.keepsUntil]));
  const parts = valueParts(sourcing.parts, worths);
  await changeReserved(tx, parts, 1);
  await tx.insertInto('reservation').values(parts.map((part) => ({
    id: newId('rsv'), orderId, orderLineId: part.lineId, merchantId: part.merchantId, skuId: part.skuId, warehouseId: part.warehouseId,
    quantity: part.quantity, amount: part.amount, shippingAmount: part.shippingAmount, platformAmount: part.platformAmount,
    status: 'held' as const, expiresAt, keepsUntil: keepsUntil.get(part.skuId) ?? null,
  }))).execute();
  const watched = shelves.filter(({ reorderPoint }) => reorderPoint !== null);
  if (watched.length > 0) await replenishLow(tx, watched);
  return sourcing;
}

/**
 * Gives back whatever an order still holds, allocated lots included. Answers how many reservations ended. What is live is
 * read under the lock: another try of the same step may still be at it, and must not give back twice.
 */
export async function release(tx: Tx, orderId: string): Promise<number> {
  const shelves = await tx.selectFrom('reservation').select(['skuId', 'warehouseId'])
    .where('orderId', '=', orderId).where('status', 'in', ['held', 'allocated']).execute();
  if (shelves.length === 0) return 0;
  await lockStock(tx, shelves);
  await sql`
    update lot set allocated = lot.allocated - a.quantity
    from (select a."lotId", sum(a.quantity)::int as quantity from allocation a join reservation r on r.id = a."reservationId"
          where r."orderId" = ${orderId} and r.status = 'allocated' group by 1) a
    where lot.id = a."lotId"`.execute(tx);
  const ended = await tx.updateTable('reservation').set({ status: 'released', expiresAt: null })
    .where('orderId', '=', orderId).where('status', 'in', ['held', 'allocated']).returning(['skuId', 'warehouseId', 'quantity']).execute();
  await changeReserved(tx, ended, -1);
  return ended.length;
}

/** A held reservation that is to be bound to lots. */
export interface HeldReservation extends Quantity {
  readonly id: string;
  readonly keepsUntil: Date | null;
}

/**
 * Binds reservations to lots that keep long enough, first expired first out, and to their fulfillment. Throws when those
 * lots hold less than the stock promises: then the books of that SKU are wrong, and someone must look. The caller holds the
 * shelves' locks.
 */
export async function allocateLots(tx: Tx, fulfillmentId: string, held: readonly HeldReservation[]): Promise<void> {
  const lots = await tx.selectFrom('lot')
    .select(['id as lotId', 'skuId', 'warehouseId', sql<number>`"onHand" - "allocated"`.as('free'), sql<string | null>`"expiresOn"::text`.as('expiresOn')])
    .where('skuId', 'in', held.map((row) => row.skuId)).where('warehouseId', '=', held[0]?.warehouseId ?? '')
    .execute();
  const allocations = held.flatMap((row) => {
    const takes = takeFirstExpired(row.quantity, lots.filter((lot) => lot.skuId === row.skuId), row.keepsUntil?.toISOString().slice(0, 10) ?? null);
    if (!takes) throw new Error(`The lots of ${row.skuId} at ${row.warehouseId} hold less than its stock`);
    for (const take of takes) {
      const lot = lots.find(({ lotId }) => lotId === take.lotId);
      if (lot) lot.free -= take.quantity;
    }
    return takes.map((take) => ({ reservationId: row.id, ...take }));
  });
  await tx.insertInto('allocation').values(allocations).execute();
  await changeLots(tx, allocations, { onHand: 0, allocated: 1 });
  await tx.updateTable('reservation').set({ status: 'allocated', fulfillmentId, expiresAt: null })
    .where('id', 'in', held.map((row) => row.id)).execute();
}

/** Takes a fulfillment's goods off the shelves: they left with the carrier. */
export async function shipOut(tx: Tx, fulfillmentId: string): Promise<void> {
  await moveAllocated(tx, fulfillmentId, 'allocated', 'shipped');
}

/** Puts a returned fulfillment's goods back into the lots they came from. */
export async function restock(tx: Tx, fulfillmentId: string): Promise<void> {
  await moveAllocated(tx, fulfillmentId, 'shipped', 'restocked');
}

async function moveAllocated(tx: Tx, fulfillmentId: string, from: 'allocated' | 'shipped', to: 'shipped' | 'restocked'): Promise<void> {
  const rows = await tx.selectFrom('reservation as r').innerJoin('allocation as a', 'a.reservationId', 'r.id')
    .select(['r.id', 'r.skuId', 'r.warehouseId', 'a.lotId', 'a.quantity'])
    .where('r.fulfillmentId', '=', fulfillmentId).where('r.status', '=', from).execute();
  if (rows.length === 0) return;
  const sign = to === 'shipped' ? -1 : 1;
  await lockStock(tx, rows);
  await changeStock(tx, rows, to === 'shipped' ? { onHand: -1, reserved: -1 } : { onHand: 1, reserved: 0 });
  await changeLots(tx, rows, to === 'shipped' ? { onHand: -1, allocated: -1 } : { onHand: 1, allocated: 0 });
  await tx.updateTable('reservation').set({ status: to }).where('fulfillmentId', '=', fulfillmentId).where('status', '=', from).execute();
  await tx.insertInto('stock_movement').values(rows.map((row) => ({
    skuId: row.skuId, warehouseId: row.warehouseId, lotId: row.lotId, quantity: sign * row.quantity, reason: to, reference: fulfillmentId,
  }))).execute();
}

/** Locks shelves in the order of their keys, the one order in which everybody does: all that a transaction will change, at once. */
export async function lockStock(tx: Tx, rows: readonly { skuId: string; warehouseId: string }[]): Promise<void> {
  await sql`
    select 1 from stock where ("skuId", "warehouseId") in
      (select * from unnest(${rows.map((row) => row.skuId)}::text[], ${rows.map((row) => row.warehouseId)}::text[]))
    order by "skuId", "warehouseId" for update`.execute(tx);
}

const changeReserved = (tx: Tx, rows: readonly Quantity[], sign: 1 | -1): Promise<void> =>
  changeStock(tx, rows, { onHand: 0, reserved: sign });

async function changeStock(tx: Tx, rows: readonly Quantity[], sign: { onHand: -1 | 0 | 1; reserved: -1 | 0 | 1 }): Promise<void> {
  await sql`
    update stock set "onHand" = stock."onHand" + ${sign.onHand}::int * d.quantity, reserved = stock.reserved + ${sign.reserved}::int * d.quantity
    from (select sku, warehouse, sum(quantity)::int as quantity from unnest(
      ${rows.map((row) => row.skuId)}::text[], ${rows.map((row) => row.warehouseId)}::text[], ${rows.map((row) => row.quantity)}::int[]
    ) as u (sku, warehouse, quantity) group by 1, 2) d
    where stock."skuId" = d.sku and stock."warehouseId" = d.warehouse`.execute(tx);
}

async function changeLots(
  tx: Tx, rows: readonly { lotId: string; quantity: number }[], sign: { onHand: -1 | 0 | 1; allocated: -1 | 0 | 1 },
): Promise<void> {
  await sql`
    update lot set "onHand" = lot."onHand" + ${sign.onHand}::int * d.quantity, allocated = lot.allocated + ${sign.allocated}::int * d.quantity
    from (select id, sum(quantity)::int as quantity from unnest(
      ${rows.map((row) => row.lotId)}::text[], ${rows.map((row) => row.quantity)}::int[]) as u (id, quantity) group by 1) d
    where lot.id = d.id`.execute(tx);
}

/** Goods that arrive: what, where, in which lot. */
export interface Receipt extends Quantity {
  readonly locationId: string;
  readonly lotCode: string;
  /** ISO date; null keeps for ever. */
  readonly expiresOn: string | null;
  readonly reference: string;
}

/**
 * Books goods onto the shelves: stock, lots and movements, each in one statement however many receipts there are; they
 * count towards open replenishments. Stock rows
 * are written in the order of their keys, so that it queues behind buyers instead of deadlocking with them.
 */
export async function receive(tx: Tx, receipts: readonly Receipt[]): Promise<void> {
  if (receipts.length === 0) return;
  const column = <K extends keyof Receipt>(name: K) => receipts.map((receipt) => receipt[name]);
  const received = sql`unnest(
      ${column('skuId')}::text[], ${column('warehouseId')}::text[], ${column('locationId')}::text[], ${column('lotCode')}::text[],
      ${column('expiresOn')}::date[], ${column('quantity')}::int[], ${column('reference')}::text[], ${receipts.map(() => newId('lot'))}::text[]
    ) as r (sku, warehouse, location, code, expires, quantity, reference, id)`;
  await sql`
    insert into stock ("skuId", "warehouseId", "onHand")
    select sku, warehouse, sum(quantity)::int from ${received} group by 1, 2 order by 1, 2
    on conflict ("skuId", "warehouseId") do update set "onHand" = stock."onHand" + excluded."onHand"`.execute(tx);
  const counted = await countReceipts(tx, receipts);
  await sql`
    with shelved as (
      insert into lot (id, "skuId", "warehouseId", "locationId", code, "expiresOn", "onHand")
      select min(id), sku, warehouse, location, code, min(expires), sum(quantity)::int from ${received} group by 2, 3, 4, 5
      on conflict ("skuId", "warehouseId", "locationId", code) do update set "onHand" = lot."onHand" + excluded."onHand"
      returning id, "skuId", "warehouseId", "locationId", code)
    insert into stock_movement ("skuId", "warehouseId", "lotId", quantity, reason, reference, "replenishmentId")
    select r.sku, r.warehouse, shelved.id, r.quantity, 'received', r.reference, counted.id from ${received}
    left join unnest(${counted.map((one) => one.skuId)}::text[], ${counted.map((one) => one.warehouseId)}::text[], ${counted.map((one) => one.id)}::text[])
      as counted (sku, warehouse, id) on (counted.sku, counted.warehouse) = (r.sku, r.warehouse)
    join shelved on (shelved."skuId", shelved."warehouseId", shelved."locationId", shelved.code) = (r.sku, r.warehouse, r.location, r.code)`.execute(tx);
  await endComplete(tx, counted);
}
