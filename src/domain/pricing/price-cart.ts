import { refuse, type FieldError, type Refusal } from '../../contracts/errors';
import { MAX_AMOUNT, type Money } from '../../contracts/money';
import { allocate, basisPointsOf, sumOf } from '../money';
import { applyRules, isDiscount, type RuleVerdict } from './apply-rules';
import { breakdownOf } from './breakdown';
import { compareIds, fillBasket, sortIfNeeded, type BasketLine, type RuleDiscount } from './basket';
import type {
  AppliedRule,
  CatalogueItem,
  Discount,
  PricedCart,
  PricedLine,
  PriceRequest,
  Promotion,
  UnappliedRule,
} from './priced-cart';
import type { Ineligible } from './ineligible';

/**
 * Prices a cart from the catalogue and the promotions, for quotes, orders and repriced orders alike. It only compares
 * the prices that the customer saw. It refuses unknown SKUs, another currency, totals above `MAX_AMOUNT`, and a seen
 * price or total that differs from ours, then with both breakdowns. `errors` points into the request's body.
 */
export function priceCart(request: PriceRequest): PricedCart | Refusal {
  const items = itemsOf(request);
  if ('refused' in items) return items;
  const basket = fillBasket(items);
  if (sumOf(basket, ({ goods, shipping }) => goods.whole + shipping.whole) > MAX_AMOUNT) {
    return refuse('order_too_large', { errors: [{ pointer: '/lines', detail: `The total is over ${MAX_AMOUNT}` }] });
  }
  const verdicts = applyRules(basket, request.promotions, {
    currency: request.currency,
    couponCodes: new Set(request.couponCodes),
    memberTier: request.customer.memberTier,
    firstOrder: request.customer.firstOrder,
    wallTime: request.wallTime,
  });
  const cart = cartOf(request, basket, verdicts);
  const differences = differencesFrom(request, items, cart);
  if (differences.length === 0) return cart;
  return refuse('price_changed', {
    errors: differences,
    extensions: { seen: seenBy(request), ours: breakdownOf(cart, request.currency) },
  });
}

/** The whole as a share, in hundredths of a percent. */
const WHOLE = 10_000;

type Item = CatalogueItem & { readonly quantity: number };

function itemsOf({ currency, lines, catalogue }: PriceRequest): Item[] | Refusal {
  const found = lines.map((line) => catalogue.get(line.skuId));
  const unknown = lines.flatMap((line, i) =>
    found[i] ? [] : [{ pointer: `/lines/${i}/skuId`, detail: `${line.skuId} is not in the catalogue` }],
  );
  if (unknown.length > 0) return refuse('unknown_sku', { errors: unknown });
  const items = lines.map(({ quantity }, i) => ({ ...(found[i] as CatalogueItem), quantity }));
  const foreign = items.flatMap((item, i) => {
    if (item.currency === currency) return [];
    return [{ pointer: `/lines/${i}/skuId`, detail: `${item.skuId} is sold in ${item.currency}` }];
  });
  return foreign.length > 0 ? refuse('currency_not_sold', { errors: foreign }) : items;
}

function cartOf(request: PriceRequest, basket: readonly BasketLine[], verdicts: readonly RuleVerdict[]): PricedCart {
  const applied: AppliedRule[] = [];
  const unapplied: UnappliedRule[] = [];
  const platformAmounts = basket.map(() => 0);
  for (const { promotion, outcome } of verdicts) {
    if (!isDiscount(outcome)) {
      unapplied.push(unappliedRule(promotion, outcome));
      continue;
    }
    const rule = appliedRule(promotion, outcome);
    for (const { line, platformAmount } of rule.discounts)
      platformAmounts[line] = (platformAmounts[line] ?? 0) + platformAmount;
    applied.push(rule);
  }
  const inCartOrder = sortIfNeeded([...basket], ({ index }) => index);
  const lines = inCartOrder.map((line) => pricedLine(request, line, platformAmounts[line.index] ?? 0));
  return {
    lines,
    goodsAmount: sumOf(lines, (line) => line.goodsAmount),
    shippingAmount: sumOf(lines, (line) => line.shippingAmount),
    discountAmount: sumOf(applied, (rule) => rule.amount),
    platformAmount: sumOf(lines, (line) => line.platformAmount),
    taxAmount: taxOf(lines),
    applied,
    unapplied,
    unknownCodes: unknownCodes(request),
  };
}

