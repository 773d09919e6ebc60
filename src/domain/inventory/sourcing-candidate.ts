import { TARE_G } from '../parcel';
import type { Goods, Holding } from './merchant-stock';
import type { SourcingFigures, SourcingTerms } from './sourcing-terms';

/** The units taken of each of the goods (outer) from each warehouse of an order (inner). */
export type Division = readonly (readonly number[])[];

/** Describes one way of sourcing the goods, with the figures to compare it by. */
export interface Candidate {
  readonly figures: SourcingFigures;
  /** The warehouses in the order in which they were filled; some may give nothing. */
  readonly order: readonly Holding[];
  readonly division: Division;
  /** The ids of the warehouses that give anything. */
  readonly warehouseIds: readonly string[];
}

const CRITERIA = ['uncarried', 'parcels', 'amount', 'distance', 'left'] as const;

/** Computes the figures of one way of sourcing: its parcels, their prices and zones, and the stock that it leaves. */
export function candidateOf(
  goods: readonly Goods[],
  order: readonly Holding[],
  division: Division,
  price: SourcingTerms['price'],
): Candidate {
  let [uncarried, amount, distance, left] = [0, 0, 0, Infinity];
  const warehouseIds: string[] = [];
  for (const [index, { warehouseId, zone, available }] of order.entries()) {
    let [weightG, units] = [TARE_G, 0];
    for (let sku = 0; sku < goods.length; sku += 1) {
      const taken = division[sku]?.[index] ?? 0;
      if (taken === 0) continue;
      units += taken;
      weightG += taken * (goods[sku]?.weightG ?? 0);
      left = Math.min(left, (available[sku] ?? 0) - taken);
    }
    if (units === 0) continue;
    const parcelPrice = price(weightG);
    warehouseIds.push(warehouseId);
    if (parcelPrice === null) uncarried += 1;
    amount += parcelPrice ?? 0;
    distance += zone ?? 0;
  }
  const figures = { uncarried, parcels: warehouseIds.length, amount, distance, left };
  return { figures, order, division, warehouseIds };
}

/** Returns whether carriers take every parcel of a candidate. */
export const isCarried = ({ figures }: Candidate): boolean => figures.uncarried === 0;

/** Names the first criterion in which two candidates differ; undefined when they are equal in all. */
export const decidingCriterion = (
  winner: SourcingFigures,
  loser: SourcingFigures,
): (typeof CRITERIA)[number] | undefined => CRITERIA.find((criterion) => winner[criterion] !== loser[criterion]);

/** Returns whether one candidate is better than another, by the first criterion in which they differ. */
export function isBetter(one: SourcingFigures, other: SourcingFigures): boolean {
  const criterion = decidingCriterion(one, other);
  if (criterion === undefined) return false;
  return criterion === 'left' ? one.left > other.left : one[criterion] < other[criterion];
}

/** Returns the best candidate; of equal ones, the first. */
export function bestOf(candidates: readonly Candidate[]): Candidate | undefined {
  let best: Candidate | undefined;
  for (const next of candidates) if (!best || isBetter(next.figures, best.figures)) best = next;
  return best;
}

/** Returns the best candidate of each warehouse that any of them takes from; of equal ones, the first. */
export function bestByWarehouse(candidates: readonly Candidate[]): ReadonlyMap<string, Candidate> {
  const best = new Map<string, Candidate>();
  for (const next of candidates)
    for (const warehouseId of next.warehouseIds) {
      const other = best.get(warehouseId);
      if (!other || isBetter(next.figures, other.figures)) best.set(warehouseId, next);
    }
  return best;
}
