import { readCatalogue } from '../../books/catalogue/catalogue';
import { findCustomer, lockCustomer } from '../../books/customers/customers';
import { countedUses, reserveUses, type CountedUse } from '../../books/pricing/promotion-uses';
import { hasOrdered, readPromotions } from '../../books/pricing/promotions';
import type { Tx } from '../../books/transactions';
import type { Vault } from '../../books/vault';
import { isRefusal, refuse, type Refusal } from '../../contracts/errors';
import type { CurrencyCode, Money } from '../../contracts/money';
import type { CartLine, PricedCart, PriceRequest, Promotion } from '../../domain/pricing/priced-cart';
import { priceCart } from '../../domain/pricing/price-cart';
import { wallTime } from '../../domain/pricing/wall-time';
import type { OrderPolicies } from '../policies';

/** What a storefront asks a price for. */
export interface PriceableOrder {
  readonly currency: CurrencyCode;
  readonly lines: readonly CartLine[];
  readonly total?: Money | undefined;
  readonly couponCodes?: readonly string[] | undefined;
  readonly customer?: { readonly reference: string; readonly memberTier?: string | undefined } | undefined;
  readonly country: string | null;
}

/** A price, and everything that it was made from: asked again, it is the same. */
export interface Priced {
  readonly cart: PricedCart;
  readonly request: PriceRequest;
}

/** What of the mall's policies decides a price. */
export type PricingPolicy = Pick<OrderPolicies, 'timeZone' | 'taxes'>;

/**
 * Prices a cart as the mall stands in this transaction, by the mall's time zone. The customer is looked up, never made.
 * `tried` is priced as if it were live.
 */
export async function priceRequested(
  tx: Tx,
  vault: Vault,
  { timeZone, taxes }: PricingPolicy,
  storefrontId: string,
  asked: PriceableOrder,
  tried?: Promotion,
): Promise<Priced | Refusal> {
  const clocks = wallTime(new Date(), timeZone);
  const couponCodes = asked.couponCodes ?? [];
  const catalogue = await readCatalogue(
    tx,
    asked.lines.map((line) => line.skuId),
  );
  const customerId = asked.customer ? await findCustomer(tx, vault, storefrontId, asked.customer.reference) : null;
  const live = await readPromotions(tx, {
    merchantIds: [...new Set([...catalogue.values()].map((item) => item.merchantId))],
    couponCodes,
    customerId,
    wallTime: clocks,
  });
  const promotions = tried ? [...live.filter(({ id }) => id !== tried.id), tried] : live;
  const asksForFirst = promotions.some(({ definition }) => definition.firstOrderOnly);
  const firstOrder =
    asksForFirst && asked.customer !== undefined && (customerId === null || !(await hasOrdered(tx, customerId)));
  const request: PriceRequest = {
    ...asked,
    couponCodes,
    catalogue,
    promotions,
    wallTime: clocks,
    taxes,
    customer: { memberTier: asked.customer?.memberTier ?? null, firstOrder },
  };
  const cart = priceCart(request);
  return isRefusal(cart) ? cart : { cart, request };
}

/** Says which coupons of an order do not apply, and why; undefined when all do. */
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
 * Counts the uses of a price's rules. What another order has taken since is left out and the rest priced again: a rule
 * that is used up, and what is for the customer's first order. When that was a coupon, or the customer saw another
 * total, the order is refused and nothing is counted. Locks the customer before any counter where a rule asks for the
 * first order, until the transaction ends.
 */
export async function reservePrice(
  tx: Tx,
  customerId: string,
  priced: Priced,
): Promise<(Priced & { uses: readonly CountedUse[] }) | Refusal> {
  const { request } = priced;
  const first = request.customer.firstOrder;
  if (first) await lockCustomer(tx, customerId);
  if (!first || !(await hasOrdered(tx, customerId))) return holdCounted(tx, customerId, priced);
  const later = pricedAgain({ ...request, customer: { ...request.customer, firstOrder: false } });
  return isRefusal(later) ? later : holdCounted(tx, customerId, later);
}

async function holdCounted(
  tx: Tx,
  customerId: string,
  priced: Priced,
): Promise<(Priced & { uses: readonly CountedUse[] }) | Refusal> {
  const uses = countedUses(priced.cart, priced.request.promotions);
  const usedUp = await reserveUses(tx, customerId, uses);
  if (usedUp === undefined) return { ...priced, uses };
  const without = pricedAgain({
    ...priced.request,
    promotions: priced.request.promotions.map((promotion) =>
      promotion.id === usedUp ? exhausted(promotion) : promotion,
    ),
  });
  return isRefusal(without) ? without : holdCounted(tx, customerId, without);
}

function pricedAgain(request: PriceRequest): Priced | Refusal {
  const cart = priceCart(request);
  return isRefusal(cart) ? cart : (rejectedCoupons({ cart, request }) ?? { cart, request });
}

/** Shows a rule as used up, whichever of its limits another order reached. */
const exhausted = (promotion: Promotion): Promotion => ({
  ...promotion,
  definition: { ...promotion.definition, limits: { ...promotion.definition.limits, total: promotion.used.total } },
});
