import { sql } from 'kysely';
import type { Shortage } from '../../contracts/orders/verdict';
import { agreeBackorder, type BackorderAgreement } from '../../domain/inventory/agree-backorder';
import { takeFirstExpired } from '../../domain/inventory/take-lots';
import { findShortages } from '../../domain/inventory/source-order';
import type { Demand, SourcedUnits, SourcingDecision } from '../../domain/inventory/sourcing-terms';
import { valueUnits, type LineValue } from '../../domain/orders/split-into-fulfillments';
import { readShelves, type Shelves } from './availability';
import { cancelBackorders, lockQueues, readTerms, writeBackorders, type UnitValue } from './backorders';
import {
  insertReservations,
  sourceFromShelves,
  overweightSkus,
  type Destination,
  type NotReserved,
} from './source-and-hold';
import { newId } from '../new-id';
import { fillBackorders } from './fill-backorders';
import { countReceipts, endComplete, replenishLow, type ShelfRef } from '../purchasing/replenishments';
import {
  changeLots,
  changeReserved,
  changeStock,
  lockShelvesOf,
  lockStock,
  lockToOpen,
  type Quantity,
} from './stock-rows';
import type { Tx } from '../transactions';

/** What is to be held for an order, where it goes, and until when. */
export interface ReservationRequest {
  readonly orderId: string;
  readonly demands: readonly Demand[];
  readonly values: readonly LineValue[];
  readonly delivery: Destination;
  /** The order may leave as late as then, so what is held for it keeps as though it did. */
  readonly expiresAt: Date;
}

/** What was held for an order and why so, and what it is owed: nothing, when all of it was there. */
export interface Reserved extends Pick<BackorderAgreement<Demand>, 'backordered' | 'agreedOn'> {
  readonly parts: readonly SourcedUnits[];
  readonly decisions: readonly SourcingDecision[];
}

/**
 * Reserves the stock of an order until it expires, or answers why not and changes nothing. The caller writes `agreedOn`
 * into the order. What is not there of
 * SKUs that are sold so is owed; what is there is held all the same. The stock rows of its SKUs are locked in the order
 * of their keys first, so buyers queue instead of deadlocking and the sourcing sees the truth.
 */
export async function reserve(tx: Tx, wish: ReservationRequest): Promise<Reserved | NotReserved> {
  const { orderId, values: worths, delivery, expiresAt } = wish;
  const found = await readAgreed(tx, wish);
  if ('shortages' in found) return found;
  const { shelves, available: there, backordered: owed, agreedOn } = found;
  // Where it will lie is not known, so it may come to one parcel with all the rest.
  const uncarried = owed.length > 0 ? overweightSkus(wish.demands, found, delivery.country) : [];
  if (uncarried.length > 0) return { uncarried };
  const sourcing = sourceFromShelves(found, there, delivery);
  if (!('parts' in sourcing)) return sourcing;
  const valued = valueUnits(
    [...sourcing.parts, ...owed.map(({ demand, quantity }) => ({ ...demand, quantity, warehouseId: OWED }))],
    worths,
  );
  const parts = valued.filter(({ warehouseId }) => warehouseId !== OWED);
  await insertReservations(tx, orderId, parts, found, expiresAt);
  const watched = shelves.filter(({ reorderPoint }) => reorderPoint !== null);
  if (watched.length > 0) await replenishLow(tx, watched);
  if (agreedOn !== null) {
    const worthOf = (lineId: string) =>
      valued.find((part) => part.lineId === lineId && part.warehouseId === OWED) ?? NOTHING;
    await writeBackorders(
      tx,
      orderId,
      owed.map((part) => ({ ...part, ...amountsOf(worthOf(part.demand.lineId)) })),
    );
  }
  return { ...sourcing, backordered: owed, agreedOn };
}

/** Where units lie that are owed: nowhere yet. */
const OWED = '';
const NOTHING: UnitValue = { amount: 0, shippingAmount: 0, platformAmount: 0 };
const amountsOf = ({ amount, shippingAmount, platformAmount }: UnitValue): UnitValue => ({
  amount,
  shippingAmount,
  platformAmount,
});

/**
 * Reads and locks what an order may take and be owed. When something is short, shelves that were opened while it queued
 * for the others are locked, too, then its queue; and they are read again, as what is held must keep until the agreed
 * day.
 */
