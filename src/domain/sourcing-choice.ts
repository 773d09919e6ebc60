import { TARE_G } from './parcel';
import { smallestCovers, unitsOf, type Holding } from './smallest-covers';
import type { Availability, ConsideredWarehouse, Demand, SourcedPart, SourcingDecision, SourcingFigures, SourcingTerms } from './sourcing-terms';

interface Candidate { readonly figures: SourcingFigures; readonly parts: readonly SourcedPart[]; readonly warehouses: ReadonlySet<string> }

const CRITERIA = ['parcels', 'uncarried', 'amount', 'distance', 'left'] as const;

/** Sets of up to this many warehouses are filled in every order; larger ones nearest first. */
const PERMUTED = 3;

/**
 * Chooses the warehouses of one merchant's part of an order. Candidates are the smallest sets that hold everything, filled
 * one warehouse after the other, in every order for up to three of them. They are compared by their figures in the order
 * of `SourcingFigures`; among equals the set that starts with the fullest shelves wins, then the lowest id. The stock must
 * suffice.
 */
export function chooseCandidate(
  merchantId: string, demands: readonly Demand[], stock: readonly Availability[], terms: SourcingTerms,
): { parts: readonly SourcedPart[]; decision: SourcingDecision } {
  const asked = new Map<string, number>();
  for (const { skuId, quantity } of demands) asked.set(skuId, (asked.get(skuId) ?? 0) + quantity);
  const holdings = rankedHoldings(asked, stock);
  const nearestFirst = [...holdings].sort((a, b) => zoneOf(terms, a) - zoneOf(terms, b));
  const candidates = smallestCovers(asked, holdings, [nearestFirst])
    .flatMap((set) => (set.length <= PERMUTED ? permutations(set) : [nearestFirst.filter((holding) => set.includes(holding))]))
    .map((order) => fill(demands, order, stock, terms));
  const winner = bestOf(candidates);
  if (!winner) throw new RangeError('Sourcing was asked for more than there is');
  const considered = [...new Set(stock.filter(({ skuId }) => asked.has(skuId)).map(({ warehouseId }) => warehouseId))].sort()
    .map((warehouseId) => consider(warehouseId, holdings, candidates, winner, terms));
  return { parts: winner.parts, decision: { merchantId, figures: winner.figures, considered } };
}

function rankedHoldings(asked: ReadonlyMap<string, number>, stock: readonly Availability[]): Holding[] {
  const units = new Map<string, Map<string, number>>();
  const shelves = new Map<string, number>();
  for (const { skuId, warehouseId, available } of stock) {
    const quantity = asked.get(skuId);
    if (quantity === undefined || available <= 0) continue;
    const held = units.get(warehouseId) ?? new Map<string, number>();
    units.set(warehouseId, held.set(skuId, Math.min(available, quantity)));
    shelves.set(warehouseId, (shelves.get(warehouseId) ?? 0) + available);
  }
  return [...shelves].sort(([a, heldByA], [b, heldByB]) => heldByB - heldByA || (a < b ? -1 : 1))
    .map(([warehouseId]) => ({ warehouseId, units: units.get(warehouseId) ?? new Map<string, number>() }));
}

const zoneOf = ({ zones }: SourcingTerms, { warehouseId }: Holding): number => zones.get(warehouseId) ?? Infinity;

/** Fills the lines from one warehouse after the other, and reckons what that comes to. */
function fill(demands: readonly Demand[], order: readonly Holding[], stock: readonly Availability[], terms: SourcingTerms): Candidate {
  const left = new Map(stock.map((row) => [`${row.skuId} ${row.warehouseId}`, row.available]));
  const weights = new Map<string, number>();
  const touched = new Set<string>();
  const parts: SourcedPart[] = [];
  for (const { quantity, lineId, merchantId, skuId } of demands) {
    let open = quantity;
    for (const { warehouseId } of order) {
      const shelf = `${skuId} ${warehouseId}`;
      const taken = Math.min(open, left.get(shelf) ?? 0);
      if (taken <= 0) continue;
      left.set(shelf, (left.get(shelf) ?? 0) - taken);
      open -= taken;
      touched.add(shelf);
      weights.set(warehouseId, (weights.get(warehouseId) ?? TARE_G) + taken * (terms.weights.get(skuId) ?? 0));
      parts.push({ lineId, merchantId, skuId, warehouseId, quantity: taken });
    }
  }
  const prices = [...weights.values()].map((weightG) => terms.price(weightG));
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    parts, warehouses: new Set(weights.keys()),
    figures: {
      uncarried: prices.filter((price) => price === null).length, parcels: weights.size, amount: sum(prices.map((price) => price ?? 0)),
      distance: sum([...weights.keys()].map((warehouseId) => terms.zones.get(warehouseId) ?? 0)),
      left: Math.min(...[...touched].map((shelf) => left.get(shelf) ?? 0)),
    },
  };
}

/** Names the first criterion by which one way beats another; undefined when they are equal in all. */
export const decidedBy = (winner: SourcingFigures, loser: SourcingFigures): (typeof CRITERIA)[number] | undefined =>
  CRITERIA.find((criterion) => winner[criterion] !== loser[criterion]);

/** Tells whether one way is better than another: by the first criterion in which they differ. */
export function isBetter(one: SourcingFigures, other: SourcingFigures): boolean {
  const criterion = decidedBy(one, other);
  return criterion !== undefined && (criterion === 'left' ? one.left > other.left : one[criterion] < other[criterion]);
}

const bestOf = (candidates: readonly Candidate[]): Candidate | undefined =>
  candidates.reduce<Candidate | undefined>((best, next) => (best && !isBetter(next.figures, best.figures) ? best : next), undefined);

function consider(warehouseId: string, holdings: readonly Holding[], candidates: readonly Candidate[], winner: Candidate, terms: SourcingTerms): ConsideredWarehouse {
  const holding = holdings.find((one) => one.warehouseId === warehouseId);
  const units = holding ? [...holding.units.keys()].reduce((sum, skuId) => sum + unitsOf(holding, skuId), 0) : 0;
  const seen = { warehouseId, zone: terms.zones.get(warehouseId) ?? null, units };
  if (winner.warehouses.has(warehouseId)) return { ...seen, chosen: true, best: winner.figures };
  if (units === 0) return { ...seen, chosen: false, lost: 'nothing_available' };
  const best = bestOf(candidates.filter(({ warehouses }) => warehouses.has(warehouseId)))?.figures;
  if (!best) return { ...seen, chosen: false, lost: 'more_parcels' };
  const criterion = decidedBy(winner.figures, best);
  return { ...seen, chosen: false, lost: criterion === 'parcels' ? 'more_parcels' : criterion ?? 'order', best };
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, at) => permutations(items.filter((_, other) => other !== at)).map((rest) => [item, ...rest]));
}
