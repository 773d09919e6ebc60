import { z } from 'zod';

const key = z.string().min(1).max(200);
const line = z.string().min(1).max(100);
const at = z.iso.datetime();
const quantity = z.int().min(0).max(100_000_000);

export const PurchaseBody = z.strictObject({
  key,
  reference: line,
  supplierCode: line,
  skuCode: line,
  quantity: quantity.min(1),
  shipTo: z.strictObject({ code: line, country: line, city: line, postcode: line }),
});
export type PurchaseBody = z.infer<typeof PurchaseBody>;

/** Names the ways in which a supplier answers a purchase order by itself. */
export const Manner = {
  /** Confirms all units at once. */
  all: 'all',
  /** Confirms half of the units, rounded down. */
  half: 'half',
  /** Confirms no units. */
  nothing: 'nothing',
  /** Confirms all units twice, by two webhooks with their own ids. */
  twice: 'twice',
  /** Confirms all units, but only after a reminder. */
  whenReminded: 'when_reminded',
  /** Does not answer; a person at the supplier still may. */
  never: 'never',
} as const;
export type Manner = (typeof Manner)[keyof typeof Manner];

const manner = z.enum(Object.values(Manner) as [Manner, ...Manner[]]);
export const MannerBody = z.strictObject({ manner, times: z.int().min(1).default(1) });

/** Describes the answer of a person at the supplier. */
export const AnswerBody = z.strictObject({ quantity, expectedOn: z.iso.date() });
export type AnswerBody = z.infer<typeof AnswerBody>;

/** Describes one entry of the suppliers' journal. */
export const SupplierEntry = z.discriminatedUnion('entry', [
  z.strictObject({ entry: z.literal('purchase'), key, reference: line, fingerprint: z.string(), manner, quantity, at }),
  z.strictObject({ entry: z.literal('refuse'), key, fingerprint: z.string(), reason: line, at }),
  z.strictObject({
    entry: z.literal('answer'),
    eventId: line,
    reference: line,
    quantity,
    expectedOn: z.iso.date(),
    at,
  }),
  z.strictObject({ entry: z.literal('remind'), reference: line, at }),
  /** The receiver accepted the webhook. */
  z.strictObject({ entry: z.literal('sent'), eventId: line }),
]);
export type SupplierEntry = z.infer<typeof SupplierEntry>;
export type PurchaseEntry = Extract<SupplierEntry, { entry: 'purchase' }>;
export type RefuseEntry = Extract<SupplierEntry, { entry: 'refuse' }>;
export type AnswerEntry = Extract<SupplierEntry, { entry: 'answer' }>;