async function readAgreed(
  tx: Tx,
  { demands, delivery: goes, expiresAt }: ReservationRequest,
): Promise<(Shelves & BackorderAgreement<Demand>) | { readonly shortages: readonly Shortage[] }> {
  const skuIds = demands.map(({ skuId }) => skuId);
  const latest = expiresAt.toISOString().slice(0, 10);
  const delivery = { ...goes, leavesOn: latest };
  const found = await readShelves(tx, skuIds, delivery, true);
  const shortages = findShortages(demands, found.shelves);
  if (shortages.length === 0) return { ...found, available: demands, backordered: [], agreedOn: null };
  const today = new Date().toISOString().slice(0, 10);
  const short = shortages.map(({ skuId }) => skuId);
  if ((await readTerms(tx, short, today)).size === 0) return { shortages };
  await lockShelvesOf(tx, skuIds);
  await lockQueues(tx, skuIds);
  const terms = await readTerms(tx, skuIds, today);
  const first = agreeBackorder(demands, found.shelves, terms, today);
  const leavesOn = 'agreedOn' in first && first.agreedOn !== null && first.agreedOn > latest ? first.agreedOn : latest;
  const again = await readShelves(tx, skuIds, { ...delivery, leavesOn }, true);
  const agreed = agreeBackorder(demands, again.shelves, terms, today);
  return 'shortages' in agreed ? agreed : { ...again, ...agreed };
}

/**
 * Gives back whatever an order still holds, allocated lots included, and ends what it waits for; those who wait get
 * what is given back. Answers how many reservations ended. What is live is read under the lock: another try of the same
 * step may still be at it, and must not give back twice.
 */
export async function freeReservations(tx: Tx, orderId: string): Promise<number> {
  // Goods that come for it may lie anywhere: all shelves of what it waits for are locked.
  const { rows: shelves } = await sql<{ skuId: string; warehouseId: string }>`
    select "skuId", "warehouseId" from reservation where "orderId" = ${orderId} and status in ('held', 'allocated')
    union select s."skuId", s."warehouseId" from stock s join backorder b on b."skuId" = s."skuId" where b."orderId" = ${orderId} and b.status = 'waiting'`.execute(
    tx,
  );
  if (shelves.length === 0) return 0;
  await lockStock(tx, shelves);
  const waited = await tx
    .selectFrom('sku')
    .select('id')
    .where('id', 'in', [...new Set(shelves.map(({ skuId }) => skuId))])
    .where('owed', '>', 0)
    .execute();
  if (waited.length > 0) {
    await lockQueues(
      tx,
      waited.map(({ id }) => id),
    );
    await cancelBackorders(tx, orderId);
  }
  await sql`
    update lot set allocated = lot.allocated - a.quantity
    from (select a."lotId", sum(a.quantity)::int as quantity from allocation a join reservation r on r.id = a."reservationId"
          where r."orderId" = ${orderId} and r.status = 'allocated' group by 1) a
    where lot.id = a."lotId"`.execute(tx);
  const ended = await tx
    .updateTable('reservation')
    .set({ status: 'released', expiresAt: null })
    .where('orderId', '=', orderId)
    .where('status', 'in', ['held', 'allocated'])
    .returning(['skuId', 'warehouseId', 'quantity'])
    .execute();
  if (ended.length === 0) return 0;
  await changeReserved(tx, ended, -1);
  await fillBackorders(tx, ended);
  return ended.length;
}

/** Sets until when an order's held reservations last; null keeps them until they ship. */
export async function setReservationExpiry(tx: Tx, orderId: string, expiresAt: Date | null): Promise<void> {
  await tx
    .updateTable('reservation')
    .set({ expiresAt })
    .where('orderId', '=', orderId)
    .where('status', '=', 'held')
    .execute();
}

/** A held reservation that is to be bound to lots. */
export interface HeldReservation extends Quantity {
  readonly id: string;
  readonly keepsUntil: Date | null;
}

/**
 * Binds reservations to lots that keep long enough, first expired first out, and to their fulfillment. Throws when
 * those lots hold less than the stock promises: then the books of that SKU are wrong, and someone must look. The caller
 * holds the shelves' locks.
 */
