import { sumOf } from '../money';

/** Describes how many of the requested units one warehouse has, by SKU; never more than are requested. */
export interface Holding {
  readonly warehouseId: string;
  readonly units: ReadonlyMap<string, number>;
}

/** Limits the branches of the search for every set. */
const MAX_BRANCHES = 20_000;
/** Limits how many sets of one size are compared. */
const MAX_COVERS = 200;

/** Returns how many units of a SKU a warehouse has. */
export const unitsInHolding = (holding: Holding, skuId: string): number => holding.units.get(skuId) ?? 0;

/**
 * Finds the smallest sets of warehouses that together hold everything requested. It lists all sets of that size (at
 * most 200) in the order of `holdings`, which together must hold everything. It is a set cover with demands (Garey and
 * Johnson's SP5), searched by iterative deepening with a bound on what the remaining warehouses can add. Past 20,000
 * branches it returns one set: the smallest that taking in the order of `holdings` or of a `rough` order needs.
 */
export function smallestCovers(
  requested: ReadonlyMap<string, number>,
  holdings: readonly Holding[],
  rough: readonly (readonly Holding[])[],
): Holding[][] {
  const search = new Search(requested, holdings);
  for (let size = search.atLeast(); size <= holdings.length; size += 1) {
    const covers = search.ofSize(size);
    if (covers.length > 0) return covers;
    if (search.exhausted) break;
  }
  const taken = [holdings, ...rough].map((order) => takenInOrder(requested, order));
  const covers = taken.map((set) => withoutRedundant(requested, set));
  const [smallest] = covers.sort((a, b) => a.length - b.length);
  return smallest ? [smallest] : [];
}

/**
 * Lists the sets of so many warehouses that together hold everything requested (at most 200); undefined past 20,000
 * branches.
 */
export function coversOfSize(
  requested: ReadonlyMap<string, number>,
  holdings: readonly Holding[],
  size: number,
): Holding[][] | undefined {
  const search = new Search(requested, holdings);
  const covers = search.ofSize(size);
  return search.exhausted ? undefined : covers;
}

/** Searches sets of warehouses of one size after the other, within one limit of branches. */
class Search {
  #branches = 0;
  /** The most units that any warehouse from an index on holds, by SKU. */
  readonly #most: ReadonlyMap<string, number>[];

  constructor(
    private readonly requested: ReadonlyMap<string, number>,
    private readonly holdings: readonly Holding[],
  ) {
    this.#most = new Array<ReadonlyMap<string, number>>(holdings.length + 1).fill(new Map());
    for (let at = holdings.length - 1; at >= 0; at -= 1) {
      const [holding, later] = [holdings[at] as Holding, this.#most[at + 1]];
      const most = new Map<string, number>();
      for (const skuId of requested.keys())
        most.set(skuId, Math.max(unitsInHolding(holding, skuId), later?.get(skuId) ?? 0));
      this.#most[at] = most;
    }
  }

  /** Whether the limit of branches is reached, so that sets may be missing. */
  get exhausted(): boolean {
    return this.#branches >= MAX_BRANCHES;
  }

  /** Returns a lower bound for the size of a set: the most warehouses that one SKU alone needs. */
  atLeast(): number {
    const needed = [...this.requested].map(([skuId, quantity]) => this.#warehousesFor(skuId, quantity));
    return Math.max(1, ...needed);
  }

  #warehousesFor(skuId: string, quantity: number): number {
    const units = this.holdings.map((holding) => unitsInHolding(holding, skuId));
    const largestFirst = units.sort((a, b) => b - a);
    let open = quantity;
    return largestFirst.findIndex((each) => (open -= each) <= 0) + 1;
  }

  /** Lists the sets of a size that hold everything. */
  ofSize(size: number): Holding[][] {
    const covers: Holding[][] = [];
    this.#extend([], 0, this.requested, size, covers);
    return covers;
  }

  #extend(
    chosen: readonly Holding[],
    from: number,
    open: ReadonlyMap<string, number>,
    left: number,
    covers: Holding[][],
  ): void {
    if (left === 0) {
      if (open.size === 0) covers.push([...chosen]);
      return;
    }
    for (let at = from; at <= this.holdings.length - left; at += 1) {
      if (covers.length >= MAX_COVERS || this.exhausted) return;
      for (const [skuId, units] of open) if (units > left * (this.#most[at]?.get(skuId) ?? 0)) return;
      this.#branches += 1;
      const holding = this.holdings[at] as Holding;
      this.#extend([...chosen, holding], at + 1, less(open, holding), left - 1, covers);
    }
  }
}

/** Subtracts a warehouse's units from the open ones. */
function less(open: ReadonlyMap<string, number>, holding: Holding): Map<string, number> {
  const left = new Map<string, number>();
  for (const [skuId, units] of open) {
    const more = units - unitsInHolding(holding, skuId);
    if (more > 0) left.set(skuId, more);
  }
  return left;
}

/** Lists the warehouses that give any unit when the requested units are taken in an order. */
function takenInOrder(requested: ReadonlyMap<string, number>, order: readonly Holding[]): Holding[] {
  let open = requested;
  return order.filter((holding) => {
    if (![...open.keys()].some((skuId) => unitsInHolding(holding, skuId) > 0)) return false;
    open = less(open, holding);
    return true;
  });
}

/** Removes the warehouses that a set does not need, the last first. */
function withoutRedundant(requested: ReadonlyMap<string, number>, set: readonly Holding[]): Holding[] {
  let kept = [...set];
  for (const holding of [...set].reverse()) {
    const rest = kept.filter((other) => other !== holding);
    if (holdsAll(rest, requested)) kept = rest;
  }
  return kept;
}

const holdsAll = (set: readonly Holding[], requested: ReadonlyMap<string, number>): boolean =>
  [...requested].every(([skuId, quantity]) => sumOf(set, (holding) => unitsInHolding(holding, skuId)) >= quantity);
