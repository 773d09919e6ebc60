import type { BackorderBasis } from '../../contracts/statuses';
import type { Shortage } from '../../contracts/orders/verdict';
import { addDays } from '../dates';
import { findShortages } from './source-order';
import type { Availability } from './sourcing-terms';

/** Units that a supplier has confirmed and that have not come, as far as they can be promised. */
export interface Arrival {
  /** ISO date, today or later. */
  readonly expectedOn: string;
  readonly units: number;
}

/** How a SKU is sold before it is there. */
export interface BackorderTerms {
  readonly leadDays: number;
  /** How many units may be owed at once; null: any number. */
  readonly maxUnits: number | null;
  /** Units that orders wait for already. */
  readonly backordered: number;
  readonly arrivals: readonly Arrival[];
}

/** When units come, as an ISO date, and by what that is known. */
export interface Expectation {
  readonly expectedOn: string;
  readonly basis: BackorderBasis;
}

/** Units of a demand that are not there. */
export interface BackorderedUnits<D> extends Expectation {
  readonly demand: D;
  readonly quantity: number;
}

/**
 * What of an order is there, what is owed, and the day by which all of it is: that of its last line, null when nothing
 * is owed.
 */
export interface BackorderAgreement<D> {
  readonly available: readonly D[];
  readonly backordered: readonly BackorderedUnits<D>[];
  readonly agreedOn: string | null;
}

/**
 * Says when units come that are not there: on the day of the first confirmed arrival by which, after all that is owed
 * already, there is enough; where none is known to be enough, after the lead days.
 */
export function expectedFor(
  { leadDays, backordered: owed, arrivals }: BackorderTerms,
  units: number,
  today: string,
): Expectation {
  let come = 0;
  for (const arrival of [...arrivals].sort((a, b) => (a.expectedOn < b.expectedOn ? -1 : 1))) {
    come += arrival.units;
    if (come >= owed + units) return { expectedOn: arrival.expectedOn, basis: 'supplier' };
  }
  return { expectedOn: addDays(today, leadDays), basis: 'lead_days' };
}

/** Says how many units more may be owed; null: any number. */
export const remainingAllowance = ({ maxUnits, backordered: owed }: BackorderTerms): number | null =>
  maxUnits === null ? null : Math.max(0, maxUnits - owed);

/**
 * Agrees on what is taken now and what is owed, or names what is short and may not be owed. `available` of a shortage
 * then is what could be had and owed together. What is there goes to the demands in their order.
 */
export function agreeBackorder<D extends { readonly skuId: string; readonly quantity: number }>(
  demands: readonly D[],
  stock: readonly Availability[],
  terms: ReadonlyMap<string, BackorderTerms>,
  today: string,
): BackorderAgreement<D> | { readonly shortages: readonly Shortage[] } {
  const short = findShortages(demands, stock);
  const shortages = short.flatMap((shortage): Shortage[] => {
    const own = terms.get(shortage.skuId);
    const more = own ? remainingAllowance(own) : 0;
    const had = more === null ? shortage.requested : shortage.available + more;
    return had >= shortage.requested ? [] : [{ ...shortage, available: had }];
  });
  if (shortages.length > 0) return { shortages };

  const left = new Map(short.map(({ skuId, available }) => [skuId, available]));
  const expected = new Map(
    short.flatMap(({ skuId, requested, available }) => {
      const own = terms.get(skuId);
      return own ? [[skuId, expectedFor(own, requested - available, today)] as const] : [];
    }),
  );
  const there: D[] = [];
  const owed: BackorderedUnits<D>[] = [];
  for (const demand of demands) {
    const when = expected.get(demand.skuId);
    const taken = Math.min(demand.quantity, left.get(demand.skuId) ?? demand.quantity);
    left.set(demand.skuId, (left.get(demand.skuId) ?? demand.quantity) - taken);
    if (taken > 0) there.push({ ...demand, quantity: taken });
    if (when && taken < demand.quantity) owed.push({ ...when, demand, quantity: demand.quantity - taken });
  }
  const agreedOn = owed.reduce<string | null>(
    (last, { expectedOn }) => (last === null || expectedOn > last ? expectedOn : last),
    null,
  );
  return { available: there, backordered: owed, agreedOn };
}

/** Who waits for units of a SKU. */
export interface WaitingBackorder {
  readonly id: string;
  readonly open: number;
  /** ISO date until which its units must keep; null: any will do. */
  readonly keepsUntil: string | null;
  /** The warehouses that ship another part of its order. */
  readonly shippedFrom: readonly string[];
}

/** What a shelf of the SKU has to give. */
export interface FreeStock {
  readonly warehouseId: string;
  /** Units that are not promised, above the safety stock. */
  readonly free: number;
  /** Of its lots that expire: the day, and the units that no parcel has yet. */
  readonly expiring: readonly { readonly expiresOn: string; readonly units: number }[];
}

export interface BackorderFill {
  readonly backorderId: string;
  readonly warehouseId: string;
  readonly quantity: number;
}

/**
 * Gives units out to those who wait, in their order: each gets all that it waits for, or all that there is, before the
 * next gets any. Only one whom nothing would keep long enough for is passed over. Each takes from warehouses that ship
 * for its order anyway first, then from the fullest.
 */
export function fillWaitingBackorders(
  waiters: readonly WaitingBackorder[],
  offers: readonly FreeStock[],
): BackorderFill[] {
  const free = new Map(offers.map((offer) => [offer.warehouseId, offer.free]));
  const gifts: BackorderFill[] = [];
  for (const { id, open, keepsUntil, shippedFrom } of waiters) {
    const spoils = (offer: FreeStock) =>
      offer.expiring.reduce(
        (sum, { expiresOn, units }) => sum + (keepsUntil !== null && expiresOn < keepsUntil ? units : 0),
        0,
      );
    const rank = (warehouseId: string) => (shippedFrom.includes(warehouseId) ? 0 : 1);
    const good = offers
      .map((offer) => ({ ...offer, units: (free.get(offer.warehouseId) ?? 0) - spoils(offer) }))
      .filter(({ units }) => units > 0)
      .sort(
        (a, b) =>
          rank(a.warehouseId) - rank(b.warehouseId) || b.units - a.units || (a.warehouseId < b.warehouseId ? -1 : 1),
      );
    let wanted = open;
    for (const { warehouseId, units } of good) {
      const quantity = Math.min(wanted, units);
      if (quantity <= 0) break;
      wanted -= quantity;
      free.set(warehouseId, (free.get(warehouseId) ?? 0) - quantity);
      gifts.push({ backorderId: id, warehouseId, quantity });
    }
  }
  return gifts;
}
