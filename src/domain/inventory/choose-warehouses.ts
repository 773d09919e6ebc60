import { fillByWeight, SEARCH_STEP_LIMIT, type SearchBudget } from './fill-by-weight';
import { TARE_G } from '../parcel';
import { coversOfSize, smallestCovers, unitsOf, type Holding } from './smallest-covers';
import type {
  Availability,
  ConsideredWarehouse,
  Demand,
  SourcedUnits,
  SourcingDecision,
  SourcingFigures,
  SourcingTerms,
} from './sourcing-terms';

interface Candidate {
  readonly figures: SourcingFigures;
  readonly parts: readonly SourcedUnits[];
  readonly warehouses: ReadonlySet<string>;
}

const CRITERIA = ['uncarried', 'parcels', 'amount', 'distance', 'left'] as const;

/** Sets of up to this many warehouses are filled in every order; larger ones nearest first. */
const PERMUTED = 3;

/**
 * Chooses the warehouses of one merchant's part of an order. Candidates are the smallest sets that hold everything,
 * filled one warehouse after the other, in every order for up to three of them; each parcel up to what a carrier lifts,
 * where the set can give all of it so. When no carrier takes all parcels of any of them, larger sets are tried until
 * one can. They are compared by their figures in the order of `SourcingFigures`; among equals the set that starts with
 * the fullest shelves wins, then the lowest id. The stock must suffice.
 */
export function chooseCandidate(
  merchantId: string,
  demands: readonly Demand[],
  stock: readonly Availability[],
  terms: SourcingTerms,
): { parts: readonly SourcedUnits[]; decision: SourcingDecision } {
  const asked = new Map<string, number>();
  for (const { skuId, quantity } of demands) asked.set(skuId, (asked.get(skuId) ?? 0) + quantity);
  const holdings = rankedHoldings(asked, stock);
  const nearestFirst = [...holdings].sort((a, b) => zoneOf(terms, a) - zoneOf(terms, b));
  const steps = { left: SEARCH_STEP_LIMIT };
  const ordersOf = (sets: readonly Holding[][]) =>
    sets.flatMap((set) =>
      set.length <= PERMUTED ? permutations(set) : [nearestFirst.filter((holding) => set.includes(holding))],
    );
  const smallest = smallestCovers(asked, holdings, [nearestFirst]);
  const candidates = ordersOf(smallest).map((order) => fill(demands, order, stock, terms, steps));
  if (!candidates.some(isCarried)) {
    const carry = (order: readonly Holding[], within: SearchBudget): Candidate[] => {
      const parts = fillByWeight(demands, order, terms, within);
      return parts ? [reckon(parts, stock, terms)] : [];
    };
    const everywhere = [nearestFirst, holdings].flatMap((order) => carry(order, { left: SEARCH_STEP_LIMIT }));
    // What all warehouses together cannot send, none of them can.
    const sizes = everywhere.length > 0 ? largerCovers(asked, holdings, smallest, terms) : [];
    candidates.push(
      ...everywhere,
      ...firstCarried(sizes, steps, (sets) =>
        ordersOf(sets).flatMap((order) => (steps.left > 0 ? carry(order, steps) : [])),
      ),
    );
  }
  const winner = bestOf(candidates);
  if (!winner) throw new RangeError('Sourcing was asked for more than there is');
  const considered = [...new Set(stock.filter(({ skuId }) => asked.has(skuId)).map(({ warehouseId }) => warehouseId))]
    .sort()
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
  return [...shelves]
    .sort(([a, heldByA], [b, heldByB]) => heldByB - heldByA || (a < b ? -1 : 1))
    .map(([warehouseId]) => ({ warehouseId, units: units.get(warehouseId) ?? new Map<string, number>() }));
}

const zoneOf = ({ zones }: SourcingTerms, { warehouseId }: Holding): number => zones.get(warehouseId) ?? Infinity;

const isCarried = ({ figures }: Candidate): boolean => figures.uncarried === 0;

/**
 * Fills the lines from one warehouse after the other, so that every parcel is carried if that can be, and reckons what
 * that comes to.
 */
function fill(
  demands: readonly Demand[],
  order: readonly Holding[],
  stock: readonly Availability[],
  terms: SourcingTerms,
  steps: SearchBudget,
): Candidate {
  const full = reckon(takeAll(demands, order, stock), stock, terms);
  if (isCarried(full)) return full;
  const carried = steps.left > 0 ? fillByWeight(demands, order, terms, steps) : undefined;
  return carried ? reckon(carried, stock, terms) : full;
}

