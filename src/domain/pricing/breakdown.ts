import type { CurrencyCode, Money } from '../../contracts/money';
import type { PriceBreakdown } from '../../contracts/pricing/quote';
import type { PricedCart } from './priced-cart';

/** Converts a priced cart to the price breakdown of the API. */
export function breakdownOf(cart: PricedCart, currency: CurrencyCode): PriceBreakdown {
  const money = (amount: number): Money => ({ amount, currency });
  return {
    goods: money(cart.goodsAmount),
    shipping: money(cart.shippingAmount),
    discount: money(cart.discountAmount),
    total: money(cart.goodsAmount + cart.shippingAmount),
    tax: cart.taxAmount === null ? null : money(cart.taxAmount),
    lines: cart.lines.map((line) => ({
      skuId: line.skuId,
      merchantId: line.merchantId,
      quantity: line.quantity,
      unitPrice: money(line.unitAmount),
      list: money(line.unitAmount * line.quantity),
      discount: money(line.discountAmount),
      goods: money(line.goodsAmount),
      shipping: money(line.shippingAmount),
      shippingDiscount: money(line.shippingDiscountAmount),
      tax: line.tax && { rate: line.tax.rate, amount: money(line.tax.goods + line.tax.shipping) },
    })),
    rules: cart.applied.map(({ amount, discounts, ...rule }) => ({
      ...rule,
      amount: money(amount),
      discounts: discounts.map((discount) => ({
        line: discount.line,
        on: discount.on,
        amount: money(discount.amount),
        paidByMall: money(discount.platformAmount),
        paidByMerchant: money(discount.merchantAmount),
      })),
    })),
    notApplied: [...cart.unapplied],
    unknownCodes: [...cart.unknownCodes],
  };
}
