import { sql } from 'kysely';
import type { Urgency } from '../../contracts/statuses';
import { latestDelivery, type CarrierRate } from '../../domain/shipping/choose-carrier';
import { addDays } from '../../domain/dates';
import type { Availability } from '../../domain/inventory/sourcing-terms';
import { readCarriers } from '../catalogue/carriers';
import type { Tx } from '../transactions';

/** Describes where goods go and how soon, which decides how long they must keep. */
export interface Delivery {
  readonly country: string;
  readonly urgency: Urgency;
  /** ISO date. */
  readonly requestedDate: string | null;
  /** The mall's day (ISO date) before which it does not leave. Later than today as it waits for payment or stock. */
  readonly leavesOn: string;
}

/** Describes the stock of one SKU in one warehouse as sourcing sees it. */
export interface Shelf extends Availability {
  readonly onHand: number;
  readonly reserved: number;
  readonly safetyStock: number;
  readonly reorderPoint: number | null;
  readonly weightG: number;
  readonly country: string;
  readonly postcode: string;
  /** ISO date until which the available units keep at least; null for goods that do not expire. */
  readonly keepsUntil: string | null;
}

/** Lists the shelves of some SKUs, the carrier rates, and the day of the latest delivery. */
export interface Shelves {
  readonly shelves: readonly Shelf[];
  readonly rates: readonly CarrierRate[];
  /** ISO date; null when no carrier reaches the country. */
  readonly deliveredBy: string | null;
}

/**
 * Reads the units of SKUs that can be sold. Those are the units on hand, less reserved, less the safety stock, and less
 * units that would not keep for the SKU's minimum shelf life after delivery. With `lock`, the stock rows stay locked in
 * the order of their keys, so that buyers queue instead of deadlocking; without, a later reservation may find less.
 */
export async function readShelves(
  tx: Tx,
  skuIds: readonly string[],
  delivery: Delivery,
  lock: boolean,
): Promise<Shelves> {
  const wanted = [...new Set(skuIds)];
  // Read before the lock, to hold it for a shorter time.
  const rates = await readCarriers(tx);
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
  const deliveredBy = deliveryBy(delivery, rates);
  const keepsUntil = (row: Perishing) => keepUntil(row, delivery, rates);
  const expiring = rows.filter((row) => row.expires);
  // A separate statement after the rows are locked: lots change under that lock only, so it sees lots that match them.
  const spoiling =
    expiring.length > 0
      ? await readSpoiling(
          tx,
          expiring.map((row) => ({ ...row, keepsUntil: keepsUntil(row) })),
        )
      : [];
  const spoilingUnits = new Map(spoiling.map((row) => [shelfKey(row), row.units]));
  const shelves = rows.map(({ expires, minShelfLifeDays, ...row }): Shelf => {
    const unavailable = row.reserved + row.safetyStock + (spoilingUnits.get(shelfKey(row)) ?? 0);
    return {
      ...row,
      keepsUntil: keepsUntil({ expires, minShelfLifeDays }),
      available: Math.max(0, row.onHand - unavailable),
    };
  });
  return { shelves, rates, deliveredBy };
}

/** Names a shelf in a map. */
const shelfKey = ({ skuId, warehouseId }: { readonly skuId: string; readonly warehouseId: string }): string =>
  `${skuId} ${warehouseId}`;

/** Says whether goods expire, and how many days they must keep after delivery. */
interface Perishing {
  readonly expires: boolean;
  readonly minShelfLifeDays: number;
}

const deliveryBy = (delivery: Delivery, rates: readonly CarrierRate[]): string | null =>
  latestDelivery({ ...delivery, today: delivery.leavesOn }, rates) ?? null;

/** Returns the day (ISO date) until which units must keep for a delivery; null for goods that do not expire. */
export const keepUntil = (
  { expires, minShelfLifeDays }: Perishing,
  delivery: Delivery,
  rates: readonly CarrierRate[],
): string | null => (expires ? addDays(deliveryBy(delivery, rates) ?? delivery.leavesOn, minShelfLifeDays) : null);

/** Sums the unallocated units that expire before the day until which they must keep. */
async function readSpoiling(
  tx: Tx,
  rows: readonly { skuId: string; warehouseId: string; keepsUntil: string | null }[],
) {
  const { rows: found } = await sql<{ skuId: string; warehouseId: string; units: number }>`
    select l."skuId", l."warehouseId", sum(l."onHand" - l.allocated)::int as units
    from lot l join unnest(
      ${rows.map((row) => row.skuId)}::text[],
      ${rows.map((row) => row.warehouseId)}::text[],
      ${rows.map((row) => row.keepsUntil)}::date[]
    ) as u (sku, warehouse, until) on u.sku = l."skuId" and u.warehouse = l."warehouseId"
    where l."onHand" > 0 and l."expiresOn" < u.until group by 1, 2`.execute(tx);
  return found;
}
