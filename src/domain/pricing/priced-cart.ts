import type { PromotionDefinition, PromotionKind, RuleReason } from '../../contracts/pricing/promotion';
import type { CurrencyCode, Money } from '../../contracts/money';
import type { TaxProvider, TaxShare } from './tax';

/** Describes a SKU in the catalogue at the time of the order, with its merchant's delivery tariff. */
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
  /** The price that the customer saw, before promotions; only compared. */
  readonly unitPrice?: Money | undefined;
}

/** Describes a promotion's version, its owner and its uses. */
export interface Promotion {
  readonly id: string;
  readonly version: number;
  /** The merchant that owns it; it discounts only that merchant's lines. Null: the mall owns it. */
  readonly merchantId: string | null;
  readonly paused: boolean;
  readonly definition: PromotionDefinition;
  readonly used: Usage;
}

/** Counts the coupon uses of earlier orders that are not freed. */
export interface Usage {
  readonly total: number;
  readonly byCustomer: number;
  /** The sum of its discounts, in minor units. */
  readonly spent: number;
}

/** Describes everything that a price depends on. The same request always has the same price. */
export interface PriceRequest {
  readonly currency: CurrencyCode;
  readonly lines: readonly CartLine[];
  readonly catalogue: ReadonlyMap<string, CatalogueItem>;
  /** The total that the customer saw; only compared. */
  readonly total?: Money | undefined;
  readonly promotions: readonly Promotion[];
  readonly couponCodes: readonly string[];
  readonly customer: { readonly memberTier: string | null; readonly firstOrder: boolean };
  /** The mall's local time (`wallTime`), which decides whether promotions are valid. */
  readonly wallTime: string;
  readonly taxes: TaxProvider;
  /** The destination, ISO 3166-1 alpha-2. Null when it is not known yet: then no tax is shown. */
  readonly country: string | null;
}

export interface PricedLine extends CatalogueItem {
  readonly quantity: number;
  /** The customer's price for the line's goods: list price less discounts. */
  readonly goodsAmount: number;
  readonly discountAmount: number;
  /** The line's share of its merchant's delivery charge, less discounts. */
  readonly shippingAmount: number;
  readonly shippingDiscountAmount: number;
  /** The mall's share of both discounts. */
  readonly platformAmount: number;
  /** The tax included in goods and shipping; null when it is unknown. */
  readonly tax: TaxShare | null;
}

/** Describes one promotion's discount on one line. `line` is the line's index in the cart. */
export interface Discount {
  readonly line: number;
  readonly on: 'goods' | 'shipping';
  readonly amount: number;
  readonly platformAmount: number;
  readonly merchantAmount: number;
}

/** Identifies a promotion whose outcome is reported. */
interface EvaluatedRule {
  readonly promotionId: string;
  readonly version: number;
  readonly merchantId: string | null;
  readonly name: string;
  readonly kind: PromotionKind;
  readonly couponCode: string | null;
}

export interface AppliedRule extends EvaluatedRule {
  readonly amount: number;
  readonly discounts: readonly Discount[];
}

export interface UnappliedRule extends EvaluatedRule {
  readonly code: RuleReason;
  readonly reason: string;
}

/** Describes a cart's price to the minor unit. The customer pays `goodsAmount + shippingAmount`. */
export interface PricedCart {
  readonly lines: readonly PricedLine[];
  readonly goodsAmount: number;
  readonly shippingAmount: number;
  /** The discounts on goods and shipping together. */
  readonly discountAmount: number;
  readonly platformAmount: number;
  readonly taxAmount: number | null;
  /** In the order of their application. */
  readonly applied: readonly AppliedRule[];
  readonly unapplied: readonly UnappliedRule[];
  /** Coupon codes that belong to no promotion. */
  readonly unknownCodes: readonly string[];
}
