import { sql } from 'kysely';
import { readShelves } from '../../books/inventory/availability';
import { readBackorderTerms } from '../../books/inventory/backorders';
import type { ShelfRef } from '../../books/purchasing/replenishments';
import type { Tx } from '../../books/transactions';
import type { BackorderResource } from '../../contracts/inventory/backorder';
import type { Caller } from '../../contracts/caller';
import { isRefusal, refuse, type Refusal } from '../../contracts/errors';
import type { Page } from '../../contracts/page';
import type { AskAvailability, AvailabilityResource, ListStock, ShelfResource } from '../../contracts/inventory/stock';
import { estimateArrival, remainingAllowance } from '../../domain/inventory/agree-backorder';
import { addDays } from '../../domain/dates';
import { zoneBetween } from '../../domain/addresses/zone';
import { decodeCursor, encodeCursor } from '../cursor';

/** Selects the shelves that a caller manages, which are fewer than those that it may read. */
function shelvesOf(tx: Tx, { role, subject }: Caller) {
  const all = tx
    .selectFrom('stock as s')
    .innerJoin('sku as k', 'k.id', 's.skuId')
    .select([
      's.skuId',
      'k.merchantId',
      's.warehouseId',
      's.onHand',
      's.reserved',
      's.safetyStock',
      's.reorderPoint',
      's.reorderTo',
      'k.backorderLeadDays',
      'k.backorderMax',
      'k.owed',
    ]);
  if (role === 'merchant') return all.where('k.merchantId', '=', subject);
  return role === 'warehouse' ? all.where('s.warehouseId', '=', subject) : all;
}

/** Lists shelves by SKU and warehouse. */
export async function listStock(tx: Tx, caller: Caller, query: ListStock): Promise<Page<ShelfResource> | Refusal> {
  const cursor = query.cursor === undefined ? undefined : decodeCursor(query.cursor, 2);
  if (isRefusal(cursor)) return cursor;
  let wanted = shelvesOf(tx, caller);
  if (query.skuId) wanted = wanted.where('s.skuId', '=', query.skuId);
  if (query.warehouseId) wanted = wanted.where('s.warehouseId', '=', query.warehouseId);
  if (cursor) wanted = wanted.where(sql<boolean>`(s."skuId", s."warehouseId") > (${cursor[0]}, ${cursor[1]})`);
  const rows = await wanted
    .orderBy('s.skuId')
    .orderBy('s.warehouseId')
    .limit(query.limit + 1)
    .execute();
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    items: await withLots(tx, page),
    next: rows.length > query.limit && last ? encodeCursor([last.skuId, last.warehouseId]) : null,
  };
}

/** Reads one shelf, which must exist and be the caller's. */
export async function readShelf(tx: Tx, caller: Caller, { skuId, warehouseId }: ShelfRef): Promise<ShelfResource> {
  const row = await shelvesOf(tx, caller)
    .where('s.skuId', '=', skuId)
    .where('s.warehouseId', '=', warehouseId)
    .executeTakeFirstOrThrow();
  return (await withLots(tx, [row]))[0] as ShelfResource;
}

type ShelfRow = Awaited<ReturnType<ReturnType<typeof shelvesOf>['execute']>>[number];

async function withLots(tx: Tx, rows: readonly ShelfRow[]): Promise<ShelfResource[]> {
  if (rows.length === 0) return [];
  const lots = await tx
    .selectFrom('lot')
    .select([
      'id',
      'skuId',
      'warehouseId',
      'code',
      'locationId',
      'onHand',
      'allocated',
      sql<string | null>`"expiresOn"::text`.as('expiresOn'),
    ])
    .where('skuId', 'in', [...new Set(rows.map((row) => row.skuId))])
    .where('onHand', '>', 0)
    .orderBy(sql`"expiresOn" nulls last`)
    .orderBy('id')
    .execute();
  return rows.map(({ reorderPoint, reorderTo, backorderLeadDays, backorderMax, ...row }) => ({
    ...row,
    available: Math.max(0, row.onHand - row.reserved - row.safetyStock),
    reorder: reorderPoint === null || reorderTo === null ? null : { point: reorderPoint, to: reorderTo },
    backorder: backorderLeadDays === null ? null : { leadDays: backorderLeadDays, maxUnits: backorderMax },
    lots: lots
      .filter((lot) => lot.skuId === row.skuId && lot.warehouseId === row.warehouseId)
      .map(({ skuId: _sku, warehouseId: _warehouse, ...lot }) => lot),
  }));
}

/**
 * Reads how much of a SKU can be ordered, from where and by when. It locks and promises nothing. `today` is the mall's
 * day (ISO date).
 */
export async function readAvailability(
  tx: Tx,
  { skuId, country, ...request }: AskAvailability,
  today: string,
): Promise<AvailabilityResource | Refusal> {
  const [postcode, requestedDate] = [request.postcode ?? null, request.requestedDate ?? null];
  const known = await tx.selectFrom('sku').select('id').where('id', '=', skuId).executeTakeFirst();
  if (!known) return refuse('unknown_sku', { errors: [{ pointer: 'skuId', detail: 'It is not in the catalogue' }] });
  const delivery = { country, urgency: request.urgency, requestedDate, leavesOn: today };
  const { shelves, rates, deliveredBy } = await readShelves(tx, [skuId], delivery, false);
  const deliveryDays = rates.filter((rate) => rate.countries.includes(country)).map((rate) => rate.deliveryDays);
  const warehouses = shelves
    .filter((shelf) => shelf.available > 0)
    .map((shelf) => ({
      warehouseId: shelf.warehouseId,
      available: shelf.available,
      zone: zoneBetween(shelf, { country, postcode }),
    }))
    .sort((a, b) => a.zone - b.zone || b.available - a.available);
  return {
    skuId,
    country,
    available: warehouses.reduce((sum, { available }) => sum + available, 0),
    warehouses,
    earliestDelivery: deliveryDays.length === 0 ? null : addDays(today, Math.min(...deliveryDays)),
    latestDelivery: deliveredBy,
    backorder: await backorderable(tx, skuId, today),
  };
}

/** Estimates when a unit beyond the free stock would come; null when it cannot be backordered. */
async function backorderable(tx: Tx, skuId: string, today: string): Promise<AvailabilityResource['backorder']> {
  const terms = (await readBackorderTerms(tx, [skuId], today)).get(skuId);
  const more = terms && remainingAllowance(terms);
  return terms === undefined || more === undefined || more === 0
    ? null
    : { ...estimateArrival(terms, 1, today), remaining: more };
}

/** Reads the backorder terms of a SKU, which must be in the catalogue. */
export async function readBackorder(tx: Tx, skuId: string): Promise<BackorderResource> {
  const { id, merchantId, backorderLeadDays, backorderMax, owed } = await tx
    .selectFrom('sku')
    .select(['id', 'merchantId', 'backorderLeadDays', 'backorderMax', 'owed'])
    .where('id', '=', skuId)
    .executeTakeFirstOrThrow();
  return {
    skuId: id,
    merchantId,
    owed,
    backorder: backorderLeadDays === null ? null : { leadDays: backorderLeadDays, maxUnits: backorderMax },
  };
}
