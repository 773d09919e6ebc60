import { z } from 'zod';
import { MerchantId, ReplenishmentId, SkuId, WarehouseId } from '../ids';
import { oneOf } from '../one-of';
import { ReplenishmentStatus } from '../statuses';

/** Names why a follow-up task was opened. */
export const FollowUpReason = {
  /** The SKU has no supplier. */
  noSupplier: 'no_supplier',
  unreachable: 'supplier_unreachable',
  /** The supplier refused the reminder: it does not know the order, or its mailbox is gone. */
  reminderRefused: 'reminder_refused',
  /** The supplier did not answer any reminder. */
  silent: 'supplier_silent',
  /** The supplier sends nothing. */
  refused: 'supplier_refused',
  overdue: 'goods_overdue',
  /** The purchase order went by e-mail: the answer comes to a mailbox, and a person records it. */
  mailed: 'supplier_mailed',
  /** Customers ask for more units than are available. */
  demandUnmet: 'demand_unmet',
} as const;
export type FollowUpReason = (typeof FollowUpReason)[keyof typeof FollowUpReason];

/** Names how a purchase order reached its supplier. */
export const PurchaseChannel = { online: 'online', email: 'email' } as const;
export type PurchaseChannel = (typeof PurchaseChannel)[keyof typeof PurchaseChannel];

/** Describes a replenishment: a request to a supplier to refill a shelf. */
export const ReplenishmentResource = z
  .strictObject({
    id: ReplenishmentId,
    status: oneOf(ReplenishmentStatus),
    skuId: SkuId,
    warehouseId: WarehouseId,
    merchantId: MerchantId,
    asked: z.int().nullable().describe('Units on the purchase order'),
    confirmed: z.int().nullable().describe('Units that the supplier confirmed'),
    received: z.int(),
    expectedOn: z.iso.date().nullable(),
    sentBy: oneOf(PurchaseChannel).nullable().describe('How the purchase order reached the supplier; null before that'),
    answeredBy: z
      .string()
      .nullable()
      .describe("Who recorded the last answer: a person's key, or `system` for the supplier's own webhook"),
    closedFor: z.string().nullable().describe('Why it was closed before the goods arrived'),
    openedAt: z.iso.datetime(),
    closedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Replenishment' });
export type ReplenishmentResource = z.infer<typeof ReplenishmentResource>;

/** The query of `GET /v1/replenishments`. Newest first. */
export const ListReplenishments = z.strictObject({
  status: oneOf(ReplenishmentStatus).optional(),
  skuId: SkuId.optional(),
  warehouseId: WarehouseId.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(200).optional(),
});
export type ListReplenishments = z.infer<typeof ListReplenishments>;

/** The body of `POST /v1/replenishments/{id}/closure`. */
export const CloseReplenishment = z
  .strictObject({ reason: z.enum(['not_needed', 'supplier_cancelled', 'bought_elsewhere']) })
  .meta({ id: 'CloseReplenishment' });
export type CloseReplenishment = z.infer<typeof CloseReplenishment>;

/** The body of `POST /v1/replenishments/{id}/answers`: a supplier's answer by mail or phone. */
export const RecordAnswer = z
  .strictObject({
    quantity: z.int().min(0).max(100_000_000).describe('Units that the supplier sends; 0 when it sends nothing'),
    expectedOn: z.iso.date().describe('The delivery day that the supplier named'),
    reference: z.string().min(1).max(100).optional().describe("The supplier's own reference for the purchase order"),
  })
  .meta({ id: 'RecordAnswer' });
export type RecordAnswer = z.infer<typeof RecordAnswer>;
