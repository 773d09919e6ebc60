import { sumOf } from '../money';
import { TARE_G } from '../parcel';
import { fillByWeight, SEARCH_STEP_LIMIT, type SearchBudget } from './fill-by-weight';
import { coversOfSize, smallestCovers, unitsInHolding, type Holding } from './smallest-covers';
import {
  availableByShelf,
  bestOf,
  candidateOf,
  decidingCriterion,
  isCarried,
  shelfKey,
  type Candidate,
} from './sourcing-candidate';
import {
  unitsBySku,
  type Availability,
  type ConsideredWarehouse,
  type Demand,
  type SourcedUnits,
  type SourcingDecision,
  type SourcingTerms,
} from './sourcing-terms';

/** Limits the size of a set whose every order of warehouses is tried; larger sets are filled nearest first. */
const MAX_PERMUTED = 3;

/** Describes the input of one merchant's sourcing, and the values derived from it. */
interface Sources {
  readonly demands: readonly Demand[];
  readonly stock: readonly Availability[];
  readonly terms: SourcingTerms;
  readonly requested: ReadonlyMap<string, number>;
  readonly fullestFirst: readonly Holding[];
  readonly nearestFirst: readonly Holding[];
  /** Shared by all fills of small and larger sets. */
  readonly steps: SearchBudget;
}

/**
 * Chooses the warehouses of one merchant's lines in an order. Candidates are the smallest sets of warehouses that hold
 * everything. A set is filled one warehouse after the other, and in every order when it has at most three. Each parcel
 * is filled up to the weight that a carrier takes, where the set can give everything that way. When carriers take all
 * parcels of no candidate, larger sets are tried until they do. The candidates are compared by their `SourcingFigures`;
 * of equal ones, the set that starts with the fullest shelves wins, then the lowest id. The stock must suffice.
 */
export function chooseWarehouses(
  merchantId: string,
  demands: readonly Demand[],
  stock: readonly Availability[],
  terms: SourcingTerms,
): { parts: readonly SourcedUnits[]; decision: SourcingDecision } {
  const sources = sourcesOf(demands, stock, terms);
  const { requested, fullestFirst, nearestFirst } = sources;
  const smallest = smallestCovers(requested, fullestFirst, [nearestFirst]);
  const candidates = ordersOf(smallest, nearestFirst).map((order) => fillInOrder(sources, order));
  if (!candidates.some(isCarried)) candidates.push(...findCarried(sources, smallest));
  const winner = bestOf(candidates);
  if (!winner) throw new RangeError('The stock does not suffice for the lines: check for shortages before sourcing');
  const stocking = stock.filter(({ skuId }) => requested.has(skuId));
  const warehouseIds = [...new Set(stocking.map(({ warehouseId }) => warehouseId))].sort();
  const considered = warehouseIds.map((id) => explainChoice(id, sources, candidates, winner));
  return { parts: winner.units, decision: { merchantId, figures: winner.figures, considered } };
}

function sourcesOf(demands: readonly Demand[], stock: readonly Availability[], terms: SourcingTerms): Sources {
  const requested = unitsBySku(demands);
  const fullestFirst = rankedHoldings(requested, stock);
  const zoneOf = ({ warehouseId }: Holding): number => terms.zones.get(warehouseId) ?? Infinity;
  const nearestFirst = [...fullestFirst].sort((a, b) => zoneOf(a) - zoneOf(b));
  return { demands, stock, terms, requested, fullestFirst, nearestFirst, steps: { left: SEARCH_STEP_LIMIT } };
}

/** Lists the warehouses that hold any requested unit, those with the fullest shelves first. */
function rankedHoldings(requested: ReadonlyMap<string, number>, stock: readonly Availability[]): Holding[] {
  const units = new Map<string, Map<string, number>>();
  const shelves = new Map<string, number>();
  for (const { skuId, warehouseId, available } of stock) {
    const quantity = requested.get(skuId);
    if (quantity === undefined || available <= 0) continue;
    const held = units.get(warehouseId) ?? new Map<string, number>();
    units.set(warehouseId, held.set(skuId, Math.min(available, quantity)));
    shelves.set(warehouseId, (shelves.get(warehouseId) ?? 0) + available);
  }
  const ranked = [...shelves].sort(([a, heldByA], [b, heldByB]) => heldByB - heldByA || (a < b ? -1 : 1));
  return ranked.map(([warehouseId]) => ({ warehouseId, units: units.get(warehouseId) ?? new Map<string, number>() }));
}

/** Lists the orders in which the warehouses of each set are filled. */
function ordersOf(sets: readonly Holding[][], nearestFirst: readonly Holding[]): Holding[][] {
  return sets.flatMap((set) =>
    set.length <= MAX_PERMUTED ? permutations(set) : [nearestFirst.filter((holding) => set.includes(holding))],
  );
}

