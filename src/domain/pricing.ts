import { refuse, type FieldError, type Refusal } from '../contracts/errors';
import { MAX_AMOUNT, type Money } from '../contracts/money';
import { allocate, sumOf } from './money';

/** What the catalogue says of a SKU at the time of the order, with its merchant's delivery tariff. */
export interface CatalogueItem {
  readonly skuId: string;
  readonly merchantId: string;
  readonly title: string;
  readonly weightG: number;
  readonly currency: string;
  readonly unitAmount: number;
  readonly shippingBaseAmount: number;
  readonly shippingPerKgAmount: number;
}

export interface CartLine {
  readonly skuId: string;
  readonly quantity: number;
  readonly unitPrice?: Money | undefined;
}

export interface PricedLine extends CatalogueItem {
  readonly quantity: number;
  /** This line's share of its merchant's delivery charge. */
  readonly shippingAmount: number;
}

export interface PricedCart {
  readonly lines: readonly PricedLine[];
  readonly goodsAmount: number;
  readonly shippingAmount: number;
}

/**
 * Prices a cart from the catalogue; what the client believes is only compared. Refuses unknown SKUs, another currency, a
 * price or total that differs from ours, and totals beyond what the books take; `errors` points into the request's body.
 */
export function priceCart(
  currency: string,
  cart: readonly CartLine[],
  total: Money | undefined,
  catalogue: ReadonlyMap<string, CatalogueItem>,
): PricedCart | Refusal {
  const found = cart.map((line) => catalogue.get(line.skuId));
  const unknown = cart.flatMap((line, i) => (found[i] ? [] : [{ pointer: `/lines/${i}/skuId`, detail: `${line.skuId} is not in the catalogue` }]));
  if (unknown.length > 0) return refuse('unknown_sku', { errors: unknown });
  const items = cart.map((line, i) => ({ ...line, ...(found[i] as CatalogueItem) }));

  const foreign = items.flatMap((item, i) => (item.currency === currency ? []
    : [{ pointer: `/lines/${i}/skuId`, detail: `${item.skuId} is sold in ${item.currency}` }]));
  if (foreign.length > 0) return refuse('currency_not_sold', { errors: foreign });

  const shipping = shippingShares(items);
  const lines = items.map(({ unitPrice: _seen, ...item }, i) => ({ ...item, shippingAmount: shipping[i] ?? 0 }));
  const goodsAmount = sumOf(lines, (line) => line.unitAmount * line.quantity);
  const shippingAmount = sumOf(lines, (line) => line.shippingAmount);
  if (goodsAmount + shippingAmount > MAX_AMOUNT) return refuse('order_too_large', { errors: [{ pointer: '/lines', detail: `The total is over ${MAX_AMOUNT}` }] });

  const drifted = [
    ...items.flatMap((item, i) => drift(`/lines/${i}/unitPrice`, item.unitPrice, item.unitAmount, currency)),
    ...drift('/total', total, goodsAmount + shippingAmount, currency),
  ];
  return drifted.length > 0 ? refuse('price_changed', { errors: drifted }) : { lines, goodsAmount, shippingAmount };
}

function drift(pointer: string, seen: Money | undefined, amount: number, currency: string): FieldError[] {
  if (!seen || (seen.amount === amount && seen.currency === currency)) return [];
  return [{ pointer, detail: `The customer saw ${seen.amount} ${seen.currency}; it is ${amount} ${currency}`, expected: { amount, currency } }];
}

/** Charges each merchant's delivery once: base and per started kilogram, shared among its lines by weight. */
function shippingShares(items: readonly (CatalogueItem & { quantity: number })[]): number[] {
  const shares = items.map(() => 0);
  for (const merchantId of new Set(items.map((item) => item.merchantId))) {
    const own = items.flatMap((item, index) => (item.merchantId === merchantId ? [{ index, item, weightG: item.weightG * item.quantity }] : []));
    const first = own[0]?.item;
    if (!first) continue;
    const kilograms = Math.ceil(sumOf(own, (line) => line.weightG) / 1000);
    const charge = first.shippingBaseAmount + first.shippingPerKgAmount * kilograms;
    allocate(charge, own.map((line) => line.weightG)).forEach((part, i) => {
      const line = own[i];
      if (line) shares[line.index] = part;
    });
  }
  return shares;
}
