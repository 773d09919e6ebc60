import { z } from 'zod';
import { Currency, Money } from '../money';
import { CartCustomer, CartLineRequest, CouponCodes, MAX_LINES } from './cart-request';
import { RuleReason } from './promotion';
import { oneOf } from '../one-of';

/** The body of `POST /v1/quotes`: what of an order decides its price. */
export const AskQuote = z
  .strictObject({
    customer: CartCustomer.optional().describe("Without it the quote is a stranger's"),
    currency: Currency,
    lines: z.array(CartLineRequest).min(1).max(MAX_LINES),
    couponCodes: CouponCodes.optional(),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/)
      .optional()
      .describe('Where it goes, ISO 3166-1 alpha-2: no tax is shown without it'),
    total: Money.optional().describe('What the customer saw; the quote is refused when ours differs'),
  })
  .meta({ id: 'AskQuote' });
export type AskQuote = z.infer<typeof AskQuote>;

const rule = {
  promotionId: z.string(),
  version: z.int(),
  merchantId: z.string().nullable().describe("Whose rule it is; null: the mall's"),
  name: z.string(),
  kind: z.string(),
  couponCode: z.string().nullable(),
};

/**
 * A price explained to the last minor unit: which rule took what off which line, who pays for it, and why others did
 * not apply.
 */
export const PriceBreakdown = z
  .strictObject({
    goods: Money,
    shipping: Money,
    discount: Money.describe('What rules took off: goods and shipping are less it already'),
    total: Money,
    tax: Money.nullable().describe('Inside the total; null where it is not known'),
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
