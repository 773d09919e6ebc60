import { z } from 'zod';
import { oneOf } from '../one-of';
import { CarrierScan } from '../statuses';

/** What a carrier tells of a parcel, once its webhook's signature held. */
export const CarrierEvent = z.strictObject({
  trackingNumber: z.string().min(1).max(64),
  scan: oneOf(CarrierScan),
  at: z.iso.datetime(),
  place: z.string().max(100).nullable(),
});
export type CarrierEvent = z.infer<typeof CarrierEvent>;

/** What a gateway tells of an authorization that the customer had to act on. `key` is our operation key. */
export const PaymentEvent = z.strictObject({
  key: z.string().min(1).max(200),
  status: z.enum(['authorized', 'declined', 'expired']),
  at: z.iso.datetime(),
});
export type PaymentEvent = z.infer<typeof PaymentEvent>;

/**
 * What a supplier says that it sends of a purchase order, and when. `key` is our operation key; `at` is when the
 * supplier said it, by its own clock, later for each correction: webhooks may come in another order.
 */
export const SupplierEvent = z.strictObject({
  key: z.string().min(1).max(200),
  reference: z.string().min(1).max(100),
  quantity: z.int().min(0).max(100_000_000),
  expectedOn: z.iso.date(),
  at: z.iso.datetime(),
});
export type SupplierEvent = z.infer<typeof SupplierEvent>;

/** A webhook whose signature held, in our own words. `eventId` is unique within the provider. */
export interface VerifiedWebhook<T> {
  readonly eventId: string;
  readonly event: T;
}
