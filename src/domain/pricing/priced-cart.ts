import type { PromotionDefinition, PromotionKind, RuleReason } from '../../contracts/pricing/promotion';
import type { CurrencyCode, Money } from '../../contracts/money';
import type { TaxProvider, TaxShare } from './tax';

/** What the catalogue says of a SKU at the time of the order, with its merchant's delivery tariff. */
export interface CatalogueItem {
  readonly skuId: string;
  readonly merchantId: string;
  readonly title: string;
  readonly category: string;
  readonly brand: string | null;
  readonly taxCategory: string;
  readonly weightG: number;
  readonly currency: string;
  readonly unitAmount: number;
  readonly shippingBaseAmount: number;
  readonly shippingPerKgAmount: number;
}

export interface CartLine {
  readonly skuId: string;
  readonly quantity: number;
  /** What the customer saw, before promotions; only compared. */
  readonly unitPrice?: Money | undefined;
}

/** A version of a rule, whose it is, and how often it was used. */
export interface Promotion {
  readonly id: string;
  readonly version: number;
  /** Whose rule it is: it reaches only that merchant's lines. Null: the mall's own. */
  readonly merchantId: string | null;
  readonly paused: boolean;
  readonly definition: PromotionDefinition;
  readonly used: Usage;
}

/** How often a rule was used by orders that still hold it, before this one. */
export interface Usage {
  readonly total: number;
  readonly byCustomer: number;
  /** What it gave away, in minor units. */
  readonly spent: number;
}

/** Everything that a price depends on. The same request always has the same price. */
export interface PriceRequest {
  readonly currency: CurrencyCode;
  readonly lines: readonly CartLine[];
  readonly catalogue: ReadonlyMap<string, CatalogueItem>;
  /** What the customer saw to pay; only compared. */
  readonly total?: Money | undefined;
  readonly promotions: readonly Promotion[];
  readonly couponCodes: readonly string[];
  readonly customer: { readonly memberTier: string | null; readonly firstOrder: boolean };
  /** What the mall's clocks show (`wallTime`): promotions hold by them. */
  readonly wallTime: string;
  readonly taxes: TaxProvider;
  /** Where it goes, ISO 3166-1 alpha-2; null when not known yet: no tax is shown. */
  readonly country: string | null;
}

export interface PricedLine extends CatalogueItem {
  readonly quantity: number;
  /** What the customer pays for the line's goods: list price less discounts. */
  readonly goodsAmount: number;
  readonly discountAmount: number;
  /** What the customer pays of this line's share of its merchant's delivery charge. */
  readonly shippingAmount: number;
  readonly shippingDiscountAmount: number;
  /** What the mall, not the merchant, pays of both discounts. */
  readonly platformAmount: number;
  /** The tax inside goods and shipping; null where none is known. */
  readonly tax: TaxShare | null;
}

/** One rule's part in one line's price. `line` is its index in the cart. */
export interface Discount {
  readonly line: number;
  readonly on: 'goods' | 'shipping';
  readonly amount: number;
  readonly platformAmount: number;
  readonly merchantAmount: number;
}

interface Judged {
  readonly promotionId: string;
  readonly version: number;
  readonly merchantId: string | null;
  readonly name: string;
  readonly kind: PromotionKind;
  readonly couponCode: string | null;
}

export interface AppliedRule extends Judged {
  readonly amount: number;
  readonly discounts: readonly Discount[];
}

export interface UnappliedRule extends Judged {
  readonly code: RuleReason;
  readonly reason: string;
}

/** A cart's price, to the last minor unit: `goodsAmount + shippingAmount` is what the customer pays. */
export interface PricedCart {
  readonly lines: readonly PricedLine[];
  readonly goodsAmount: number;
  readonly shippingAmount: number;
  /** What rules took off goods and shipping together. */
  readonly discountAmount: number;
  readonly platformAmount: number;
  readonly taxAmount: number | null;
  /** In the order in which they were applied. */
  readonly applied: readonly AppliedRule[];
  readonly unapplied: readonly UnappliedRule[];
  /** Coupon codes that no rule knows. */
  readonly unknownCodes: readonly string[];
}
