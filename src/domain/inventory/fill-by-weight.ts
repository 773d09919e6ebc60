import { sumOf } from '../money';
import { TARE_G } from '../parcel';
import { unitsInHolding, type Holding } from './smallest-covers';
import { shelfKey } from './sourcing-candidate';
import { unitsBySku, type Demand, type SourcedUnits, type SourcingTerms } from './sourcing-terms';

/** Limits the steps of one fill: it runs while the shelves are locked. */
const MAX_STEPS = 2_000;
/** Limits the steps of all fills of one merchant's lines together. */
export const SEARCH_STEP_LIMIT = 20_000;
/** Limits the number of goods whose every combination is checked in every step; more would take too long. */
const MAX_COMBINED = 4;

/** Counts the steps that fills may still try. */
export interface SearchBudget {
  left: number;
}

/** Describes the requested units of one SKU. */
interface Goods {
  readonly skuId: string;
  readonly quantity: number;
  readonly weightG: number;
}

/** Describes the units of some goods that are still open, and how many each warehouse could add to its parcel. */
interface OpenGoods {
  readonly weightG: number;
  readonly quantity: number;
  readonly possible: readonly number[];
}

/**
 * Fills lines from some warehouses so that a carrier takes every parcel, by depth-first search with backtracking. It
 * takes the heaviest goods first, from the first warehouse whose parcel has room for them, and tries other divisions
 * when units stay open. Undefined when there is no such way or none was found within the steps.
 */
export function fillByWeight(
  demands: readonly Demand[],
  order: readonly Holding[],
  terms: SourcingTerms,
  steps: SearchBudget,
): readonly SourcedUnits[] | undefined {
  const goods = heaviestFirst(demands, terms);
  const fill = new WeightFill(goods, order, terms.heaviestG - TARE_G, Math.min(MAX_STEPS, steps.left));
  const taken = fill.search();
  // A fill checks all goods once, however early it ends.
  steps.left -= goods.length + fill.steps;
  return taken && divideAmongLines(demands, order, taken);
}

function heaviestFirst(demands: readonly Demand[], terms: SourcingTerms): Goods[] {
  const goods = [...unitsBySku(demands)].map(([skuId, quantity]) => {
    return { skuId, quantity, weightG: terms.weights.get(skuId) ?? 0 };
  });
  return goods.sort((a, b) => b.weightG - a.weightG);
}

/** Divides the taken units among the lines, one warehouse after the other. */
function divideAmongLines(
  demands: readonly Demand[],
  order: readonly Holding[],
  taken: ReadonlyMap<string, number>,
): SourcedUnits[] {
  const left = new Map(taken);
  const sourced: SourcedUnits[] = [];
  for (const { lineId, merchantId, skuId, quantity } of demands) {
    let open = quantity;
    for (const { warehouseId } of order) {
      const shelf = shelfKey(skuId, warehouseId);
      const units = Math.min(open, left.get(shelf) ?? 0);
      if (units === 0) continue;
      open -= units;
      left.set(shelf, (left.get(shelf) ?? 0) - units);
      sourced.push({ lineId, merchantId, skuId, warehouseId, quantity: units });
    }
  }
  return sourced;
}

/** Searches a division of the goods among the warehouses in which every parcel stays within the weight. */
class WeightFill {
  /** The steps tried so far. */
  steps = 0;
  /** The weight in g that each warehouse's parcel has room for. */
  readonly #room: number[];
  /** The units taken so far, by shelf. */
  readonly #taken = new Map<string, number>();

  constructor(
    private readonly goods: readonly Goods[],
    private readonly order: readonly Holding[],
    room: number,
    private readonly maxSteps: number,
  ) {
    // Every parcel weighs a multiple of the weights' greatest common divisor: room beyond the last one holds nothing.
    let divisor = 0;
    for (const { weightG } of goods) divisor = greatestCommonDivisor(divisor, weightG);
    const usable = divisor > 0 ? Math.floor(room / divisor) * divisor : room;
    this.#room = order.map(() => usable);
  }

