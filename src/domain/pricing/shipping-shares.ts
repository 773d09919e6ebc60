import { allocate, sumOf } from '../money';
import type { CatalogueItem } from './priced-cart';

/** Charges each merchant's delivery once, by base and started kilograms, and divides it among its lines by weight. */
export function shippingShares(items: readonly (CatalogueItem & { readonly quantity: number })[]): number[] {
  const shares = items.map(() => 0);
  for (const merchantId of new Set(items.map((item) => item.merchantId))) {
    const own = items.flatMap((item, index) =>
      item.merchantId === merchantId ? [{ index, item, weightG: item.weightG * item.quantity }] : [],
    );
    const first = own[0]?.item;
    if (!first) continue;
    const kilograms = Math.ceil(sumOf(own, (line) => line.weightG) / 1000);
    const charge = first.shippingBaseAmount + first.shippingPerKgAmount * kilograms;
    const weights = own.map((line) => line.weightG);
    for (const [i, share] of allocate(charge, weights).entries()) {
      const line = own[i];
      if (line) shares[line.index] = share;
    }
  }
  return shares;
}