export async function allocateLots(tx: Tx, fulfillmentId: string, held: readonly HeldReservation[]): Promise<void> {
  const lots = await tx
    .selectFrom('lot')
    .select([
      'id as lotId',
      'skuId',
      'warehouseId',
      sql<number>`"onHand" - "allocated"`.as('free'),
      sql<string | null>`"expiresOn"::text`.as('expiresOn'),
    ])
    .where(
      'skuId',
      'in',
      held.map((row) => row.skuId),
    )
    .where('warehouseId', '=', held[0]?.warehouseId ?? '')
    .execute();
  const allocations = held.flatMap((row) => {
    const takes = takeFirstExpired(
      row.quantity,
      lots.filter((lot) => lot.skuId === row.skuId),
      row.keepsUntil?.toISOString().slice(0, 10) ?? null,
    );
    if (!takes) throw new Error(`The lots of ${row.skuId} at ${row.warehouseId} hold less than its stock`);
    for (const take of takes) {
      const lot = lots.find(({ lotId }) => lotId === take.lotId);
      if (lot) lot.free -= take.quantity;
    }
    return takes.map((take) => ({ reservationId: row.id, ...take }));
  });
  await tx.insertInto('allocation').values(allocations).execute();
  await changeLots(tx, allocations, { onHand: 0, allocated: 1 });
  await tx
    .updateTable('reservation')
    .set({ status: 'allocated', fulfillmentId, expiresAt: null })
    .where(
      'id',
      'in',
      held.map((row) => row.id),
    )
    .execute();
}

/** Takes a fulfillment's goods off the shelves: they left with the carrier. */
export async function shipOut(tx: Tx, fulfillmentId: string): Promise<void> {
  await moveAllocated(tx, fulfillmentId, 'allocated', 'shipped');
}

/** Puts a returned fulfillment's goods back into the lots they came from. */
export async function restock(tx: Tx, fulfillmentId: string): Promise<void> {
  await moveAllocated(tx, fulfillmentId, 'shipped', 'restocked');
}

async function moveAllocated(
  tx: Tx,
  fulfillmentId: string,
  from: 'allocated' | 'shipped',
  to: 'shipped' | 'restocked',
): Promise<void> {
  const rows = await tx
    .selectFrom('reservation as r')
    .innerJoin('allocation as a', 'a.reservationId', 'r.id')
    .select(['r.id', 'r.skuId', 'r.warehouseId', 'a.lotId', 'a.quantity'])
    .where('r.fulfillmentId', '=', fulfillmentId)
    .where('r.status', '=', from)
    .execute();
  if (rows.length === 0) return;
  const sign = to === 'shipped' ? -1 : 1;
  await lockStock(tx, rows);
  await changeStock(tx, rows, to === 'shipped' ? { onHand: -1, reserved: -1 } : { onHand: 1, reserved: 0 });
  await changeLots(tx, rows, to === 'shipped' ? { onHand: -1, allocated: -1 } : { onHand: 1, allocated: 0 });
  await tx
    .updateTable('reservation')
    .set({ status: to })
    .where('fulfillmentId', '=', fulfillmentId)
    .where('status', '=', from)
    .execute();
  await tx
    .insertInto('stock_movement')
    .values(
      rows.map((row) => ({
        skuId: row.skuId,
        warehouseId: row.warehouseId,
        lotId: row.lotId,
        quantity: sign * row.quantity,
        reason: to,
        reference: fulfillmentId,
      })),
    )
    .execute();
  if (to === 'restocked') await fillBackorders(tx, rows);
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
 * count towards open replenishments, and go to those who wait for them. Stock rows
 * are written in the order of their keys, so that it queues behind buyers instead of deadlocking with them.
 */
export async function receive(tx: Tx, receipts: readonly Receipt[]): Promise<void> {
  if (receipts.length === 0) return;
  const column = <K extends keyof Receipt>(name: K) => receipts.map((receipt) => receipt[name]);
  const received = sql`unnest(
      ${column('skuId')}::text[], ${column('warehouseId')}::text[], ${column('locationId')}::text[], ${column('lotCode')}::text[],
      ${column('expiresOn')}::date[], ${column('quantity')}::int[], ${column('reference')}::text[], ${receipts.map(() => newId('lot'))}::text[]
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
      select min(id), sku, warehouse, location, code, min(expires), sum(quantity)::int from ${received} group by 2, 3, 4, 5
      on conflict ("skuId", "warehouseId", "locationId", code) do update set "onHand" = lot."onHand" + excluded."onHand"
      returning id, "skuId", "warehouseId", "locationId", code)
    insert into stock_movement ("skuId", "warehouseId", "lotId", quantity, reason, reference, "replenishmentId")
    select r.sku, r.warehouse, shelved.id, r.quantity, 'received', r.reference, counted.id from ${received}
    left join unnest(${counted.map((one) => one.skuId)}::text[], ${counted.map((one) => one.warehouseId)}::text[], ${counted.map((one) => one.id)}::text[])
      as counted (sku, warehouse, id) on (counted.sku, counted.warehouse) = (r.sku, r.warehouse)
    join shelved on (shelved."skuId", shelved."warehouseId", shelved."locationId", shelved.code) = (r.sku, r.warehouse, r.location, r.code)`.execute(
    tx,
  );
  await fillBackorders(tx, shelves);
  await endComplete(tx, counted);
}