/** Fills the lines from one warehouse after the other, by weight when a parcel is too heavy otherwise. */
function fillInOrder(sources: Sources, order: readonly Holding[]): Candidate {
  const { demands, stock, terms, steps } = sources;
  const full = candidateOf(takeAll(demands, order, stock), stock, terms);
  if (isCarried(full) || steps.left <= 0) return full;
  return fillWithinWeight(sources, order, steps) ?? full;
}

/** Fills the lines so that a carrier takes every parcel; undefined when no such way was found within the steps. */
function fillWithinWeight(
  { demands, stock, terms }: Sources,
  order: readonly Holding[],
  steps: SearchBudget,
): Candidate | undefined {
  const units = fillByWeight(demands, order, terms, steps);
  return units && candidateOf(units, stock, terms);
}

/** Takes each line's units from one warehouse after the other, as many as each has. */
function takeAll(
  demands: readonly Demand[],
  order: readonly Holding[],
  stock: readonly Availability[],
): SourcedUnits[] {
  const left = availableByShelf(stock);
  const sourced: SourcedUnits[] = [];
  for (const { quantity, lineId, merchantId, skuId } of demands) {
    let open = quantity;
    for (const { warehouseId } of order) {
      const shelf = shelfKey(skuId, warehouseId);
      const taken = Math.min(open, left.get(shelf) ?? 0);
      if (taken <= 0) continue;
      left.set(shelf, (left.get(shelf) ?? 0) - taken);
      open -= taken;
      sourced.push({ lineId, merchantId, skuId, warehouseId, quantity: taken });
    }
  }
  return sourced;
}

/** Finds candidates whose every parcel a carrier takes: from all warehouses, and from the smallest larger sets. */
function findCarried(sources: Sources, smallest: readonly Holding[][]): Candidate[] {
  const { nearestFirst, fullestFirst, steps } = sources;
  const carried: Candidate[] = [];
  for (const order of [nearestFirst, fullestFirst]) {
    const candidate = fillWithinWeight(sources, order, { left: SEARCH_STEP_LIMIT });
    if (candidate) carried.push(candidate);
  }
  // When all warehouses together cannot send the lines within the weight, no smaller set can.
  if (carried.length === 0) return [];
  for (const sets of largerCovers(sources, smallest)) {
    const ofThisSize: Candidate[] = [];
    for (const order of ordersOf(sets, nearestFirst)) {
      const candidate = steps.left > 0 ? fillWithinWeight(sources, order, steps) : undefined;
      if (candidate) ofThisSize.push(candidate);
    }
    if (ofThisSize.length > 0) return [...carried, ...ofThisSize];
    if (steps.left <= 0) break;
  }
  return carried;
}

/** Lists, size by size, the larger sets that hold everything, from the number of parcels that the weight needs on. */
function* largerCovers(
  { requested, fullestFirst, terms }: Sources,
  smallest: readonly Holding[][],
): Generator<Holding[][]> {
  const parcelLimitG = terms.heaviestG - TARE_G;
  const weightG = sumOf([...requested], ([skuId, units]) => (terms.weights.get(skuId) ?? 0) * units);
  const parcels = Math.ceil(weightG / parcelLimitG);
  for (let size = Math.max((smallest[0]?.length ?? 0) + 1, parcels); size <= fullestFirst.length; size += 1) {
    const covers = coversOfSize(requested, fullestFirst, size);
    if (covers === undefined) return;
    yield covers;
  }
}

/** Says whether a warehouse was chosen, or by which figure its best candidate loses. */
function explainChoice(
  warehouseId: string,
  { fullestFirst, terms }: Sources,
  candidates: readonly Candidate[],
  winner: Candidate,
): ConsideredWarehouse {
  const holding = fullestFirst.find((one) => one.warehouseId === warehouseId);
  const units = holding ? sumOf([...holding.units.keys()], (skuId) => unitsInHolding(holding, skuId)) : 0;
  const warehouse = { warehouseId, zone: terms.zones.get(warehouseId) ?? null, units };
  if (winner.warehouses.has(warehouseId)) return { ...warehouse, chosen: true, best: winner.figures };
  if (units === 0) return { ...warehouse, chosen: false, lost: 'nothing_available' };
  const including = candidates.filter(({ warehouses }) => warehouses.has(warehouseId));
  const best = bestOf(including)?.figures;
  if (!best) return { ...warehouse, chosen: false, lost: 'more_parcels' };
  const criterion = decidingCriterion(winner.figures, best);
  const lost = criterion === 'parcels' ? 'more_parcels' : (criterion ?? 'order');
  return { ...warehouse, chosen: false, lost, best };
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, at) => {
    const others = items.filter((_, other) => other !== at);
    return permutations(others).map((rest) => [item, ...rest]);
  });
}
