import { z } from 'zod';
import { MerchantId, ReplenishmentId, SkuId, WarehouseId } from './ids';
import { oneOf } from './one-of';
import { ReplenishmentStatus } from './statuses';

/** Why a person is to chase a supplier: the reason of the task. */
export const ChaseReason = {
  /** The SKU has no supplier. */
  noSupplier: 'no_supplier',
  unreachable: 'supplier_unreachable',
  /** No answer, however often it was reminded. */
  silent: 'supplier_silent',
  /** It sends nothing. */
  refused: 'supplier_refused',
  overdue: 'goods_overdue',
  /** Customers ask for more than there is. */
  demandUnmet: 'demand_unmet',
} as const;
export type ChaseReason = (typeof ChaseReason)[keyof typeof ChaseReason];

/** Goods that a shelf needs of its supplier. */
export const ReplenishmentResource = z.strictObject({
  id: ReplenishmentId,
  status: oneOf(ReplenishmentStatus),
  skuId: SkuId,
  warehouseId: WarehouseId,
  merchantId: MerchantId,
  asked: z.int().nullable().describe('Units that the supplier was asked for'),
  confirmed: z.int().nullable().describe('Units that it said it sends'),
  received: z.int(),
  expectedOn: z.iso.date().nullable(),
  closedFor: z.string().nullable().describe('Why it was closed without the goods'),
  openedAt: z.iso.datetime(),
  closedAt: z.iso.datetime().nullable(),
}).meta({ id: 'Replenishment' });
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
export const CloseReplenishment = z.strictObject({
  reason: z.enum(['not_needed', 'supplier_cancelled', 'bought_elsewhere']),
}).meta({ id: 'CloseReplenishment' });
export type CloseReplenishment = z.infer<typeof CloseReplenishment>;
