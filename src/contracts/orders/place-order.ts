import { z } from 'zod';
import { Fapiao } from './fapiao';
import { SkuId } from '../ids';
import { Currency, Money } from '../money';
import { oneOf } from '../one-of';
import { CancelReason } from '../interventions/intervention-codes';
import { Urgency } from '../statuses';

const text = (max: number) => z.string().trim().min(1).max(max);

/** What a customer typed: it may be empty or wrong, and is judged by the rules of its country (`domain/addresses`). */
const typed = (max: number) => z.string().trim().max(max);

/**
 * Where a parcel goes, in the words of an envelope. Kept encrypted; read by the carrier and the order's own callers. An order
 * whose address lacks something is held, not refused: so the schema asks for little.
 */
export const Address = z.strictObject({
  country: z.string().regex(/^[A-Z]{2}$/).describe('ISO 3166-1 alpha-2'),
  region: typed(100).optional().describe('Province, state or prefecture'),
  city: typed(100).optional().describe('Needed by most countries'),
  district: typed(100).optional(),
  line1: typed(200),
  line2: typed(200).optional(),
  postcode: typed(16).optional(),
  divisionCode: typed(16).optional().describe('Mainland China: the six-digit code of the district (GB/T 2260); it must agree with the names'),
}).meta({ id: 'Address' });
export type Address = z.infer<typeof Address>;

export const Recipient = z.strictObject({
  name: typed(100),
  phone: typed(40).describe('With its country code, or as it is dialled in the country of the address'),
  email: z.email().max(254).optional(),
  address: Address,
}).meta({ id: 'Recipient' });
export type Recipient = z.infer<typeof Recipient>;

/** How the customer pays: a token that the payment provider issued, never the card itself. */
export const PaymentInstruction = z.strictObject({
  method: z.enum(['card', 'wallet', 'qr']),
  token: z.string().min(4).max(255).regex(/^[\x21-\x7e]+$/),
}).meta({ id: 'PaymentInstruction' });
export type PaymentInstruction = z.infer<typeof PaymentInstruction>;

export const MAX_LINES = 100;
export const MAX_QUANTITY = 999;

export const PlaceOrderLine = z.strictObject({
  skuId: SkuId,
  quantity: z.int().min(1).max(MAX_QUANTITY),
  unitPrice: Money.optional().describe('What the customer saw; the order is refused when ours differs'),
});

/** Codes as customers type them: blanks around them and small letters do not matter. */
export const CouponCodes = z.array(z.string().trim().toUpperCase().min(1).max(40)).max(20)
  .refine((codes) => new Set(codes).size === codes.length, 'must name each code once');

/** The body of `POST /v1/orders`. */
export const PlaceOrder = z.strictObject({
  reference: text(100).optional().describe('The storefront\'s own number of this order'),
  customer: z.strictObject({
    reference: text(100).describe('The storefront\'s own, stable reference of its customer'),
    memberTier: text(40).optional().describe('The customer\'s member tier, as the storefront knows it'),
  }),
  currency: Currency,
  lines: z.array(PlaceOrderLine).min(1).max(MAX_LINES),
  couponCodes: CouponCodes.optional(),
  fapiao: Fapiao.optional().describe('Whom to make the tax invoice out to, where the customer wants one'),
  recipient: Recipient,
  urgency: oneOf(Urgency).default(Urgency.standard),
  gift: z.strictObject({ message: text(500).optional() }).optional(),
  requestedDate: z.iso.date().refine((date) => date >= '2000-01-01', 'must be a day of this century').optional().describe('The day on which the customer wants it, where the carrier can'),
  payment: PaymentInstruction,
  total: Money.optional().describe('What the customer saw; the order is refused when ours differs'),
}).meta({ id: 'PlaceOrder' });
export type PlaceOrder = z.infer<typeof PlaceOrder>;

/** The body of `POST /v1/orders/{id}/cancellation`. */
export const CancelOrder = z.strictObject({
  reason: oneOf(CancelReason),
}).meta({ id: 'CancelOrder' });
export type CancelOrder = z.infer<typeof CancelOrder>;

/** Why an order was cancelled: somebody's reason, the payment window, or an address that nobody mended in time. */
export type CancellationReason = CancelOrder['reason'] | 'payment_window_expired' | 'address_not_mended';
