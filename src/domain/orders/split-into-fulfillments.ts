import { allocate } from '../money';
import type { SourcedUnits } from '../inventory/sourcing-terms';

/** What a line is worth: its goods and its share of the delivery charge. */
export interface LineValue {
  readonly lineId: string;
  readonly amount: number;
  /** How much of the amount is for delivery; nothing when absent. */
  readonly shippingAmount?: number;
  /** What the mall pays of the line's discounts; nothing when absent. */
  readonly platformAmount?: number;
}

export interface ValuedUnits extends SourcedUnits {
  readonly amount: number;
  readonly shippingAmount: number;
  readonly platformAmount: number;
}

/**
 * Gives each part of a line its share of the line's worth by quantity, goods and delivery each, so that the parts sum
 * to the order exactly.
 */
export function valueUnits(parts: readonly SourcedUnits[], lines: readonly LineValue[]): ValuedUnits[] {
  return lines.flatMap((line) => {
    const own = parts.filter((part) => part.lineId === line.lineId);
    const quantities = own.map((part) => part.quantity);
    const { amount, shippingAmount: delivery = 0, platformAmount = 0 } = line;
    const [goods, shipping, platform] = [amount - delivery, delivery, platformAmount].map((whole) =>
      allocate(whole, quantities),
    ) as [number[], number[], number[]];
    return own.map((part, i) => {
      const shippingAmount = shipping[i] ?? 0;
      return { ...part, amount: (goods[i] ?? 0) + shippingAmount, shippingAmount, platformAmount: platform[i] ?? 0 };
    });
  });
}

/** One merchant's part of an order from one warehouse. */
export interface FulfillmentPlan<T> {
  readonly number: number;
  readonly merchantId: string;
  readonly warehouseId: string;
  readonly amount: number;
  readonly platformAmount: number;
  readonly parts: readonly T[];
}

/**
 * Groups parts into fulfillments by merchant and warehouse, numbered from 1 in the order in which they first appear.
 */
export function splitIntoFulfillments<
  T extends { merchantId: string; warehouseId: string; amount: number; platformAmount: number },
>(parts: readonly T[]): FulfillmentPlan<T>[] {
  const groups = new Map<string, T[]>();
  for (const part of parts) {
    const key = `${part.merchantId} ${part.warehouseId}`;
    groups.set(key, [...(groups.get(key) ?? []), part]);
  }
  return [...groups.values()].map((own, index) => ({
    number: index + 1,
    merchantId: own[0]?.merchantId ?? '',
    warehouseId: own[0]?.warehouseId ?? '',
    amount: own.reduce((sum, part) => sum + part.amount, 0),
    platformAmount: own.reduce((sum, part) => sum + part.platformAmount, 0),
    parts: own,
  }));
}
