import { sql } from 'kysely';
import type { Urgency } from '../../contracts/statuses';
import { latestDelivery, type CarrierRate } from '../../domain/shipping/choose-carrier';
import { addDays } from '../../domain/dates';
import type { Availability } from '../../domain/inventory/sourcing-terms';
import { readCarriers } from '../catalogue/catalogue';
import type { Tx } from '../transactions';

/** Where goods are wanted and how soon: decides how long they must keep. */
export interface Delivery {
  readonly country: string;
  readonly urgency: Urgency;
  /** ISO date. */
  readonly requestedDate: string | null;
  /** ISO date before which it does not leave, as it waits for goods; today when absent or null. */
  readonly leavesOn?: string | null;
}

/** What one warehouse holds of a SKU, what of it can be promised, and what sourcing has to know of both. */
export interface Shelf extends Availability {
  readonly onHand: number;
  readonly reserved: number;
  readonly safetyStock: number;
  readonly reorderPoint: number | null;
  readonly weightG: number;
  readonly country: string;
  readonly postcode: string;
  /** Until which day (ISO date) the units that can be promised keep at least; null for what does not expire. */
  readonly keepsUntil: string | null;
}

/**
 * The shelves of some SKUs, the carriers that take goods from there, and the day by which they arrive at the latest.
 */
export interface Shelves {
  readonly shelves: readonly Shelf[];
  readonly rates: readonly CarrierRate[];
  /** ISO date; null when no carrier reaches the country. */
  readonly deliveredBy: string | null;
}

/**
 * Reads what can be promised of some SKUs: on hand, less what is reserved, less the safety stock, and less units that
 * would not keep for the SKU's minimum shelf life after delivery. With `lock`, the stock rows stay locked in the order
 * of their keys, so that buyers queue instead of deadlocking; without, a later reservation may find less.
 */
export async function readShelves(
  tx: Tx,
  skuIds: readonly string[],
  delivery: Delivery,
  lock: boolean,
): Promise<Shelves> {
  const wanted = [...new Set(skuIds)];
  // Before the lock: what others wait for is kept short.
  const offers = await readCarriers(tx);
  const query = tx
    .selectFrom('stock as s')
    .innerJoin('sku as k', 'k.id', 's.skuId')
    .innerJoin('warehouse as w', 'w.id', 's.warehouseId')
    .select([
      's.skuId',
      's.warehouseId',
      's.onHand',
      's.reserved',
      's.safetyStock',
      's.reorderPoint',
      'k.expires',
      'k.minShelfLifeDays',
      'k.weightG',
      'w.country',
      'w.postcode',
    ])
    .where('s.skuId', 'in', wanted)
    .orderBy('s.skuId')
    .orderBy('s.warehouseId');
  const rows = await (lock ? query.forUpdate('s') : query).execute();
  const deliveredBy = deliveryBy(delivery, offers);
  const keepsUntil = (row: Perishing) => keepUntil(row, delivery, offers);
  const expiring = rows.filter((row) => row.expires);
  // A statement of its own, after the rows are locked: lots change under that lock only, so it sees what goes with
  // them.
  const spoiling =
    expiring.length === 0
      ? []
      : await readSpoiling(
          tx,
          expiring.map((row) => ({ ...row, keepsUntil: keepsUntil(row) })),
        );
  const shelves = rows.map(({ expires, minShelfLifeDays, ...row }): Shelf => {
    const spoils = spoiling.find((own) => own.skuId === row.skuId && own.warehouseId === row.warehouseId)?.units ?? 0;
    return {
      ...row,
      keepsUntil: keepsUntil({ expires, minShelfLifeDays }),
      available: Math.max(0, row.onHand - row.reserved - row.safetyStock - spoils),
    };
  });
  return { shelves, rates: offers, deliveredBy };
}

/** How long goods keep, as far as it matters. */
interface Perishing {
  readonly expires: boolean;
  readonly minShelfLifeDays: number;
}

const leaving = ({ leavesOn }: Delivery): string => leavesOn ?? new Date().toISOString().slice(0, 10);
const deliveryBy = (delivery: Delivery, offers: readonly CarrierRate[]): string | null =>
  latestDelivery({ ...delivery, today: leaving(delivery) }, offers) ?? null;

/** Says until which day (ISO date) units must keep to be good for a delivery; null for what does not expire. */
export const keepUntil = (
  { expires, minShelfLifeDays }: Perishing,
  delivery: Delivery,
  offers: readonly CarrierRate[],
): string | null => (expires ? addDays(deliveryBy(delivery, offers) ?? leaving(delivery), minShelfLifeDays) : null);

/** Sums the units that no order has yet and that expire before the day until which they should keep. */
async function readSpoiling(
  tx: Tx,
  rows: readonly { skuId: string; warehouseId: string; keepsUntil: string | null }[],
) {
  const { rows: found } = await sql<{ skuId: string; warehouseId: string; units: number }>`
    select l."skuId", l."warehouseId", sum(l."onHand" - l.allocated)::int as units
    from lot l join unnest(${rows.map((row) => row.skuId)}::text[], ${rows.map((row) => row.warehouseId)}::text[], ${rows.map((row) => row.keepsUntil)}::date[])
      as u (sku, warehouse, until) on u.sku = l."skuId" and u.warehouse = l."warehouseId"
    where l."expiresOn" < u.until group by 1, 2`.execute(tx);
  return found;
}
