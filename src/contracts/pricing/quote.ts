import { z } from 'zod';
import { Currency, Money } from '../money';
import { CartCustomer, CartLineRequest, CouponCodes, MAX_LINES } from './cart-request';
import { RuleReason } from './promotion';
import { oneOf } from '../one-of';

/** The body of `POST /v1/quotes`: the members of an order that decide its price. */
export const AskQuote = z
  .strictObject({
    customer: CartCustomer.optional().describe('Without it the cart is priced for an unknown customer'),
    currency: Currency,
    lines: z.array(CartLineRequest).min(1).max(MAX_LINES),
    couponCodes: CouponCodes.optional(),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/)
      .optional()
      .describe('The destination, ISO 3166-1 alpha-2; without it no tax is shown'),
    total: Money.optional().describe('The total that the customer saw; the quote is refused when our total differs'),
  })
  .meta({ id: 'AskQuote' });
export type AskQuote = z.infer<typeof AskQuote>;

const rule = {
  promotionId: z.string(),
  version: z.int(),
  merchantId: z.string().nullable().describe('The owner of the rule; null: the mall'),
  name: z.string(),
  kind: z.string(),
  couponCode: z.string().nullable(),
};

/**
 * Explains a price to the last minor unit. It lists the discount of each rule on each line, who pays for it, and why
 * other rules did not apply.
 */
export const PriceBreakdown = z
  .strictObject({
    goods: Money,
    shipping: Money,
    discount: Money.describe("The rules' discount, already subtracted from goods and shipping"),
    total: Money,
    tax: Money.nullable().describe('Included in the total; null where it is not known'),
    lines: z.array(
      z.strictObject({
        skuId: z.string(),
        merchantId: z.string(),
        quantity: z.int(),
        unitPrice: Money.describe('Before promotions'),
        list: Money.describe('All units before promotions'),
        discount: Money,
        goods: Money,
        shipping: Money,
        shippingDiscount: Money,
        tax: z.strictObject({ rate: z.int(), amount: Money }).nullable(),
      }),
    ),
    rules: z
      .array(
        z.strictObject({
          ...rule,
          amount: Money,
          discounts: z.array(
            z.strictObject({
              line: z.int().describe('Index of the line'),
              on: z.enum(['goods', 'shipping']),
              amount: Money,
              paidByMall: Money,
              paidByMerchant: Money,
            }),
          ),
        }),
      )
      .describe('In the order in which they were applied'),
    notApplied: z.array(z.strictObject({ ...rule, code: oneOf(RuleReason), reason: z.string() })),
    unknownCodes: z.array(z.string()),
  })
  .meta({ id: 'PriceBreakdown' });
export type PriceBreakdown = z.infer<typeof PriceBreakdown>;
