import type { PromotionDefinition } from '../../contracts/pricing/promotion';
import { goodsLeft, unitsOf, type BasketLine } from './basket';
import type { Promotion } from './priced-cart';
import { notAMember, ineligible, type Ineligible } from './ineligible';

/** What rules are judged by, besides the goods. */
export interface Occasion {
  readonly currency: string;
  readonly couponCodes: ReadonlySet<string>;
  readonly memberTier: string | null;
  readonly firstOrder: boolean;
  /** What the mall's clocks show. */
  readonly wallTime: string;
}

type Condition = (promotion: Promotion, occasion: Occasion) => Ineligible | undefined;

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

/** Says why a rule is not for this customer at this moment; undefined when it is. The first reason counts. */
export function ineligibleReason(promotion: Promotion, occasion: Occasion): Ineligible | undefined {
  for (const condition of CONDITIONS) {
    const why = condition(promotion, occasion);
    if (why) return why;
  }
  return undefined;
}

/** Says why goods in scope are too little for a rule; undefined when they are enough. */
export function belowMinimumReason(
  { minimum }: PromotionDefinition,
  lines: readonly BasketLine[],
): Ineligible | undefined {
  if (minimum?.amount !== undefined && goodsLeft(lines) < minimum.amount)
    return ineligible('minimum_amount', `It begins at ${minimum.amount}; the goods come to ${goodsLeft(lines)}`);
  if (minimum?.quantity !== undefined && unitsOf(lines) < minimum.quantity)
    return ineligible('minimum_quantity', `It begins at ${minimum.quantity} units; there are ${unitsOf(lines)}`);
  return undefined;
}

/** Tells whether a line is a rule's to discount: a merchant's rule reaches that merchant's lines only. */
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
