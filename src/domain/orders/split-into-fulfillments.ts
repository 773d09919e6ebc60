import { allocate, sumOf } from '../money';
import type { SourcedUnits } from '../inventory/sourcing-terms';

/** Describes a line's value: its goods and its share of the delivery charge. */
export interface LineValue {
  readonly lineId: string;
  readonly amount: number;
  /** The delivery charge in the amount; 0 when absent. */
  readonly shippingAmount?: number;
  /** The mall's share of the line's discounts; 0 when absent. */
  readonly platformAmount?: number;
}

export interface ValuedUnits extends SourcedUnits {
  readonly amount: number;
  readonly shippingAmount: number;
  readonly platformAmount: number;
}

/**
 * Divides each line's value among its sourced units by quantity. Goods and delivery are divided separately, so that the
 * units' values add up to the order exactly.
 */
export function valueUnits(sourced: readonly SourcedUnits[], lines: readonly LineValue[]): ValuedUnits[] {
  return lines.flatMap((line) => {
    const own = sourced.filter((units) => units.lineId === line.lineId);
    const quantities = own.map((units) => units.quantity);
    const { amount, shippingAmount: delivery = 0, platformAmount = 0 } = line;
    const goods = allocate(amount - delivery, quantities);
    const shipping = allocate(delivery, quantities);
    const platform = allocate(platformAmount, quantities);
    return own.map((units, i): ValuedUnits => {
      const shippingAmount = shipping[i] ?? 0;
      return { ...units, amount: (goods[i] ?? 0) + shippingAmount, shippingAmount, platformAmount: platform[i] ?? 0 };
    });
  });
}

/** Describes a fulfillment to create: the units of one merchant that one warehouse ships. */
export interface FulfillmentPlan<T> {
  readonly number: number;
  readonly merchantId: string;
  readonly warehouseId: string;
  readonly amount: number;
  readonly platformAmount: number;
  readonly units: readonly T[];
}

/** Groups units into fulfillments by merchant and warehouse, numbered from 1 in the order of their first units. */
export function splitIntoFulfillments<
  T extends { merchantId: string; warehouseId: string; amount: number; platformAmount: number },
>(units: readonly T[]): FulfillmentPlan<T>[] {
  const groups = new Map<string, T[]>();
  for (const one of units) {
    const key = `${one.merchantId} ${one.warehouseId}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((own, index): FulfillmentPlan<T> => ({
    number: index + 1,
    merchantId: own[0]?.merchantId ?? '',
    warehouseId: own[0]?.warehouseId ?? '',
    amount: sumOf(own, ({ amount }) => amount),
    platformAmount: sumOf(own, ({ platformAmount }) => platformAmount),
    units: own,
  }));
}