/** Takes of each line whatever one warehouse after the other has. */
function takeAll(
  demands: readonly Demand[],
  order: readonly Holding[],
  stock: readonly Availability[],
): SourcedUnits[] {
  const left = new Map(stock.map((row) => [`${row.skuId} ${row.warehouseId}`, row.available]));
  const parts: SourcedUnits[] = [];
  for (const { quantity, lineId, merchantId, skuId } of demands) {
    let open = quantity;
    for (const { warehouseId } of order) {
      const shelf = `${skuId} ${warehouseId}`;
      const taken = Math.min(open, left.get(shelf) ?? 0);
      if (taken <= 0) continue;
      left.set(shelf, (left.get(shelf) ?? 0) - taken);
      open -= taken;
      parts.push({ lineId, merchantId, skuId, warehouseId, quantity: taken });
    }
  }
  return parts;
}

/** Reckons what a way comes to. */
function reckon(parts: readonly SourcedUnits[], stock: readonly Availability[], terms: SourcingTerms): Candidate {
  const left = new Map(stock.map((row) => [`${row.skuId} ${row.warehouseId}`, row.available]));
  const weights = new Map<string, number>();
  const touched = new Set<string>();
  for (const { skuId, warehouseId, quantity } of parts) {
    const shelf = `${skuId} ${warehouseId}`;
    left.set(shelf, (left.get(shelf) ?? 0) - quantity);
    touched.add(shelf);
    weights.set(warehouseId, (weights.get(warehouseId) ?? TARE_G) + quantity * (terms.weights.get(skuId) ?? 0));
  }
  const prices = [...weights.values()].map((weightG) => terms.price(weightG));
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    parts,
    warehouses: new Set(weights.keys()),
    figures: {
      uncarried: prices.filter((price) => price === null).length,
      parcels: weights.size,
      amount: sum(prices.map((price) => price ?? 0)),
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
  candidates.reduce<Candidate | undefined>(
    (best, next) => (best && !isBetter(next.figures, best.figures) ? best : next),
    undefined,
  );

/** Lists, size by size, larger sets that hold everything and could lift it, as far as their number of parcels says. */
function* largerCovers(
  asked: ReadonlyMap<string, number>,
  holdings: readonly Holding[],
  smallest: readonly Holding[][],
  terms: SourcingTerms,
): Generator<Holding[][]> {
  const room = terms.heaviestG - TARE_G;
  const parcels = Math.ceil(
    [...asked].reduce((sum, [skuId, units]) => sum + (terms.weights.get(skuId) ?? 0) * units, 0) / room,
  );
  for (let size = Math.max((smallest[0]?.length ?? 0) + 1, parcels); size <= holdings.length; size += 1) {
    const covers = coversOfSize(asked, holdings, size);
    if (covers === undefined) return;
    yield covers;
  }
}

/** Fills sets size by size until carriers take all parcels of one, or the steps are used up. */
function firstCarried(
  sizes: Iterable<Holding[][]>,
  steps: SearchBudget,
  carry: (sets: readonly Holding[][]) => Candidate[],
): Candidate[] {
  for (const sets of sizes) {
    const carried = carry(sets);
    if (carried.length > 0 || steps.left <= 0) return carried;
  }
  return [];
}

function consider(
  warehouseId: string,
  holdings: readonly Holding[],
  candidates: readonly Candidate[],
  winner: Candidate,
  terms: SourcingTerms,
): ConsideredWarehouse {
  const holding = holdings.find((one) => one.warehouseId === warehouseId);
  const units = holding ? [...holding.units.keys()].reduce((sum, skuId) => sum + unitsOf(holding, skuId), 0) : 0;
  const seen = { warehouseId, zone: terms.zones.get(warehouseId) ?? null, units };
  if (winner.warehouses.has(warehouseId)) return { ...seen, chosen: true, best: winner.figures };
  if (units === 0) return { ...seen, chosen: false, lost: 'nothing_available' };
  const best = bestOf(candidates.filter(({ warehouses }) => warehouses.has(warehouseId)))?.figures;
  if (!best) return { ...seen, chosen: false, lost: 'more_parcels' };
  const criterion = decidedBy(winner.figures, best);
  return { ...seen, chosen: false, lost: criterion === 'parcels' ? 'more_parcels' : (criterion ?? 'order'), best };
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, at) =>
    permutations(items.filter((_, other) => other !== at)).map((rest) => [item, ...rest]),
  );
}
