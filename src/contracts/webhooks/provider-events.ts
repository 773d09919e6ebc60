import { z } from 'zod';
import { oneOf } from '../one-of';
import { CarrierScan } from '../statuses';

/** Describes a carrier's scan of a parcel, from a webhook with a valid signature. */
export const CarrierEvent = z.strictObject({
  trackingNumber: z.string().min(1).max(64),
  scan: oneOf(CarrierScan),
  at: z.iso.datetime(),
  place: z.string().max(100).nullable(),
});
export type CarrierEvent = z.infer<typeof CarrierEvent>;

/** Reports the outcome of an authorization that the customer had to act on. `key` is our operation key. */
export const PaymentEvent = z.strictObject({
  key: z.string().min(1).max(200),
  status: z.enum(['authorized', 'declined', 'expired']),
  at: z.iso.datetime(),
});
export type PaymentEvent = z.infer<typeof PaymentEvent>;

/**
 * Reports what a supplier sends for a purchase order, and when. `key` is our operation key. `at` is the time of the
 * answer by the supplier's clock, later for each correction: webhooks may arrive in another order.
 */
export const SupplierEvent = z.strictObject({
  key: z.string().min(1).max(200),
  reference: z.string().min(1).max(100),
  quantity: z.int().min(0).max(100_000_000),
  expectedOn: z.iso.date(),
  at: z.iso.datetime(),
});
export type SupplierEvent = z.infer<typeof SupplierEvent>;

/** Carries a webhook with a valid signature, in our own terms. `eventId` is unique within the provider. */
export interface VerifiedWebhook<T> {
  readonly eventId: string;
  readonly event: T;
}
