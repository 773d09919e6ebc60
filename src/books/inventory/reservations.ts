import type { Shortage } from '../../contracts/orders/verdict';
import { agreeBackorder, type BackorderAgreement } from '../../domain/inventory/agree-backorder';
import { findShortages } from '../../domain/inventory/source-order';
import type { Demand, SourcedUnits, SourcingDecision } from '../../domain/inventory/sourcing-terms';
import { valueUnits, type LineValue } from '../../domain/orders/split-into-fulfillments';
import { replenishLowShelves } from '../purchasing/replenishments';
import type { Tx } from '../transactions';
import { readShelves, type Shelves } from './availability';
import { lockBackorderQueues, readBackorderTerms, writeBackorders, type UnitValue } from './backorders';
import {
  insertReservations,
  overweightMerchants,
  sourceFromShelves,
  type Destination,
  type NotReserved,
} from './source-and-reserve';
import { lockShelvesOf } from './stock-rows';

/** Describes what to reserve for an order, where it goes, and until when. */
export interface ReservationRequest {
  readonly orderId: string;
  readonly demands: readonly Demand[];
  readonly values: readonly LineValue[];
  /** The order may leave as late as its `leavesOn`, so the reserved goods must keep as if it did. */
  readonly delivery: Destination;
  readonly expiresAt: Date;
  /** The mall's day (ISO date). */
  readonly today: string;
}

/** Describes what was reserved for an order and by which decisions, and which units are backordered. */
export interface Reserved extends Pick<BackorderAgreement<Demand>, 'backordered' | 'agreedOn'> {
  readonly parts: readonly SourcedUnits[];
  readonly decisions: readonly SourcingDecision[];
}

/**
 * Reserves the stock of an order until it expires, or returns why not and changes nothing. Missing units of SKUs that
 * take backorders are backordered, and the available ones are reserved all the same; the caller writes `agreedOn` into
 * the order. The stock rows of its SKUs are locked in the order of their keys first, so buyers queue instead of
 * deadlocking, and sourcing sees what is there.
 */
export async function reserve(tx: Tx, request: ReservationRequest): Promise<Reserved | NotReserved> {
  const { orderId, values, delivery, expiresAt, today } = request;
  const found = await lockAndAgree(tx, request);
  if ('shortages' in found) return found;
  const { shelves, available, backordered, agreedOn } = found;
  // The warehouse of backordered units is not known yet, so they may join all the rest in one parcel.
  const uncarried = backordered.length > 0 ? overweightMerchants(request.demands, found, delivery.country) : [];
  if (uncarried.length > 0) return { uncarried };
  const sourcing = sourceFromShelves(found, available, delivery, today);
  if (!('parts' in sourcing)) return sourcing;
  const backorderedUnits = backordered.map(({ demand, quantity }) => ({
    ...demand,
    quantity,
    warehouseId: NO_WAREHOUSE,
  }));
  const valued = valueUnits([...sourcing.parts, ...backorderedUnits], values);
  const units = valued.filter(({ warehouseId }) => warehouseId !== NO_WAREHOUSE);
  await insertReservations(tx, orderId, units, found, expiresAt);
  const watched = shelves.filter(({ reorderPoint }) => reorderPoint !== null);
  if (watched.length > 0) await replenishLowShelves(tx, watched);
  if (agreedOn !== null) {
    const valueOf = (lineId: string) =>
      valued.find((unit) => unit.lineId === lineId && unit.warehouseId === NO_WAREHOUSE) ?? NO_VALUE;
    await writeBackorders(
      tx,
      orderId,
      backordered.map((backorder) => ({ ...backorder, ...amountsOf(valueOf(backorder.demand.lineId)) })),
    );
  }
  return { ...sourcing, backordered, agreedOn };
}

/** Stands for the warehouse of backordered units, which is not known yet. */
const NO_WAREHOUSE = '';
const NO_VALUE: UnitValue = { amount: 0, shippingAmount: 0, platformAmount: 0 };
const amountsOf = ({ amount, shippingAmount, platformAmount }: UnitValue): UnitValue => ({
  amount,
  shippingAmount,
  platformAmount,
});

/**
 * Locks the shelves of an order and splits its demand into available and backordered units. When something is short,
 * shelves that were opened while it queued for the others are locked too, then the queues of its SKUs; and the shelves
 * are read again, as the reserved goods must keep until the agreed day.
 */
async function lockAndAgree(
  tx: Tx,
  { demands, delivery, today }: ReservationRequest,
): Promise<(Shelves & BackorderAgreement<Demand>) | { readonly shortages: readonly Shortage[] }> {
  const skuIds = demands.map(({ skuId }) => skuId);
  const latest = delivery.leavesOn;
  const found = await readShelves(tx, skuIds, delivery, true);
  const shortages = findShortages(demands, found.shelves);
  if (shortages.length === 0) return { ...found, available: demands, backordered: [], agreedOn: null };
  const shortSkuIds = shortages.map(({ skuId }) => skuId);
  if ((await readBackorderTerms(tx, shortSkuIds, today)).size === 0) return { shortages };
  await lockShelvesOf(tx, skuIds);
  await lockBackorderQueues(tx, skuIds);
  const terms = await readBackorderTerms(tx, skuIds, today);
  const first = agreeBackorder(demands, found.shelves, terms, today);
  const leavesOn = 'agreedOn' in first && first.agreedOn !== null && first.agreedOn > latest ? first.agreedOn : latest;
  const again = await readShelves(tx, skuIds, { ...delivery, leavesOn }, true);
  const agreed = agreeBackorder(demands, again.shelves, terms, today);
  return 'shortages' in agreed ? agreed : { ...again, ...agreed };
}

/** Sets until when an order's reservations last; null keeps them until they ship. */
export async function setReservationExpiry(tx: Tx, orderId: string, expiresAt: Date | null): Promise<void> {
  await tx
    .updateTable('reservation')
    .set({ expiresAt })
    .where('orderId', '=', orderId)
    .where('status', '=', 'held')
    .execute();
}

/** Returns whether stock was ever reserved for an order. */
export async function isReserved(tx: Tx, orderId: string): Promise<boolean> {
  const one = await tx
    .selectFrom('reservation')
    .select('id')
    .where('orderId', '=', orderId)
    .limit(1)
    .executeTakeFirst();
  return one !== undefined;
}
