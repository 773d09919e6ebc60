import { allocate, sumOf } from '../money';
import type { CatalogueItem } from './priced-cart';
import { shippingShares } from './shipping-shares';

/** What a line has of goods, or of shipping: what is left to pay while rules are applied. */
export interface Purse {
  readonly whole: number;
  left: number;
  discounted: boolean;
  /** Taken by a rule that shares its lines with no other. */
  closed: boolean;
}

export interface BasketLine {
  /** Where the line stands in the cart that was asked for. */
  readonly index: number;
  /** Where it stands in the basket: what decides between equals. */
  readonly rank: number;
  readonly item: CatalogueItem;
  readonly quantity: number;
  readonly goods: Purse;
  readonly shipping: Purse;
}

const purse = (whole: number): Purse => ({ whole, left: whole, discounted: false, closed: false });

/**
 * Fills a basket in an order of its own (SKU, then quantity), so that the order in which a cart lists its lines decides
 * nothing: lines that are equal in both are equal in all.
 */
export function fillBasket(items: readonly (CatalogueItem & { readonly quantity: number })[]): BasketLine[] {
  const sorted = items
    .map((item, index) => ({ item, index }))
    .sort((a, b) => compare(a.item.skuId, b.item.skuId) || a.item.quantity - b.item.quantity || a.index - b.index);
  const shipping = shippingShares(sorted.map(({ item }) => item));
  return sorted.map(({ item, index }, i) => ({
    index,
    rank: i,
    item,
    quantity: item.quantity,
    goods: purse(item.unitAmount * item.quantity),
    shipping: purse(shipping[i] ?? 0),
  }));
}

/** Compares ids by their code units: the same on every machine. */
export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** One line's part in a discount. */
export interface Part {
  readonly line: BasketLine;
  readonly amount: number;
}

/** What a rule would take off, line by line. */
export interface Deal {
  readonly on: 'goods' | 'shipping';
  readonly parts: readonly Part[];
  readonly amount: number;
}

/** Shares an amount among lines by weight. No part is over its weight as long as the amount is not over their sum. */
export function share(
  on: Deal['on'],
  amount: number,
  lines: readonly BasketLine[],
  weightOf: (line: BasketLine) => number,
): Deal {
  const amounts = allocate(amount, lines.map(weightOf));
  return dealOf(on, lines, (_line, i) => amounts[i] ?? 0);
}

/** Takes an amount off each line; lines that it takes nothing off have no part in it. */
export function dealOf(
  on: Deal['on'],
  lines: readonly BasketLine[],
  amountOf: (line: BasketLine, i: number) => number,
): Deal {
  const parts: Part[] = [];
  let whole = 0;
  lines.forEach((line, i) => {
    const amount = amountOf(line, i);
    if (amount === 0) return;
    parts.push({ line, amount });
    whole += amount;
  });
  return { on, parts, amount: whole };
}

/** Puts a few items in the order of their numbers. Most baskets come in it already. */
export function inOrder<T>(items: T[], numberOf: (item: T) => number): T[] {
  const isOrdered = items.every((item, i) => i === 0 || numberOf(items[i - 1] as T) <= numberOf(item));
  return isOrdered ? items : items.sort((a, b) => numberOf(a) - numberOf(b));
}

export const goodsLeft = (lines: readonly BasketLine[]): number => sumOf(lines, (line) => line.goods.left);
export const unitsOf = (lines: readonly BasketLine[]): number => sumOf(lines, (line) => line.quantity);
