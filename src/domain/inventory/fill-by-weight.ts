import { TARE_G } from '../parcel';
import { unitsOf, type Holding } from './smallest-covers';
import type { Demand, SourcedUnits, SourcingTerms } from './sourcing-terms';

/** How many steps one fill may try, and all fills of one merchant's part together: it runs while shelves are locked. */
const MAX_STEPS = 2_000;
export const SEARCH_STEP_LIMIT = 20_000;
/** Up to so many goods, every choice of them is looked at in every step; it takes too long for more. */
const LOOKED_AHEAD = 4;

/** What is left of the steps that fills may try. */
export interface SearchBudget {
  left: number;
}

interface Goods {
  readonly skuId: string;
  readonly quantity: number;
  readonly weightG: number;
}

/**
 * Fills lines from some warehouses so that a carrier lifts every parcel: the heaviest goods first, each from the first
 * warehouse that has them as long as its parcel may grow, and otherwise than so when that leaves something open
 * (depth-first search with backtracking). Undefined when there is no such way, or none was found within the steps.
 */
export function fillByWeight(
  demands: readonly Demand[],
  order: readonly Holding[],
  terms: SourcingTerms,
  steps: SearchBudget,
): readonly SourcedUnits[] | undefined {
  const asked = new Map<string, number>();
  for (const { skuId, quantity } of demands) asked.set(skuId, (asked.get(skuId) ?? 0) + quantity);
  const goods = [...asked]
    .map(([skuId, quantity]) => ({ skuId, quantity, weightG: terms.weights.get(skuId) ?? 0 }))
    .sort((a, b) => b.weightG - a.weightG);
  const fill = new WeightFill(goods, order, terms.heaviestG - TARE_G, Math.min(MAX_STEPS, steps.left));
  const taken = fill.search();
  // However soon a fill ends, it has looked at all goods once.
  steps.left -= goods.length + fill.steps;
  return taken && divide(demands, order, taken);
}

/** Gives each line its units of what is taken, one warehouse after the other. */
function divide(
  demands: readonly Demand[],
  order: readonly Holding[],
  taken: ReadonlyMap<string, number>,
): SourcedUnits[] {
  const left = new Map(taken);
  return demands.flatMap(({ lineId, merchantId, skuId, quantity }) => {
    let open = quantity;
    return order.flatMap(({ warehouseId }) => {
      const shelf = `${skuId} ${warehouseId}`;
      const units = Math.min(open, left.get(shelf) ?? 0);
      if (units === 0) return [];
      open -= units;
      left.set(shelf, (left.get(shelf) ?? 0) - units);
      return [{ lineId, merchantId, skuId, warehouseId, quantity: units }];
    });
  });
}

class WeightFill {
  /** Steps that were tried. */
  steps = 0;
  readonly #room: number[];
  /** Units by SKU and warehouse. */
  readonly #taken = new Map<string, number>();

  constructor(
    private readonly goods: readonly Goods[],
    private readonly order: readonly Holding[],
    room: number,
    private readonly most: number,
  ) {
    // Weights that share a measure fill parcels by it: what is left beyond holds nothing.
    const measure = goods.reduce((common, { weightG }) => commonMeasure(common, weightG), 0);
    this.#room = order.map(() => (measure > 0 ? Math.floor(room / measure) * measure : room));
  }

  search(): ReadonlyMap<string, number> | undefined {
    return this.#next(0) ? this.#taken : undefined;
  }

  #next(at: number): boolean {
    const goods = this.goods[at];
    if (!goods) return true;
    return (at > 0 || this.#mayHold(0, goods.quantity, 0)) && this.#fill(at, goods, 0, goods.quantity);
  }

  /**
   * Tells whether the goods from a place on, of which the first are open so far and come from later warehouses only,
   * may still be lifted: each alone, and any of them together by weight (that suffices when all weigh the same: Hall's
   * condition).
   */
  #mayHold(at: number, open: number, from: number): boolean {
    const left = this.goods
      .slice(at)
      .map((one, place) => ({
        weightG: one.weightG,
        quantity: place === 0 ? open : one.quantity,
        could: this.#could(one).map((units, index) => (place === 0 && index < from ? 0 : units)),
      }));
    if (left.some(({ could, quantity }) => could.reduce((sum, units) => sum + units, 0) < quantity)) return false;
    return (left.length > LOOKED_AHEAD ? [left] : choicesOf(left)).every((some) => {
      const lifted = this.#room.reduce(
        (sum, room, index) =>
          sum +
          Math.min(
            room,
            some.reduce((all, { could, weightG }) => all + (could[index] ?? 0) * weightG, 0),
          ),
        0,
      );
      return lifted >= some.reduce((all, { quantity, weightG }) => all + quantity * weightG, 0);
    });
  }

  #fill(at: number, goods: Goods, from: number, open: number): boolean {
    if (open === 0) return this.#next(at + 1);
    const could = this.#could(goods).map((units, index) => (index < from ? 0 : units));
    const index = could.findIndex((units) => units > 0);
    const holding = this.order[index];
    if (!holding) return false;
    const later = could.reduce((sum, units, other) => (other > index ? sum + units : sum), 0);
    const shelf = `${goods.skuId} ${holding.warehouseId}`;
    const take = (units: number): void => {
      this.#taken.set(shelf, (this.#taken.get(shelf) ?? 0) + units);
      this.#room[index] = (this.#room[index] ?? 0) - units * goods.weightG;
    };
    for (let units = Math.min(open, could[index] ?? 0); units >= Math.max(0, open - later); units -= 1) {
      if (this.steps >= this.most) return false;
      this.steps += 1;
      take(units);
      const ahead = this.goods.length > LOOKED_AHEAD || this.#mayHold(at, open - units, index + 1);
      if (ahead && this.#fill(at, goods, index + 1, open - units)) return true;
      take(-units);
    }
    return false;
  }

  /** How many units of some goods each warehouse has that its parcel has room for. */
  #could({ skuId, weightG }: Goods): number[] {
    return this.order.map((holding, index) => {
      const units = unitsOf(holding, skuId);
      return weightG === 0 ? units : Math.max(0, Math.min(units, Math.floor((this.#room[index] ?? 0) / weightG)));
    });
  }
}

function choicesOf<T>([first, ...rest]: readonly T[]): T[][] {
  if (first === undefined) return [[]];
  return choicesOf(rest).flatMap((some) => [some, [first, ...some]]);
}

const commonMeasure = (a: number, b: number): number => (b === 0 ? a : commonMeasure(b, a % b));
