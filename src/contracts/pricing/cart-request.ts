import { z } from 'zod';
import { SkuId } from '../ids';
import { Money } from '../money';

const text = (max: number) => z.string().trim().min(1).max(max);

export const MAX_LINES = 100;
export const MAX_QUANTITY = 999;

export const CartLineRequest = z.strictObject({
  skuId: SkuId,
  quantity: z.int().min(1).max(MAX_QUANTITY),
  unitPrice: Money.optional().describe('The price that the customer saw; the order is refused when our price differs'),
});

/** Accepts coupon codes as customers type them: outer blanks and letter case do not matter. */
export const CouponCodes = z
  .array(z.string().trim().toUpperCase().min(1).max(40))
  .max(20)
  .refine((codes) => new Set(codes).size === codes.length, 'must name each code once');

/** Names the customer of a cart, as the storefront knows it. */
export const CartCustomer = z.strictObject({
  reference: text(100).describe("The storefront's own, stable reference for its customer"),
  memberTier: text(40).optional().describe("The customer's member tier, as the storefront knows it"),
});
