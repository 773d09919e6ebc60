import { sumOf } from '../money';
import { TARE_G } from '../parcel';
import { explainSourcing } from './explain-sourcing';
import { fillByWeight, MAX_STEPS } from './fill-by-weight';
import type { FreeStock } from './free-stock';
import { stockOfMerchant, type Goods, type Holding, type MerchantStock } from './merchant-stock';
import { SearchBudget } from './search-budget';
import { CoverSearch } from './smallest-covers';
import { bestOf, candidateOf, isCarried, type Candidate, type Division } from './sourcing-candidate';
import type { Demand, SourcedUnits, SourcingDecision, SourcingTerms } from './sourcing-terms';

/** Limits the size of a set whose every order of warehouses is tried; larger sets are filled nearest first. */
const MAX_PERMUTED = 3;
/** Limits the steps of all fills of small and larger sets together. */
const SEARCH_STEP_LIMIT = 20_000;

/** Describes one merchant's goods and stock, and what the search for its warehouses needs. */
interface Sources extends MerchantStock {
  readonly terms: SourcingTerms;
  readonly covers: CoverSearch;
  readonly budget: SearchBudget;
  /** Shared by all fills of small and larger sets. */
  readonly steps: SearchBudget;
}

/**
 * Chooses the warehouses of one merchant's lines in an order. Candidates are the smallest sets of warehouses that hold
 * everything. A set is filled one warehouse after the other, and in every order when it has at most three. Each parcel
 * is filled up to the weight that a carrier takes, where the set can give everything that way. When carriers take all
 * parcels of no candidate, larger sets are tried until they do. The candidates are compared by their `SourcingFigures`;
 * of equal ones, the set that starts with the fullest shelves wins, then the lowest id. The stock must suffice.
 *
 * When the budget is used up, the best of the candidates so far wins. Some are examined whatever the budget: the orders
 * of one set, the smaller of those that "fullest first" and "nearest first" find, less the warehouses that it does not
 * need; and, when carriers take none of them, what all warehouses together give by weight, nearest first and fullest
 * first. So the fallback keeps parcels few, then compares by the same figures. It sources the lines whenever the free
 * stock suffices. It refuses them as too heavy only when both fills by weight fail, of at most 2,000 steps each: to try
 * every division is a bin packing. For up to four SKUs of one weight they miss none within their steps.
 */
export function chooseWarehouses(
  merchantId: string,
  demands: readonly Demand[],
  stock: FreeStock,
  terms: SourcingTerms,
  budget: SearchBudget,
): { parts: readonly SourcedUnits[]; decision: SourcingDecision } {
  const own = stockOfMerchant(demands, stock, terms);
  const covers = new CoverSearch(own.goods, own.fullestFirst, budget);
  const sources = { ...own, terms, covers, budget, steps: new SearchBudget(SEARCH_STEP_LIMIT, budget) };
  const smallest = covers.smallest([own.nearestFirst]);
  const candidates = fillSets(sources, smallest);
  if (!candidates.some(isCarried)) candidates.push(...findCarried(sources, smallest[0]?.length ?? 0));
  const winner = bestOf(candidates);
  if (!winner) throw new RangeError('The stock does not suffice for the lines: check for shortages before sourcing');
  const considered = explainSourcing([...own.fullestFirst, ...own.empty], candidates, winner);
  const limited = budget.left === 0 ? { limited: true as const } : {};
  const decision = { merchantId, figures: winner.figures, considered, ...limited };
  return { parts: divideAmongLines(demands, own.goods, winner), decision };
}

/** Fills sets in their orders: the first set in any case, the others within the budget. */
function fillSets(sources: Sources, sets: readonly Holding[][]): Candidate[] {
  const [first = [], ...others] = sets.map((set) => ordersOf(set, sources.nearestFirst));
  const candidates = first.map((order) => fillInOrder(sources, order));
  for (const order of others.flat()) {
    if (sources.budget.left === 0) break;
    candidates.push(fillInOrder(sources, order));
  }
  return candidates;
}

/** Lists the orders in which the warehouses of a set are filled. */
function ordersOf(set: readonly Holding[], nearestFirst: readonly Holding[]): Holding[][] {
  if (set.length <= MAX_PERMUTED) return permutations(set);
  const members = new Set(set);
  return [nearestFirst.filter((holding) => members.has(holding))];
}

