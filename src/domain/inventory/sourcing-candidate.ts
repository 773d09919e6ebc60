import { sumOf } from '../money';
import { TARE_G } from '../parcel';
import type { Availability, SourcedUnits, SourcingFigures, SourcingTerms } from './sourcing-terms';

/** Describes one way of sourcing the lines, with the figures to compare it by. */
export interface Candidate {
  readonly figures: SourcingFigures;
  readonly units: readonly SourcedUnits[];
  readonly warehouses: ReadonlySet<string>;
}

const CRITERIA = ['uncarried', 'parcels', 'amount', 'distance', 'left'] as const;

/** Names a warehouse's stock of a SKU in a map. */
export const shelfKey = (skuId: string, warehouseId: string): string => `${skuId} ${warehouseId}`;

/** Maps each shelf to its available units. */
export const availableByShelf = (stock: readonly Availability[]): Map<string, number> =>
  new Map(stock.map((row) => [shelfKey(row.skuId, row.warehouseId), row.available]));

/** Computes the figures of one way of sourcing: its parcels, their prices and zones, and the stock that it leaves. */
export function candidateOf(
  units: readonly SourcedUnits[],
  stock: readonly Availability[],
  terms: SourcingTerms,
): Candidate {
  const left = availableByShelf(stock);
  const weights = new Map<string, number>();
  const touched = new Set<string>();
  for (const { skuId, warehouseId, quantity } of units) {
    const shelf = shelfKey(skuId, warehouseId);
    left.set(shelf, (left.get(shelf) ?? 0) - quantity);
    touched.add(shelf);
    weights.set(warehouseId, (weights.get(warehouseId) ?? TARE_G) + quantity * (terms.weights.get(skuId) ?? 0));
  }
  const prices = [...weights.values()].map((weightG) => terms.price(weightG));
  const warehouses = new Set(weights.keys());
  return {
    units: units,
    warehouses,
    figures: {
      uncarried: prices.filter((price) => price === null).length,
      parcels: weights.size,
      amount: sumOf(prices, (price) => price ?? 0),
      distance: sumOf([...warehouses], (warehouseId) => terms.zones.get(warehouseId) ?? 0),
      left: Math.min(...[...touched].map((shelf) => left.get(shelf) ?? 0)),
    },
  };
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
