import { TARE_G } from '../parcel';
import type { Goods, Holding } from './merchant-stock';
import type { SearchBudget } from './search-budget';
import type { Division } from './sourcing-candidate';

/** Limits the steps of one fill: it runs while the shelves are locked. */
export const MAX_STEPS = 2_000;
/** Limits the number of goods whose every combination is checked in every step; more would take too long. */
const MAX_COMBINED = 4;

/**
 * Fills goods from some warehouses so that a carrier takes every parcel, by depth-first search with backtracking. It
 * takes the heaviest goods first, from the first warehouse whose parcel has room for them, and tries other divisions
 * when units stay open. It returns the units to take, of each of the goods from each warehouse of the order. Undefined
 * when there is no such way or none was found within the budget.
 */
export function fillByWeight(
  goods: readonly Goods[],
  order: readonly Holding[],
  heaviestG: number,
  budget: SearchBudget,
): Division | undefined {
  const heaviestFirst = [...goods.entries()].sort(([, a], [, b]) => b.weightG - a.weightG);
  const held = heaviestFirst.map(([sku]) => order.map(({ units }) => units[sku] ?? 0));
  const sorted = heaviestFirst.map(([, one]) => one);
  const fill = new WeightFill(sorted, held, order.length, heaviestG - TARE_G, Math.min(MAX_STEPS, budget.left));
  const taken = fill.search();
  // A fill checks all goods once, however early it ends.
  budget.examine(goods.length + fill.steps);
  if (!taken) return undefined;
  const division = goods.map((): readonly number[] => []);
  for (const [at, [sku]] of heaviestFirst.entries()) division[sku] = taken[at] ?? [];
  return division;
}

/** Searches a division of the goods among the warehouses in which every parcel stays within the weight. */
class WeightFill {
  /** The steps tried so far. */
  steps = 0;
  /** The weight in g that each warehouse's parcel has room for. */
  readonly #room: number[];
  /** The units taken so far, of each of the goods from each warehouse. */
  readonly #taken: number[][];

  constructor(
    private readonly goods: readonly Goods[],
    /** The units of each of the goods in each warehouse. */
    private readonly held: readonly (readonly number[])[],
    private readonly warehouses: number,
    room: number,
    private readonly maxSteps: number,
  ) {
    // Every parcel weighs a multiple of the weights' greatest common divisor: room beyond the last one holds nothing.
    let divisor = 0;
    for (const { weightG } of goods) divisor = greatestCommonDivisor(divisor, weightG);
    const usable = divisor > 0 ? Math.floor(room / divisor) * divisor : room;
    this.#room = new Array<number>(warehouses).fill(usable);
    this.#taken = held.map((units) => units.map(() => 0));
  }

  /** Returns the units to take of each of the goods from each warehouse; undefined when no way was found. */
  search(): Division | undefined {
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
    const quantityOf = (each: number): number => (each === at ? open : (this.goods[each]?.quantity ?? 0));
    const combined = this.goods.length - at <= MAX_COMBINED;
    // Each of the goods is one bit of a combination; too many of them share one bit, so that only all are checked.
    const bitOf = (each: number): number => (combined ? 1 << (each - at) : 1);
    const combinations = combined ? 1 << (this.goods.length - at) : 2;
    const required = new Array<number>(combinations).fill(0);
    const units = this.goods.map(() => 0);
    for (let each = at; each < this.goods.length; each += 1)
      required[bitOf(each)] = (required[bitOf(each)] ?? 0) + quantityOf(each) * this.#weightOf(each);
    addUpCombinations(required);
    const rooms = new Array<number>(combinations).fill(0);
    const possibleG = new Array<number>(combinations).fill(0);
    for (let index = 0; index < this.warehouses; index += 1) {
      possibleG.fill(0);
      for (let each = at; each < this.goods.length; each += 1) {
        const possible = each === at && index < from ? 0 : this.#possibleUnits(each, index);
        units[each] = (units[each] ?? 0) + possible;
        possibleG[bitOf(each)] = (possibleG[bitOf(each)] ?? 0) + possible * this.#weightOf(each);
      }
      addUpCombinations(possibleG);
      const room = this.#room[index] ?? 0;
      for (let one = 1; one < combinations; one += 1) {
        const weightG = possibleG[one] ?? 0;
        rooms[one] = (rooms[one] ?? 0) + (weightG < room ? weightG : room);
      }
    }
    for (let each = at; each < this.goods.length; each += 1) if ((units[each] ?? 0) < quantityOf(each)) return false;
    return rooms.every((room, one) => room >= (required[one] ?? 0));
  }

  /** Divides the open units of some goods among the warehouses from `from` on, then fills the goods after them. */
  #fill(at: number, goods: Goods, from: number, open: number): boolean {
    if (open === 0) return this.#fillFrom(at + 1);
    let index = from;
    while (index < this.warehouses && this.#possibleUnits(at, index) === 0) index += 1;
    if (index === this.warehouses) return false;
    let later = 0;
    for (let other = index + 1; other < this.warehouses; other += 1) later += this.#possibleUnits(at, other);
    const most = Math.min(open, this.#possibleUnits(at, index));
    for (let units = most; units >= Math.max(0, open - later); units -= 1) {
      if (this.steps >= this.maxSteps) return false;
      this.steps += 1;
      this.#take(at, index, units);
      const mayFit = this.goods.length > MAX_COMBINED || this.#mayFit(at, open - units, index + 1);
      if (mayFit && this.#fill(at, goods, index + 1, open - units)) return true;
      this.#take(at, index, -units);
    }
    return false;
  }

  /** Takes units of some goods from a warehouse, or gives them back when negative. */
  #take(at: number, index: number, units: number): void {
    const taken = this.#taken[at] as number[];
    taken[index] = (taken[index] ?? 0) + units;
    this.#room[index] = (this.#room[index] ?? 0) - units * this.#weightOf(at);
  }

  /** Returns how many units of some goods a warehouse has and its parcel has room for. */
  #possibleUnits(at: number, index: number): number {
    const units = this.held[at]?.[index] ?? 0;
    const weightG = this.#weightOf(at);
    const room = this.#room[index] ?? 0;
    if (weightG === 0 || units * weightG <= room) return units;
    return room > 0 ? Math.floor(room / weightG) : 0;
  }

  #weightOf(at: number): number {
    return this.goods[at]?.weightG ?? 0;
  }
}

/** Fills in the sum of every combination of bits, from the values of the single ones. */
function addUpCombinations(sums: number[]): void {
  for (let one = 1; one < sums.length; one += 1) {
    const rest = one & (one - 1);
    sums[one] = (sums[rest] ?? 0) + (sums[one ^ rest] ?? 0);
  }
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));
