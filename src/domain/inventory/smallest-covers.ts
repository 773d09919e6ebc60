import { sumOf } from '../money';
import type { Goods, Holding } from './merchant-stock';
import { SearchBudget } from './search-budget';

/** Limits the branches of the search for every set. */
const MAX_BRANCHES = 20_000;
/** Limits how many sets of one size are compared. */
const MAX_COVERS = 200;

/**
 * Searches the sets of warehouses that together hold everything requested, within a budget. It is a set cover with
 * demands (Garey and Johnson's SP5), searched by iterative deepening with a bound on what the remaining warehouses can
 * add. A branch adds one warehouse to a set.
 */
export class CoverSearch {
  /** The most units that any holding from an index on has, in the order of the goods. */
  readonly #most: readonly (readonly number[])[];

  constructor(
    private readonly goods: readonly Goods[],
    private readonly holdings: readonly Holding[],
    private readonly budget: SearchBudget,
  ) {
    let later: readonly number[] = goods.map(() => 0);
    const lastFirst = [...holdings].reverse().map(({ units }) => {
      later = units.map((each, sku) => Math.max(each, later[sku] ?? 0));
      return later;
    });
    this.#most = lastFirst.reverse();
  }

  /**
   * Lists all sets of the smallest size (at most 200), in the order of the holdings. These must hold everything. Past
   * 20,000 branches, or when the budget is used up, it returns one set: the smallest that taking in the order of the
   * holdings or of a `rough` order needs. That set is found without the budget.
   */
  smallest(rough: readonly (readonly Holding[])[]): Holding[][] {
    const branches = new SearchBudget(MAX_BRANCHES, this.budget);
    for (let size = this.#atLeast(); size <= this.holdings.length; size += 1) {
      const covers = this.#search(size, branches);
      if (covers.length > 0) return covers;
      if (branches.left === 0) break;
    }
    const taken = [this.holdings, ...rough].map((order) => takenInOrder(this.goods, order));
    const covers = taken.map((set) => withoutRedundant(this.goods, set));
    const [smallest] = covers.sort((a, b) => a.length - b.length);
    return smallest ? [smallest] : [];
  }

  /** Lists the sets of a size (at most 200); undefined past 20,000 branches, or when the budget is used up. */
  ofSize(size: number): Holding[][] | undefined {
    const branches = new SearchBudget(MAX_BRANCHES, this.budget);
    const covers = this.#search(size, branches);
    return branches.left === 0 ? undefined : covers;
  }

  /** Returns a lower bound for the size of a set: the most warehouses that one SKU alone needs. */
  #atLeast(): number {
    return Math.max(1, ...this.goods.map(({ quantity }, sku) => this.#warehousesFor(sku, quantity)));
  }

  #warehousesFor(sku: number, quantity: number): number {
    const largestFirst = this.holdings.map(({ units }) => units[sku] ?? 0).sort((a, b) => b - a);
    let open = quantity;
    return largestFirst.findIndex((each) => (open -= each) <= 0) + 1;
  }

  #search(size: number, branches: SearchBudget): Holding[][] {
    const covers: Holding[][] = [];
    const open = this.goods.map(({ quantity }) => quantity);
    this.#extend([], 0, open, size, branches, covers);
    return covers;
  }

  #extend(
    chosen: readonly Holding[],
    from: number,
    open: readonly number[],
    left: number,
    branches: SearchBudget,
    covers: Holding[][],
  ): void {
    if (left === 0) {
      if (open.every((units) => units === 0)) covers.push([...chosen]);
      return;
    }
    for (let at = from; at <= this.holdings.length - left; at += 1) {
      if (covers.length >= MAX_COVERS || branches.left === 0) return;
      const most = this.#most[at] ?? [];
      if (open.some((units, sku) => units > left * (most[sku] ?? 0))) return;
      branches.examine(1);
      const holding = this.holdings[at] as Holding;
      this.#extend([...chosen, holding], at + 1, less(open, holding), left - 1, branches, covers);
    }
  }
}

/** Subtracts a warehouse's units from the open ones. */
const less = (open: readonly number[], { units }: Holding): number[] =>
  open.map((each, sku) => {
    const held = units[sku] ?? 0;
    return each > held ? each - held : 0;
  });

/** Lists the warehouses that give any unit when the goods are taken in an order. */
function takenInOrder(goods: readonly Goods[], order: readonly Holding[]): Holding[] {
  let open = goods.map(({ quantity }) => quantity);
  return order.filter((holding) => {
    const gives = open.some((each, sku) => Math.min(each, holding.units[sku] ?? 0) > 0);
    open = less(open, holding);
    return gives;
  });
}

/** Removes the warehouses that a set does not need, the last first. */
function withoutRedundant(goods: readonly Goods[], set: readonly Holding[]): Holding[] {
  let kept = [...set];
  for (const holding of [...set].reverse()) {
    const rest = kept.filter((other) => other !== holding);
    if (holdsAll(rest, goods)) kept = rest;
  }
  return kept;
}

const holdsAll = (set: readonly Holding[], goods: readonly Goods[]): boolean =>
  goods.every(({ quantity }, sku) => sumOf(set, ({ units }) => units[sku] ?? 0) >= quantity);