/** Fills the goods from one warehouse after the other, by weight when a parcel is too heavy otherwise. */
function fillInOrder(sources: Sources, order: readonly Holding[]): Candidate {
  const { goods, terms, steps, budget } = sources;
  budget.examine(1);
  const full = candidateOf(goods, order, takeAll(goods, order), terms.price);
  if (isCarried(full) || steps.left === 0) return full;
  return fillWithinWeight(sources, order, steps) ?? full;
}

/** Fills the goods so that a carrier takes every parcel; undefined when no such way was found within the steps. */
function fillWithinWeight(
  { goods, terms }: Sources,
  order: readonly Holding[],
  steps: SearchBudget,
): Candidate | undefined {
  const division = fillByWeight(goods, order, terms.heaviestG, steps);
  return division && candidateOf(goods, order, division, terms.price);
}

/** Takes the goods from one warehouse after the other, as many as each has. */
const takeAll = (goods: readonly Goods[], order: readonly Holding[]): Division =>
  goods.map(({ quantity }, sku) => {
    let open = quantity;
    return order.map(({ units }) => {
      const taken = Math.min(open, units[sku] ?? 0);
      open -= taken;
      return taken;
    });
  });

/** Divides the units of a candidate among the lines, one warehouse after the other. */
function divideAmongLines(
  demands: readonly Demand[],
  goods: readonly Goods[],
  { order, division }: Candidate,
): SourcedUnits[] {
  const left = new Map(goods.map(({ skuId }, sku) => [skuId, [...(division[sku] ?? [])]]));
  const sourced: SourcedUnits[] = [];
  for (const { lineId, merchantId, skuId, quantity } of demands) {
    const units = left.get(skuId) ?? [];
    let open = quantity;
    for (const [index, { warehouseId }] of order.entries()) {
      const taken = Math.min(open, units[index] ?? 0);
      if (taken === 0) continue;
      open -= taken;
      units[index] = (units[index] ?? 0) - taken;
      sourced.push({ lineId, merchantId, skuId, warehouseId, quantity: taken });
    }
  }
  return sourced;
}

/**
 * Finds candidates whose every parcel a carrier takes. It fills all warehouses in any case, and sets of more than
 * `size` warehouses within the budget.
 */
function findCarried(sources: Sources, size: number): Candidate[] {
  const { nearestFirst, fullestFirst, steps, budget } = sources;
  const carried: Candidate[] = [];
  for (const order of [nearestFirst, fullestFirst]) {
    const reserved = new SearchBudget(MAX_STEPS);
    const candidate = fillWithinWeight(sources, order, reserved);
    budget.examine(reserved.examined);
    if (candidate) carried.push(candidate);
  }
  // When all warehouses together cannot send the lines within the weight, no smaller set can.
  if (carried.length === 0) return [];
  for (const sets of largerCovers(sources, size)) {
    const ofThisSize: Candidate[] = [];
    for (const order of sets.flatMap((set) => ordersOf(set, nearestFirst))) {
      const candidate = steps.left > 0 ? fillWithinWeight(sources, order, steps) : undefined;
      if (candidate) ofThisSize.push(candidate);
    }
    if (ofThisSize.length > 0) return [...carried, ...ofThisSize];
    if (steps.left === 0) break;
  }
  return carried;
}

/** Lists, size by size, the larger sets that hold everything, from the number of parcels that the weight needs on. */
function* largerCovers(
  { goods, fullestFirst, terms, covers }: Sources,
  smallest: number,
): Generator<readonly Holding[][]> {
  const parcelLimitG = terms.heaviestG - TARE_G;
  const weightG = sumOf(goods, ({ weightG: each, quantity }) => each * quantity);
  const parcels = Math.ceil(weightG / parcelLimitG);
  for (let size = Math.max(smallest + 1, parcels); size <= fullestFirst.length; size += 1) {
    const sets = covers.ofSize(size);
    if (sets === undefined) return;
    yield sets;
  }
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, at) => {
    const others = items.filter((_, other) => other !== at);
    return permutations(others).map((rest) => [item, ...rest]);
  });
}
