import { readCatalogue } from '../../books/catalogue/read-catalogue';
import { findCustomer, lockCustomer } from '../../books/customers/customers';
import { countedUses, reserveUses, type CountedUse } from '../../books/pricing/promotion-uses';
import { hasOrdered, readPromotions } from '../../books/pricing/promotions';
import type { Tx } from '../../books/transactions';
import type { Vault } from '../../books/vault';
import { isRefusal, refuse, type Refusal } from '../../contracts/errors';
import type { CurrencyCode, Money } from '../../contracts/money';
import type { CartLine, PricedCart, PriceRequest, Promotion } from '../../domain/pricing/priced-cart';
import { priceCart } from '../../domain/pricing/price-cart';
import { wallTime } from '../../domain/dates';
import type { OrderPolicies } from '../policies';

/** Describes a cart that a storefront wants a price for. */
export interface PriceableOrder {
  readonly currency: CurrencyCode;
  readonly lines: readonly CartLine[];
  readonly total?: Money | undefined;
  readonly couponCodes?: readonly string[] | undefined;
  readonly customer?: { readonly reference: string; readonly memberTier?: string | undefined } | undefined;
  readonly country: string | null;
}

/** Describes a price and the request that it came from. The same request gives the same price. */
export interface Priced {
  readonly cart: PricedCart;
  readonly request: PriceRequest;
}

/** Names the policies that decide a price. */
export type PricingPolicy = Pick<OrderPolicies, 'timeZone' | 'taxes'>;

/**
 * Prices a cart by the catalogue and the promotions of this transaction, in the mall's time zone. The customer is
 * looked up, never created. `preview` counts as if it were live.
 */
export async function priceRequested(
  tx: Tx,
  vault: Vault,
  { timeZone, taxes }: PricingPolicy,
  storefrontId: string,
  requested: PriceableOrder,
  preview?: Promotion,
): Promise<Priced | Refusal> {
  const time = wallTime(new Date(), timeZone);
  const couponCodes = requested.couponCodes ?? [];
  const catalogue = await readCatalogue(
    tx,
    requested.lines.map((line) => line.skuId),
  );
  const customerId = requested.customer
    ? await findCustomer(tx, vault, storefrontId, requested.customer.reference)
    : null;
  const live = await readPromotions(tx, {
    merchantIds: [...new Set([...catalogue.values()].map((item) => item.merchantId))],
    couponCodes,
    customerId,
    wallTime: time,
  });
  const promotions = preview ? [...live.filter(({ id }) => id !== preview.id), preview] : live;
  const anyForFirstOrder = promotions.some(({ definition }) => definition.firstOrderOnly);
  const firstOrder =
    anyForFirstOrder &&
    requested.customer !== undefined &&
    (customerId === null || !(await hasOrdered(tx, customerId)));
  const request: PriceRequest = {
    ...requested,
    couponCodes,
    catalogue,
    promotions,
    wallTime: time,
    taxes,
    customer: { memberTier: requested.customer?.memberTier ?? null, firstOrder },
  };
  const cart = priceCart(request);
  return isRefusal(cart) ? cart : { cart, request };
}

/** Refuses coupons that do not apply, each with its reason; undefined when all apply. */
export function rejectedCoupons({ cart, request }: Priced): Refusal | undefined {
  const errors = request.couponCodes.flatMap((code, i) => {
    if (cart.applied.some((rule) => rule.couponCode === code)) return [];
    const rule = cart.unapplied.find((other) => other.couponCode === code);
    return [
      {
        pointer: `/couponCodes/${i}`,
        detail: rule?.reason ?? 'There is no such coupon',
        reason: rule?.code ?? 'unknown_code',
      },
    ];
  });
  return errors.length > 0 ? refuse('coupon_not_applicable', { errors }) : undefined;
}

/**
 * Reserves the coupon uses of a price. A rule that another order used up meanwhile is left out and the rest priced
 * again, and so is a rule for a first order that is none any more. When that was a coupon, or changes the total that
 * the customer saw, the order is refused and nothing is counted. Where a rule is for the first order, the customer is
 * locked before any counter, until the transaction ends.
 */
export async function reservePrice(
  tx: Tx,
  customerId: string,
  priced: Priced,
): Promise<(Priced & { uses: readonly CountedUse[] }) | Refusal> {
  const { request } = priced;
  const { firstOrder } = request.customer;
  if (firstOrder) await lockCustomer(tx, customerId);
  if (!firstOrder || !(await hasOrdered(tx, customerId))) return reserveCounted(tx, customerId, priced);
  const repriced = pricedAgain({ ...request, customer: { ...request.customer, firstOrder: false } });
  return isRefusal(repriced) ? repriced : reserveCounted(tx, customerId, repriced);
}

async function reserveCounted(
  tx: Tx,
  customerId: string,
  priced: Priced,
): Promise<(Priced & { uses: readonly CountedUse[] }) | Refusal> {
  const uses = countedUses(priced.cart, priced.request.promotions);
  const usedUp = await reserveUses(tx, customerId, uses);
  if (usedUp === undefined) return { ...priced, uses };
  const repriced = pricedAgain({
    ...priced.request,
    promotions: priced.request.promotions.map((promotion) =>
      promotion.id === usedUp ? exhausted(promotion) : promotion,
    ),
  });
  return isRefusal(repriced) ? repriced : reserveCounted(tx, customerId, repriced);
}

function pricedAgain(request: PriceRequest): Priced | Refusal {
  const cart = priceCart(request);
  return isRefusal(cart) ? cart : (rejectedCoupons({ cart, request }) ?? { cart, request });
}

/** Marks a rule as used up, whichever of its limits another order reached. */
const exhausted = (promotion: Promotion): Promotion => ({
  ...promotion,
  definition: { ...promotion.definition, limits: { ...promotion.definition.limits, total: promotion.used.total } },
});
