import type { PromotionDefinition } from '../../contracts/pricing/promotion';
import { goodsLeft, unitsOf, type BasketLine } from './basket';
import type { Promotion } from './priced-cart';
import { notAMember, ineligible, type Ineligible } from './ineligible';

/** Describes the customer, the coupons and the time by which promotions apply or do not. */
export interface PricingOccasion {
  readonly currency: string;
  readonly couponCodes: ReadonlySet<string>;
  readonly memberTier: string | null;
  readonly firstOrder: boolean;
  /** The mall's local time (`wallTime`). */
  readonly wallTime: string;
}

type Condition = (promotion: Promotion, occasion: PricingOccasion) => Ineligible | undefined;

const isNotPaused: Condition = ({ paused }) => (paused ? ineligible('paused', 'It is paused') : undefined);

const isOfTheCurrency: Condition = ({ definition }, { currency }) =>
  definition.currency === currency ? undefined : ineligible('other_currency', `It is in ${definition.currency}`);

const hasItsCoupon: Condition = ({ definition: { coupon } }, { couponCodes }) =>
  !coupon || couponCodes.has(coupon.code) ? undefined : ineligible('coupon_missing', 'Its coupon was not given');

const holdsNow: Condition = ({ definition: { validity } }, { wallTime }) => {
  if (validity?.from !== undefined && wallTime < validity.from)
    return ineligible('not_yet_valid', `It begins at ${validity.from}; the mall's clocks show ${wallTime}`);
  if (validity?.until !== undefined && wallTime >= validity.until)
    return ineligible('no_longer_valid', `It ended at ${validity.until}; the mall's clocks show ${wallTime}`);
  return undefined;
};

const isForTheTier: Condition = ({ definition: { memberTiers } }, { memberTier }) =>
  !memberTiers || (memberTier !== null && memberTiers.includes(memberTier)) ? undefined : notAMember(memberTiers);

const isForTheFirstOrderOnly: Condition = ({ definition }, { firstOrder }) =>
  !definition.firstOrderOnly || firstOrder
    ? undefined
    : ineligible('not_first_order', "It is for a customer's first order");

const isNotUsedUp: Condition = ({ definition: { limits }, used }) => {
  if (limits?.total !== undefined && used.total >= limits.total)
    return ineligible('total_limit', `All ${limits.total} uses are taken`);
  if (limits?.perCustomer !== undefined && used.byCustomer >= limits.perCustomer)
    return ineligible('customer_limit', `The customer has used it ${used.byCustomer} of ${limits.perCustomer} times`);
  return undefined;
};

const CONDITIONS: readonly Condition[] = [
  isNotPaused,
  isOfTheCurrency,
  hasItsCoupon,
  holdsNow,
  isForTheTier,
  isForTheFirstOrderOnly,
  isNotUsedUp,
];

/** Returns the first reason why a promotion is not for this customer at this time; undefined when it is. */
export function ineligibleReason(promotion: Promotion, occasion: PricingOccasion): Ineligible | undefined {
  for (const condition of CONDITIONS) {
    const reason = condition(promotion, occasion);
    if (reason) return reason;
  }
  return undefined;
}

/** Returns the reason why the goods in scope are below a promotion's minimum; undefined when they are not. */
export function belowMinimumReason(
  { minimum }: PromotionDefinition,
  lines: readonly BasketLine[],
): Ineligible | undefined {
  if (minimum?.amount !== undefined && goodsLeft(lines) < minimum.amount)
    return ineligible('minimum_amount', `The goods total ${goodsLeft(lines)}; it starts at ${minimum.amount}`);
  if (minimum?.quantity !== undefined && unitsOf(lines) < minimum.quantity)
    return ineligible('minimum_quantity', `It begins at ${minimum.quantity} units; there are ${unitsOf(lines)}`);
  return undefined;
}

/** Returns whether a promotion may discount a line. A merchant's promotion discounts only that merchant's lines. */
export function isInScope({ merchantId, definition: { scope } }: Promotion, { item }: BasketLine): boolean {
  if (merchantId !== null && merchantId !== item.merchantId) return false;
  if (!scope) return true;
  const { merchantIds, skuIds, categories, brands, except } = scope;
  const brand = item.brand ?? '';
  const within =
    (merchantIds?.includes(item.merchantId) ?? true) &&
    (skuIds?.includes(item.skuId) ?? true) &&
    (categories?.includes(item.category) ?? true) &&
    (brands?.includes(brand) ?? true);
  const excepted =
    except?.skuIds?.includes(item.skuId) === true ||
    except?.categories?.includes(item.category) === true ||
    except?.brands?.includes(brand) === true;
  return within && !excepted;
}
