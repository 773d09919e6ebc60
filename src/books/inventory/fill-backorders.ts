import { sql } from 'kysely';
import { fillWaitingBackorders, type FreeStock, type WaitingBackorder } from '../../domain/inventory/agree-backorder';
import { allocate } from '../../domain/money';
import { keepUntil, type Delivery } from './availability';
import { isWaitingForStock, lockQueues } from './backorders';
import { changeBackordered } from '../catalogue/backorder-terms';
import { readCarriers, type ProviderRate as ProviderRate } from '../catalogue/catalogue';
import { runAsSystem } from '../run-as-system';
import { enqueueOrderSignal } from '../outbox';
import { newId } from '../new-id';
import { replenishLow, type ShelfRef } from '../purchasing/replenishments';
import { changeReserved } from './stock-rows';
import { appendEvents } from '../timeline';
import type { Tx } from '../transactions';

interface Filled extends ShelfRef {
  readonly orderId: string;
  readonly quantity: number;
}

/**
 * Gives what shelves have to the orders that wait for it, in the order of promise: the day agreed on, then the time of
 * placing. Call it in the transaction that brought units to the shelves, with their locks held: so what is promised to
 * those who wait is never there for anybody else. An order that has got all hears of it after the commit.
 *
 * Nobody is missed: who joins a queue holds the locks of all shelves of the SKU, so it is either seen here, or sees
 * what is here.
 */
export async function fillBackorders(tx: Tx, shelves: readonly ShelfRef[]): Promise<void> {
  if (shelves.length === 0) return;
  const waited = await tx
    .selectFrom('sku')
    .select('id')
    .where('id', 'in', [...new Set(shelves.map(({ skuId }) => skuId))])
    .where('owed', '>', 0)
    .execute();
  if (waited.length === 0) return;
  const skuIds = waited.map(({ id }) => id).sort();
  await runAsSystem(tx, async () => {
    await lockQueues(tx, skuIds);
    const carriers = await readCarriers(tx);
    const filled: Filled[] = [];
    for (const skuId of skuIds)
      filled.push(
        ...(await fill(
          tx,
          skuId,
          shelves.filter((shelf) => shelf.skuId === skuId).map(({ warehouseId }) => warehouseId),
          carriers,
        )),
      );
    if (filled.length === 0) return;
    await replenishLow(tx, filled);
    await tell(tx, filled);
  });
}

/** Gives out one SKU. */
async function fill(
  tx: Tx,
  skuId: string,
  warehouseIds: readonly string[],
  carriers: readonly ProviderRate[],
): Promise<Filled[]> {
  const sku = await tx
    .selectFrom('sku')
    .select(['expires', 'minShelfLifeDays'])
    .where('id', '=', skuId)
    .executeTakeFirstOrThrow();
  const offers = await readOffers(tx, skuId, warehouseIds, sku.expires);
  const free = offers.reduce((sum, offer) => sum + offer.free, 0);
  if (free <= 0) return [];
  // Everybody takes a unit at least, unless what there is would not keep for them.
  const rows = await waitersOf(tx, skuId, sku.expires ? null : free);
  const today = new Date().toISOString().slice(0, 10);
  const waiters = rows.map(({ id, open, shippedFrom, country, urgency, requestedDate, agreedOn }): WaitingBackorder => {
    const delivery: Delivery = { country, urgency, requestedDate, leavesOn: agreedOn > today ? agreedOn : today };
    return { id, open, shippedFrom, keepsUntil: keepUntil(sku, delivery, carriers) };
  });
  const kept = new Map(waiters.map(({ id, keepsUntil }) => [id, keepsUntil]));
  const left = new Map(rows.map((row) => [row.id, row]));
  const gifts = fillWaitingBackorders(waiters, offers).map(({ backorderId: waiterId, warehouseId, quantity }) => {
    const row = left.get(waiterId) as (typeof rows)[number];
    const share = (whole: number): number => allocate(whole, [quantity, row.open - quantity])[0] ?? 0;
    const [shippingAmount, platformAmount] = [share(row.shippingAmount), share(row.platformAmount)];
    const amount = share(row.amount - row.shippingAmount) + shippingAmount;
    left.set(waiterId, {
      ...row,
      open: row.open - quantity,
      amount: row.amount - amount,
      shippingAmount: row.shippingAmount - shippingAmount,
      platformAmount: row.platformAmount - platformAmount,
    });
    return { row, skuId, warehouseId, quantity, amount, shippingAmount, platformAmount };
  });
  if (gifts.length === 0) return [];
  await tx
    .insertInto('reservation')
    .values(
      gifts.map(({ row, warehouseId, quantity, amount, shippingAmount, platformAmount }) => ({
        id: newId('rsv'),
        orderId: row.orderId,
        orderLineId: row.orderLineId,
        merchantId: row.merchantId,
        skuId,
        warehouseId,
        quantity,
        amount,
        shippingAmount,
        platformAmount,
        status: 'held' as const,
        expiresAt: row.payUntil,
        keepsUntil: kept.get(row.id) ?? null,
      })),
    )
    .execute();
  await changeReserved(tx, gifts, 1);
  await changeBackordered(tx, gifts, -1);
  await sql`
    update backorder set filled = filled + u.units, amount = backorder.amount - u.amount,
      "shippingAmount" = backorder."shippingAmount" - u.shipping, "platformAmount" = backorder."platformAmount" - u.platform,
      status = case when filled + u.units = quantity then 'filled'::backorder_status else 'waiting' end
    from (select id, sum(units)::int as units, sum(amount)::bigint as amount, sum(shipping)::bigint as shipping, sum(platform)::bigint as platform from unnest(
      ${gifts.map(({ row }) => row.id)}::text[], ${gifts.map((gift) => gift.quantity)}::int[],
      ${gifts.map((gift) => gift.amount)}::bigint[], ${gifts.map((gift) => gift.shippingAmount)}::bigint[], ${gifts.map((gift) => gift.platformAmount)}::bigint[])
      as g (id, units, amount, shipping, platform) group by 1) u
    where backorder.id = u.id`.execute(tx);
  return gifts.map(({ row, warehouseId, quantity }) => ({ orderId: row.orderId, skuId, warehouseId, quantity }));
}

