import { z } from 'zod';
import { Recipient } from '../addresses/recipient';
import { CartCustomer, CartLineRequest, CouponCodes, MAX_LINES } from '../pricing/cart-request';
import { CancelReason } from './cancel-reason';
import { Fapiao } from './fapiao';
import { Currency, Money } from '../money';
import { oneOf } from '../one-of';
import { Urgency } from '../statuses';

const text = (max: number) => z.string().trim().min(1).max(max);

/** How the customer pays: a token that the payment provider issued, never the card itself. */
export const PaymentInstruction = z
  .strictObject({
    method: z.enum(['card', 'wallet', 'qr']),
    token: z
      .string()
      .min(4)
      .max(255)
      .regex(/^[\x21-\x7e]+$/),
  })
  .meta({ id: 'PaymentInstruction' });
export type PaymentInstruction = z.infer<typeof PaymentInstruction>;

/** The body of `POST /v1/orders`. */
export const PlaceOrder = z
  .strictObject({
    reference: text(100).optional().describe("The storefront's own number of this order"),
    customer: CartCustomer,
    currency: Currency,
    lines: z.array(CartLineRequest).min(1).max(MAX_LINES),
    couponCodes: CouponCodes.optional(),
    fapiao: Fapiao.optional().describe('Whom to make the tax invoice out to, where the customer wants one'),
    recipient: Recipient,
    urgency: oneOf(Urgency).default(Urgency.standard),
    gift: z.strictObject({ message: text(500).optional() }).optional(),
    requestedDate: z.iso
      .date()
      .refine((date) => date >= '2000-01-01', 'must be a day of this century')
      .optional()
      .describe('The day on which the customer wants it, where the carrier can'),
    payment: PaymentInstruction,
    total: Money.optional().describe('What the customer saw; the order is refused when ours differs'),
  })
  .meta({ id: 'PlaceOrder' });
export type PlaceOrder = z.infer<typeof PlaceOrder>;

/** The body of `POST /v1/orders/{id}/cancellation`. */
export const CancelOrder = z.strictObject({ reason: oneOf(CancelReason) }).meta({ id: 'CancelOrder' });
export type CancelOrder = z.infer<typeof CancelOrder>;

/** Why an order was cancelled: somebody's reason, the payment window, or an address that nobody mended in time. */
export type CancellationReason = CancelOrder['reason'] | 'payment_window_expired' | 'address_not_mended';
