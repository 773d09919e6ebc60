/** What one warehouse can give of what is asked for: units by SKU, never more than is asked. */
export interface Holding {
  readonly warehouseId: string;
  readonly units: ReadonlyMap<string, number>;
}

/** How many branches are looked at before the search gives up on trying every set. */
const MAX_BRANCHES = 20_000;
/** More sets of the same size than this are not compared. */
const MAX_COVERS = 200;

export const unitsOf = (holding: Holding, skuId: string): number => holding.units.get(skuId) ?? 0;

/**
 * Finds the smallest sets of warehouses that together hold everything asked for: all sets of that size (at most 200),
 * in the order of `holdings`. Iterative deepening with a bound on what the warehouses still to come could add (a set
 * cover with demands, as in Garey and Johnson's SP5). Past 20,000 branches it answers the smallest of what `rough`
 * orders of taking come to, each without the warehouses it does not need. All holdings together must cover what is
 * asked.
 */
export function smallestCovers(
  asked: ReadonlyMap<string, number>,
  holdings: readonly Holding[],
  rough: readonly (readonly Holding[])[],
): Holding[][] {
  const search = new Search(asked, holdings);
  for (let size = search.atLeast(); size <= holdings.length; size += 1) {
    const covers = search.ofSize(size);
    if (covers.length > 0) return covers;
    if (search.exhausted) break;
  }
  const [smallest] = [holdings, ...rough]
    .map((order) => withoutNeedless(asked, takenInOrder(asked, order)))
    .sort((a, b) => a.length - b.length);
  return smallest ? [smallest] : [];
}

/**
 * Lists sets of so many warehouses that together hold everything asked for (at most 200); undefined past 20,000
 * branches.
 */
export function coversOfSize(
  asked: ReadonlyMap<string, number>,
  holdings: readonly Holding[],
  size: number,
): Holding[][] | undefined {
  const search = new Search(asked, holdings);
  const covers = search.ofSize(size);
  return search.exhausted ? undefined : covers;
}

class Search {
  #branches = 0;
  /** The most that any warehouse from a position on holds, by SKU. */
  readonly #best: ReadonlyMap<string, number>[];

  constructor(
    private readonly asked: ReadonlyMap<string, number>,
    private readonly holdings: readonly Holding[],
  ) {
    this.#best = new Array<ReadonlyMap<string, number>>(holdings.length + 1).fill(new Map());
    for (let at = holdings.length - 1; at >= 0; at -= 1) {
      const [holding, later] = [holdings[at], this.#best[at + 1]];
      this.#best[at] = new Map(
        [...asked.keys()].map((skuId) => [
          skuId,
          Math.max(holding ? unitsOf(holding, skuId) : 0, later?.get(skuId) ?? 0),
        ]),
      );
    }
  }

  get exhausted(): boolean {
    return this.#branches >= MAX_BRANCHES;
  }

  /** No set is smaller than what the SKU that is spread most thinly needs. */
  atLeast(): number {
    return Math.max(
      1,
      ...[...this.asked].map(([skuId, quantity]) => {
        const largestFirst = this.holdings.map((holding) => unitsOf(holding, skuId)).sort((a, b) => b - a);
        let open = quantity;
        return largestFirst.findIndex((units) => (open -= units) <= 0) + 1;
      }),
    );
  }

  ofSize(size: number): Holding[][] {
    const covers: Holding[][] = [];
    this.#extend([], 0, this.asked, size, covers);
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
      for (const [skuId, units] of open) if (units > left * (this.#best[at]?.get(skuId) ?? 0)) return;
      this.#branches += 1;
      const holding = this.holdings[at] as Holding;
      this.#extend([...chosen, holding], at + 1, less(open, holding), left - 1, covers);
    }
  }
}

function less(open: ReadonlyMap<string, number>, holding: Holding): Map<string, number> {
  return new Map(
    [...open]
      .map(([skuId, units]) => [skuId, units - unitsOf(holding, skuId)] as const)
      .filter(([, units]) => units > 0),
  );
}

function takenInOrder(asked: ReadonlyMap<string, number>, order: readonly Holding[]): Holding[] {
  let open = asked;
  return order.filter((holding) => {
    if (![...open.keys()].some((skuId) => unitsOf(holding, skuId) > 0)) return false;
    open = less(open, holding);
    return true;
  });
}

function withoutNeedless(asked: ReadonlyMap<string, number>, set: readonly Holding[]): Holding[] {
  const covers = (some: readonly Holding[]) =>
    [...asked].every(
      ([skuId, quantity]) => some.reduce((sum, holding) => sum + unitsOf(holding, skuId), 0) >= quantity,
    );
  return [...set].reverse().reduce(
    (kept, holding) => {
      const rest = kept.filter((other) => other !== holding);
      return covers(rest) ? rest : kept;
    },
    [...set],
  );
}
