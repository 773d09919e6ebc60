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

/** How a supplier answers a purchase order, by itself. */
export const Manner = {
  /** All of it, at once. */
  all: 'all',
  /** Half of it, rounded down. */
  half: 'half',
  /** Nothing of it. */
  nothing: 'nothing',
  /** All of it, in two webhooks with ids of their own. */
  twice: 'twice',
  /** All of it, but only when it is reminded. */
  whenReminded: 'when_reminded',
  /** Not at all: a person at the supplier may still do it. */
  never: 'never',
} as const;
export type Manner = (typeof Manner)[keyof typeof Manner];

const manner = z.enum(Object.values(Manner) as [Manner, ...Manner[]]);
export const MannerBody = z.strictObject({ manner, times: z.int().min(1).default(1) });

/** What a person at the supplier answers. */
export const AnswerBody = z.strictObject({ quantity, expectedOn: z.iso.date() });
export type AnswerBody = z.infer<typeof AnswerBody>;

/** What the suppliers' journal holds. */
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
  /** The receiver took the webhook. */
  z.strictObject({ entry: z.literal('sent'), eventId: line }),
]);
export type SupplierEntry = z.infer<typeof SupplierEntry>;
export type PurchaseEntry = Extract<SupplierEntry, { entry: 'purchase' }>;
export type RefuseEntry = Extract<SupplierEntry, { entry: 'refuse' }>;
export type AnswerEntry = Extract<SupplierEntry, { entry: 'answer' }>;