async function readOffers(
  tx: Tx,
  skuId: string,
  warehouseIds: readonly string[],
  expires: boolean,
): Promise<FreeStock[]> {
  const shelves = await tx
    .selectFrom('stock')
    .select(['warehouseId', 'onHand', 'reserved', 'safetyStock'])
    .where('skuId', '=', skuId)
    .where('warehouseId', 'in', [...new Set(warehouseIds)])
    .orderBy('warehouseId')
    .execute();
  const lots = expires
    ? await tx
        .selectFrom('lot')
        .select([
          'warehouseId',
          sql<number>`"onHand" - allocated`.as('units'),
          sql<string>`"expiresOn"::text`.as('expiresOn'),
        ])
        .where('skuId', '=', skuId)
        .where('expiresOn', 'is not', null)
        .execute()
    : [];
  return shelves.map(({ warehouseId, onHand, reserved, safetyStock }) => ({
    warehouseId,
    free: Math.max(0, onHand - reserved - safetyStock),
    expiring: lots.filter((lot) => lot.warehouseId === warehouseId),
  }));
}

/** Reads who waits for a SKU, in the order of promise; not whose order is being cancelled. */
async function waitersOf(tx: Tx, skuId: string, limit: number | null) {
  const query = tx
    .selectFrom('backorder as b')
    .innerJoin('orders as o', 'o.id', 'b.orderId')
    .select([
      'b.id',
      'b.orderId',
      'b.orderLineId',
      'b.merchantId',
      'b.amount',
      'b.shippingAmount',
      'b.platformAmount',
      'o.country',
      'o.urgency',
      'o.payUntil',
    ])
    .select([
      sql<number>`b.quantity - b.filled`.as('open'),
      sql<string>`o."agreedOn"::text`.as('agreedOn'),
      sql<string | null>`o."requestedDate"::text`.as('requestedDate'),
      sql<
        string[]
      >`array(select distinct r."warehouseId" from reservation r where r."orderId" = b."orderId" and r.status = 'held')`.as(
        'shippedFrom',
      ),
    ])
    .where('b.skuId', '=', skuId)
    .where('b.status', '=', 'waiting')
    .where('o.status', '<>', 'cancelling')
    .orderBy('o.agreedOn')
    .orderBy('o.placedAt')
    .orderBy('o.id')
    .orderBy('b.id');
  return (limit === null ? query : query.limit(limit)).execute();
}

/** Tells each order what it got, and wakes those that have all now. */
async function tell(tx: Tx, filled: readonly Filled[]): Promise<void> {
  const orderIds = [...new Set(filled.map(({ orderId }) => orderId))].sort();
  for (const orderId of orderIds) {
    const parts = filled
      .filter((part) => part.orderId === orderId)
      .map(({ skuId, warehouseId, quantity }) => ({ skuId, warehouseId, quantity }));
    await appendEvents(tx, orderId, [{ type: 'stock.reserved', data: { parts, reoffered: true } }]);
  }
  // After the heads are locked: of two transactions that bring the last two lines of an order, the second sees what the
  // first did.
  for (const orderId of orderIds)
    if (!(await isWaitingForStock(tx, orderId)))
      await enqueueOrderSignal(tx, orderId, { signal: 'backorderFilled', payload: {} });
}
