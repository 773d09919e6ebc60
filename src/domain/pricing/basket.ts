import { allocate, sumOf } from '../money';
import type { CatalogueItem } from './priced-cart';
import { shippingShares } from './shipping-shares';

/** Tracks a line's goods or shipping amount while promotions are applied. */
export interface LineAmount {
  readonly whole: number;
  /** The amount that is still to pay. */
  left: number;
  discounted: boolean;
  /** Whether an exclusive promotion has discounted it, so that no other may. */
  closed: boolean;
}

export interface BasketLine {
  /** The line's index in the requested cart. */
  readonly index: number;
  /** The line's index in the basket; it decides between equal lines. */
  readonly rank: number;
  readonly item: CatalogueItem;
  readonly quantity: number;
  readonly goods: LineAmount;
  readonly shipping: LineAmount;
}

const purse = (whole: number): LineAmount => ({ whole, left: whole, discounted: false, closed: false });

/** Sorts a cart's items into a basket by SKU, then quantity: the order of its lines decides nothing. */
export function fillBasket(items: readonly (CatalogueItem & { readonly quantity: number })[]): BasketLine[] {
  const indexed = items.map((item, index) => ({ item, index }));
  const sorted = indexed.sort(
    (a, b) => compareIds(a.item.skuId, b.item.skuId) || a.item.quantity - b.item.quantity || a.index - b.index,
  );
  const shipping = shippingShares(sorted.map(({ item }) => item));
  return sorted.map(({ item, index }, rank) => ({
    index,
    rank,
    item,
    quantity: item.quantity,
    goods: purse(item.unitAmount * item.quantity),
    shipping: purse(shipping[rank] ?? 0),
  }));
}

/** Compares ids by their code units, which gives the same order on every machine. */
export function compareIds(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Describes one line's share of a discount. */
export interface LineDiscount {
  readonly line: BasketLine;
  readonly amount: number;
}

/** Describes the discount that a promotion would give, line by line. */
export interface RuleDiscount {
  readonly on: 'goods' | 'shipping';
  readonly lineDiscounts: readonly LineDiscount[];
  readonly amount: number;
}

/** Divides a discount among lines by weight. No share exceeds its weight unless the amount exceeds their sum. */
export function shareDiscount(
  on: RuleDiscount['on'],
  amount: number,
  lines: readonly BasketLine[],
  weightOf: (line: BasketLine) => number,
): RuleDiscount {
  const amounts = allocate(amount, lines.map(weightOf));
  return discountByLine(on, lines, (_line, i) => amounts[i] ?? 0);
}

/** Builds a discount from an amount per line; lines with amount 0 are left out. */
export function discountByLine(
  on: RuleDiscount['on'],
  lines: readonly BasketLine[],
  amountOf: (line: BasketLine, i: number) => number,
): RuleDiscount {
  const lineDiscounts: LineDiscount[] = [];
  let whole = 0;
  lines.forEach((line, i) => {
    const amount = amountOf(line, i);
    if (amount === 0) return;
    lineDiscounts.push({ line, amount });
    whole += amount;
  });
  return { on, lineDiscounts, amount: whole };
}

/** Sorts items by their numbers unless they are sorted already, as most baskets are. */
export function sortIfNeeded<T>(items: T[], numberOf: (item: T) => number): T[] {
  const isOrdered = items.every((item, i) => i === 0 || numberOf(items[i - 1] as T) <= numberOf(item));
  return isOrdered ? items : items.sort((a, b) => numberOf(a) - numberOf(b));
}

/** Sums what is left to pay for the goods of lines. */
export const goodsLeft = (lines: readonly BasketLine[]): number => sumOf(lines, (line) => line.goods.left);

/** Sums the units of lines. */
export const unitsOf = (lines: readonly BasketLine[]): number => sumOf(lines, (line) => line.quantity);
