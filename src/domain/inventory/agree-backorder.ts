import type { BackorderBasis } from '../../contracts/statuses';
import type { Shortage } from '../../contracts/orders/verdict';
import { addDays } from '../dates';
import { findShortages } from './source-order';
import type { Availability } from './sourcing-terms';

/** Describes confirmed units of a supplier that have not arrived and that orders may still wait for. */
export interface Arrival {
  /** ISO date, today or later. */
  readonly expectedOn: string;
  readonly units: number;
}

/** Sets how a SKU is sold while it is out of stock. */
export interface BackorderTerms {
  readonly leadDays: number;
  /** How many units may be on backorder at once; null: any number. */
  readonly maxUnits: number | null;
  /** Units that are on backorder already. */
  readonly backordered: number;
  readonly arrivals: readonly Arrival[];
}

/** Says on which day (ISO date) units arrive, and whether a supplier's confirmation or the lead days say so. */
export interface Expectation {
  readonly expectedOn: string;
  readonly basis: BackorderBasis;
}

/** Describes the units of a demand that are not available. */
export interface BackorderedUnits<D> extends Expectation {
  readonly demand: D;
  readonly quantity: number;
}

/** Splits demands into available and backordered units. `agreedOn` is the latest expected date, or null. */
export interface BackorderAgreement<D> {
  readonly available: readonly D[];
  readonly backordered: readonly BackorderedUnits<D>[];
  readonly agreedOn: string | null;
}

/**
 * Estimates the day on which missing units arrive. It is the first confirmed arrival that covers them and all units on
 * backorder before them; when no arrival does, the end of the lead days.
 */
export function estimateArrival(
  { leadDays, backordered, arrivals }: BackorderTerms,
  units: number,
  today: string,
): Expectation {
  let arrived = 0;
  for (const arrival of [...arrivals].sort((a, b) => (a.expectedOn < b.expectedOn ? -1 : 1))) {
    arrived += arrival.units;
    if (arrived >= backordered + units) return { expectedOn: arrival.expectedOn, basis: 'supplier' };
  }
  return { expectedOn: addDays(today, leadDays), basis: 'lead_days' };
}

/** Returns how many more units may go on backorder; null: any number. */
export const remainingAllowance = ({ maxUnits, backordered }: BackorderTerms): number | null =>
  maxUnits === null ? null : Math.max(0, maxUnits - backordered);

/**
 * Splits demands into available and backordered units, or names the SKUs that may not be backordered so far. Available
 * units go to the demands in their order. A shortage's `available` counts the units that may be backordered as well.
 */
export function agreeBackorder<D extends { readonly skuId: string; readonly quantity: number }>(
  demands: readonly D[],
  stock: readonly Availability[],
  terms: ReadonlyMap<string, BackorderTerms>,
  today: string,
): BackorderAgreement<D> | { readonly shortages: readonly Shortage[] } {
  const short = findShortages(demands, stock);
  const shortages = short.flatMap((shortage) => beyondAllowance(shortage, terms.get(shortage.skuId)));
  if (shortages.length > 0) return { shortages };

  const left = new Map(short.map(({ skuId, available }) => [skuId, available]));
  const expectations = expectationsOf(short, terms, today);
  const available: D[] = [];
  const backordered: BackorderedUnits<D>[] = [];
  for (const demand of demands) {
    const expectation = expectations.get(demand.skuId);
    // A SKU that is not short covers every line that demands it; only of a short one are the units counted down.
    const free = left.get(demand.skuId) ?? Infinity;
    const taken = Math.min(demand.quantity, free);
    left.set(demand.skuId, free - taken);
    if (taken > 0) available.push({ ...demand, quantity: taken });
    if (expectation && taken < demand.quantity)
      backordered.push({ ...expectation, demand, quantity: demand.quantity - taken });
  }
  return { available, backordered, agreedOn: latestOf(backordered) };
}

/** Returns a shortage that a backorder may not cover, with the units that stock and backorder cover together. */
function beyondAllowance(shortage: Shortage, terms: BackorderTerms | undefined): Shortage[] {
  const allowance = terms ? remainingAllowance(terms) : 0;
  if (allowance === null) return [];
  const covered = shortage.available + allowance;
  return covered >= shortage.requested ? [] : [{ ...shortage, available: covered }];
}

function expectationsOf(
  short: readonly Shortage[],
  terms: ReadonlyMap<string, BackorderTerms>,
  today: string,
): Map<string, Expectation> {
  const expectations = new Map<string, Expectation>();
  for (const { skuId, requested, available } of short) {
    const own = terms.get(skuId);
    if (own) expectations.set(skuId, estimateArrival(own, requested - available, today));
  }
  return expectations;
}

function latestOf(expectations: readonly Expectation[]): string | null {
  let latest: string | null = null;
  for (const { expectedOn } of expectations) if (latest === null || expectedOn > latest) latest = expectedOn;
  return latest;
}
