import { z } from 'zod';
import { Address } from '../../contracts/addresses/recipient';
import { oneOf } from '../../contracts/one-of';
import { CarrierScan } from '../../contracts/statuses';
import { PackedParcel } from '../../contracts/warehouse/task';

const key = z.string().min(1).max(200);
const line = z.string().max(100);
const at = z.iso.datetime();
const place = z.string().max(100).nullable();

export const BookBody = z.strictObject({
  key,
  carrierCode: z.string().min(1).max(50),
  reference: z.string().min(1).max(100),
  from: z.strictObject({ name: line, country: line, postcode: line, city: line }),
  to: z.strictObject({ name: line, phone: line, address: Address }),
  parcel: PackedParcel,
  fragile: z.boolean(),
});
export type BookBody = z.infer<typeof BookBody>;

/** Reports a scan of a driver; without `at` it happens now. */
export const ScanBody = z.strictObject({
  trackingNumber: z.string().min(1).max(64),
  scan: oneOf(CarrierScan),
  place: place.default(null),
  at: at.optional(),
});
export type ScanBody = z.infer<typeof ScanBody>;

/** Describes one entry of the carriers' journal. The recipient is only on the label, and the label is sealed. */
export const CarrierEntry = z.discriminatedUnion('entry', [
  z.strictObject({
    entry: z.literal('book'),
    key,
    reference: z.string(),
    fingerprint: z.string(),
    carrierCode: z.string(),
    trackingNumber: z.string(),
    estimatedDelivery: z.iso.date(),
    sealedLabel: z.string(),
    at,
  }),
  z.strictObject({
    entry: z.literal('refuse'),
    key,
    fingerprint: z.string(),
    carrierCode: z.string(),
    reason: z.string(),
    at,
  }),
  z.strictObject({ entry: z.literal('void'), reference: z.string(), at }),
  z.strictObject({
    entry: z.literal('scan'),
    eventId: z.string(),
    trackingNumber: z.string(),
    scan: oneOf(CarrierScan),
    at,
    place,
  }),
  /** The receiver accepted the webhook. */
  z.strictObject({ entry: z.literal('sent'), eventId: z.string() }),
]);
export type CarrierEntry = z.infer<typeof CarrierEntry>;
export type BookEntry = Extract<CarrierEntry, { entry: 'book' }>;
export type RefuseEntry = Extract<CarrierEntry, { entry: 'refuse' }>;
export type ScanEntry = Extract<CarrierEntry, { entry: 'scan' }>;
