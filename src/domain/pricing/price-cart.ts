import { refuse, type FieldError, type Refusal } from '../../contracts/errors';
import { MAX_AMOUNT, type Money } from '../../contracts/money';
import { allocate, basisPoints, sumOf } from '../money';
import { applyRules, isDeal, type RuleVerdict } from './apply-rules';
import { breakdownOf } from './breakdown';
import { compare, fillBasket, inOrder, type BasketLine, type Deal } from './basket';
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
 * Prices a cart from the catalogue and the rules: a quote, an order, and an order that is changed (with the rules it
 * was priced with). What the customer saw is only compared. Refuses unknown SKUs, another currency, totals beyond what
 * the books take, and a price or total that differs from ours, with both breakdowns. `errors` points into the request's
 * body.
 */
export function priceCart(request: PriceRequest): PricedCart | Refusal {
  const items = itemsOf(request);
  if ('refused' in items) return items;
  const basket = fillBasket(items);
  if (sumOf(basket, ({ goods, shipping }) => goods.whole + shipping.whole) > MAX_AMOUNT) {
    return refuse('order_too_large', { errors: [{ pointer: '/lines', detail: `The total is over ${MAX_AMOUNT}` }] });
  }
  const judgements = applyRules(basket, request.promotions, {
    currency: request.currency,
    couponCodes: new Set(request.couponCodes),
    memberTier: request.customer.memberTier,
    firstOrder: request.customer.firstOrder,
    wallTime: request.wallTime,
  });
  const cart = cartOf(request, basket, judgements);
  const drifted = [
    ...request.lines.flatMap((line, i) =>
      drift(`/lines/${i}/unitPrice`, line.unitPrice, items[i]?.unitAmount ?? 0, request.currency),
    ),
    ...drift('/total', request.total, cart.goodsAmount + cart.shippingAmount, request.currency),
  ];
  if (drifted.length === 0) return cart;
  return refuse('price_changed', {
    errors: drifted,
    extensions: { seen: seenBy(request), ours: breakdownOf(cart, request.currency) },
  });
}

/** A share of everything, in hundredths of a percent. */
const WHOLE = 10_000;

type Item = CatalogueItem & { readonly quantity: number };

function itemsOf({ currency, lines, catalogue }: PriceRequest): Item[] | Refusal {
  const found = lines.map((line) => catalogue.get(line.skuId));
  const unknown = lines.flatMap((line, i) =>
    found[i] ? [] : [{ pointer: `/lines/${i}/skuId`, detail: `${line.skuId} is not in the catalogue` }],
  );
  if (unknown.length > 0) return refuse('unknown_sku', { errors: unknown });
  const items = lines.map(({ quantity }, i) => ({ ...(found[i] as CatalogueItem), quantity }));
  const foreign = items.flatMap((item, i) =>
    item.currency === currency
      ? []
      : [{ pointer: `/lines/${i}/skuId`, detail: `${item.skuId} is sold in ${item.currency}` }],
  );
  return foreign.length > 0 ? refuse('currency_not_sold', { errors: foreign }) : items;
}

function cartOf(
  { promotions, couponCodes, taxes, country, wallTime }: PriceRequest,
  basket: readonly BasketLine[],
  judgements: readonly RuleVerdict[],
): PricedCart {
  const applied: AppliedRule[] = [];
  const unapplied: UnappliedRule[] = [];
  const platform = basket.map(() => 0);
  for (const { promotion, outcome } of judgements) {
    if (!isDeal(outcome)) {
      unapplied.push(unappliedRule(promotion, outcome));
      continue;
    }
    const rule = appliedRule(promotion, outcome);
    for (const { line, platformAmount } of rule.discounts) platform[line] = (platform[line] ?? 0) + platformAmount;
    applied.push(rule);
  }
  const lines = inOrder([...basket], ({ index }) => index).map(
    ({ index, item, quantity, goods, shipping }): PricedLine => ({
      ...item,
      quantity,
      goodsAmount: goods.left,
      discountAmount: goods.whole - goods.left,
      shippingAmount: shipping.left,
      shippingDiscountAmount: shipping.whole - shipping.left,
      platformAmount: platform[index] ?? 0,
      tax:
        country === null
          ? null
          : taxes.taxOf(country, item.taxCategory, { goods: goods.left, shipping: shipping.left }, wallTime),
    }),
  );
  return {
    lines,
    goodsAmount: sumOf(lines, (line) => line.goodsAmount),
    shippingAmount: sumOf(lines, (line) => line.shippingAmount),
    discountAmount: sumOf(applied, (rule) => rule.amount),
    platformAmount: sumOf(lines, (line) => line.platformAmount),
    taxAmount: lines.some((line) => line.tax === null)
      ? null
      : sumOf(lines, ({ tax }) => (tax?.goods ?? 0) + (tax?.shipping ?? 0)),
    applied,
    unapplied,
    unknownCodes: [...new Set(couponCodes)]
      .filter((code) => !promotions.some(({ definition }) => definition.coupon?.code === code))
      .sort(compare),
  };
}

// Members are written out, here and below: spreading fifty rules into their results was a fifth of what a price took.
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

/**
 * Divides a rule's discount between the mall and the merchants, so that both divisions, and the lines, add up to it.
 */
function appliedRule(promotion: Promotion, { on, parts, amount }: Deal): AppliedRule {
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
    discounts: inOrder(discounts, ({ line }) => line),
  };
}

/** Says what the mall pays of each part. All or nothing, which most rules are, needs no division. */
function paidByMall(
  { merchantId, definition: { platformShare = merchantId === null ? WHOLE : 0 } }: Promotion,
  parts: Deal['parts'],
  amount: number,
): number[] {
  const own = parts.map((part) => part.amount);
  if (platformShare === WHOLE) return own;
  return platformShare === 0 ? own.fill(0) : allocate(basisPoints(amount, platformShare), own);
}

function drift(pointer: string, seen: Money | undefined, amount: number, currency: string): FieldError[] {
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