function pricedLine(
  { taxes, country, wallTime }: PriceRequest,
  { item, quantity, goods, shipping }: BasketLine,
  platformAmount: number,
): PricedLine {
  const amounts = { goods: goods.left, shipping: shipping.left };
  return {
    ...item,
    quantity,
    goodsAmount: goods.left,
    discountAmount: goods.whole - goods.left,
    shippingAmount: shipping.left,
    shippingDiscountAmount: shipping.whole - shipping.left,
    platformAmount,
    tax: country === null ? null : taxes.taxOf(country, item.taxCategory, amounts, wallTime),
  };
}

/** Adds up the lines' tax; null when the tax of any line is unknown. */
function taxOf(lines: readonly PricedLine[]): number | null {
  if (lines.some((line) => line.tax === null)) return null;
  return sumOf(lines, ({ tax }) => (tax?.goods ?? 0) + (tax?.shipping ?? 0));
}

function unknownCodes({ couponCodes, promotions }: PriceRequest): string[] {
  const isKnown = (code: string): boolean => promotions.some(({ definition }) => definition.coupon?.code === code);
  const unknown = [...new Set(couponCodes)].filter((code) => !isKnown(code));
  return unknown.sort(compareIds);
}

// Members are written out, here and below: spreading fifty promotions into the results took a fifth of the time.
const unappliedRule = (
  { id, version, merchantId, definition }: Promotion,
  { code, reason }: Ineligible,
): UnappliedRule => ({
  promotionId: id,
  version,
  merchantId,
  name: definition.name,
  kind: definition.kind,
  couponCode: definition.coupon?.code ?? null,
  code,
  reason,
});

/** Divides a promotion's discount between the mall and the merchants; the shares of all lines add up to it. */
function appliedRule(promotion: Promotion, { on, lineDiscounts: parts, amount }: RuleDiscount): AppliedRule {
  const platform = paidByMall(promotion, parts, amount);
  const discounts = parts.map(({ line, amount: own }, i): Discount => {
    const platformAmount = platform[i] ?? 0;
    return { line: line.index, on, amount: own, platformAmount, merchantAmount: own - platformAmount };
  });
  const { id, version, merchantId, definition } = promotion;
  return {
    promotionId: id,
    version,
    merchantId,
    name: definition.name,
    kind: definition.kind,
    couponCode: definition.coupon?.code ?? null,
    amount,
    discounts: sortIfNeeded(discounts, ({ line }) => line),
  };
}

/** Returns the mall's share of each line's discount. Most promotions are paid by one side and need no division. */
function paidByMall(
  { merchantId, definition: { platformShare = merchantId === null ? WHOLE : 0 } }: Promotion,
  parts: RuleDiscount['lineDiscounts'],
  amount: number,
): number[] {
  const own = parts.map((part) => part.amount);
  if (platformShare === WHOLE) return own;
  return platformShare === 0 ? own.fill(0) : allocate(basisPointsOf(amount, platformShare), own);
}

/** Compares the prices and the total that the customer saw with ours. */
function differencesFrom(
  { lines, total, currency }: PriceRequest,
  items: readonly Item[],
  cart: PricedCart,
): FieldError[] {
  const ofLines = lines.flatMap((line, i) =>
    difference(`/lines/${i}/unitPrice`, line.unitPrice, items[i]?.unitAmount ?? 0, currency),
  );
  return [...ofLines, ...difference('/total', total, cart.goodsAmount + cart.shippingAmount, currency)];
}

function difference(pointer: string, seen: Money | undefined, amount: number, currency: string): FieldError[] {
  if (!seen || (seen.amount === amount && seen.currency === currency)) return [];
  return [
    {
      pointer,
      detail: `The customer saw ${seen.amount} ${seen.currency}; it is ${amount} ${currency}`,
      expected: { amount, currency },
    },
  ];
}

const seenBy = ({ lines, total }: PriceRequest) => ({
  lines: lines.map(({ skuId, quantity, unitPrice }) => ({ skuId, quantity, unitPrice: unitPrice ?? null })),
  total: total ?? null,
});
