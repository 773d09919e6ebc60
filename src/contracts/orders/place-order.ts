import { z } from 'zod';
import { Recipient } from '../addresses/recipient';
import { CartCustomer, CartLineRequest, CouponCodes, MAX_LINES } from '../pricing/cart-request';
import { CancelReason } from './cancel-reason';
import { Fapiao } from './fapiao';
import { Currency, Money } from '../money';
import { oneOf } from '../one-of';
import { Urgency } from '../statuses';

const text = (max: number) => z.string().trim().min(1).max(max);

/** Describes how the customer pays: by a token of the payment provider, never by the card itself. */
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
    reference: text(100).optional().describe("The storefront's own number for this order"),
    customer: CartCustomer,
    currency: Currency,
    lines: z.array(CartLineRequest).min(1).max(MAX_LINES),
    couponCodes: CouponCodes.optional(),
    fapiao: Fapiao.optional().describe('The person or company on the tax invoice, where the customer wants one'),
    recipient: Recipient,
    urgency: oneOf(Urgency).default(Urgency.standard),
    gift: z.strictObject({ message: text(500).optional() }).optional(),
    requestedDate: z.iso
      .date()
      .refine((date) => date >= '2000-01-01', 'must be a day of this century')
      .optional()
      .describe('The day on which the customer wants the delivery, where the carrier can meet it'),
    payment: PaymentInstruction,
    total: Money.optional().describe('The total that the customer saw; the order is refused when our total differs'),
  })
  .meta({ id: 'PlaceOrder' });
export type PlaceOrder = z.infer<typeof PlaceOrder>;

/** The body of `POST /v1/orders/{id}/cancellation`. */
export const CancelOrder = z.strictObject({ reason: oneOf(CancelReason) }).meta({ id: 'CancelOrder' });
export type CancelOrder = z.infer<typeof CancelOrder>;

/** Names why an order was cancelled: somebody's reason, the payment window, or an address not corrected in time. */
export type CancellationReason = CancelOrder['reason'] | 'payment_window_expired' | 'address_not_mended';