  search(): ReadonlyMap<string, number> | undefined {
    return this.#fillFrom(0) ? this.#taken : undefined;
  }

  /** Divides the goods at an index and all after it; returns whether it found a way. */
  #fillFrom(at: number): boolean {
    const goods = this.goods[at];
    if (!goods) return true;
    return (at > 0 || this.#mayFit(0, goods.quantity, 0)) && this.#fill(at, goods, 0, goods.quantity);
  }

  /**
   * Returns whether the goods from an index on may still fit into the parcels. It checks each of them alone, and any
   * combination by weight. For goods of equal weight that is sufficient (Hall's condition). Of the first goods, `open`
   * units are left, which only the warehouses from `from` on may send.
   */
  #mayFit(at: number, open: number, from: number): boolean {
    const left = this.goods
      .slice(at)
      .map((goods, index) => this.#openGoods(goods, index === 0 ? { open, from } : null));
    if (left.some(({ possible, quantity }) => sumOf(possible, (units) => units) < quantity)) return false;
    const combinations = left.length > MAX_COMBINED ? [left] : combinationsOf(left);
    return combinations.every((goods) => this.#roomFor(goods) >= sumOf(goods, (one) => one.quantity * one.weightG));
  }

  #openGoods(goods: Goods, started: { readonly open: number; readonly from: number } | null): OpenGoods {
    const { weightG, quantity } = goods;
    const possible = this.#possibleUnits(goods);
    if (started === null) return { weightG, quantity, possible };
    return { weightG, quantity: started.open, possible: withoutFirst(possible, started.from) };
  }

  /** Adds up the weight of some goods that each warehouse has and its parcel has room for. */
  #roomFor(goods: readonly OpenGoods[]): number {
    let weightG = 0;
    for (const [index, room] of this.#room.entries())
      weightG += Math.min(
        room,
        sumOf(goods, ({ possible, weightG: each }) => (possible[index] ?? 0) * each),
      );
    return weightG;
  }

  /** Divides the open units of some goods among the warehouses from `from` on, then fills the goods after them. */
  #fill(at: number, goods: Goods, from: number, open: number): boolean {
    if (open === 0) return this.#fillFrom(at + 1);
    const possible = withoutFirst(this.#possibleUnits(goods), from);
    const index = possible.findIndex((units) => units > 0);
    const holding = this.order[index];
    if (!holding) return false;
    const later = sumOf(possible.slice(index + 1), (units) => units);
    const shelf = shelfKey(goods.skuId, holding.warehouseId);
    const take = (units: number): void => {
      this.#taken.set(shelf, (this.#taken.get(shelf) ?? 0) + units);
      this.#room[index] = (this.#room[index] ?? 0) - units * goods.weightG;
    };
    for (let units = Math.min(open, possible[index] ?? 0); units >= Math.max(0, open - later); units -= 1) {
      if (this.steps >= this.maxSteps) return false;
      this.steps += 1;
      take(units);
      const mayFit = this.goods.length > MAX_COMBINED || this.#mayFit(at, open - units, index + 1);
      if (mayFit && this.#fill(at, goods, index + 1, open - units)) return true;
      take(-units);
    }
    return false;
  }

  /** Returns how many units of some goods each warehouse has and its parcel has room for. */
  #possibleUnits({ skuId, weightG }: Goods): number[] {
    return this.order.map((holding, index) => {
      const units = unitsInHolding(holding, skuId);
      return weightG === 0 ? units : Math.max(0, Math.min(units, Math.floor((this.#room[index] ?? 0) / weightG)));
    });
  }
}

const withoutFirst = (units: readonly number[], count: number): number[] =>
  units.map((each, index) => (index < count ? 0 : each));

function combinationsOf<T>([first, ...rest]: readonly T[]): T[][] {
  if (first === undefined) return [[]];
  return combinationsOf(rest).flatMap((some) => [some, [first, ...some]]);
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));
