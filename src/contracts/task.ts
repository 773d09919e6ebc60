import { z } from 'zod';
import { FulfillmentId, MerchantId, OrderId, SkuId, TaskId, WarehouseId } from './ids';
import { oneOf } from './one-of';
import { TaskKind, TaskStatus, Urgency } from './statuses';

/** One line on a pick list or in a parcel: what, how many, and where it lies. */
export const TaskLine = z.strictObject({
  skuId: SkuId,
  skuCode: z.string(),
  title: z.string(),
  quantity: z.int(),
  location: z.string().describe('aisle-bay-level of the warehouse'),
  lot: z.string(),
  expiresOn: z.iso.date().nullable(),
  fragile: z.boolean(),
});
export type TaskLine = z.infer<typeof TaskLine>;

/** Work for a person in a warehouse. */
export const TaskResource = z.strictObject({
  id: TaskId,
  kind: oneOf(TaskKind),
  status: oneOf(TaskStatus),
  orderId: OrderId,
  fulfillmentId: FulfillmentId,
  merchantId: MerchantId,
  warehouseId: WarehouseId,
  urgency: oneOf(Urgency),
  gift: z.boolean(),
  lines: z.array(TaskLine).describe('In the order of the shelves'),
  claimedBy: z.string().nullable(),
  openedAt: z.iso.datetime(),
  doneAt: z.iso.datetime().nullable(),
}).meta({ id: 'Task' });
export type TaskResource = z.infer<typeof TaskResource>;

/** The query of `GET /v1/tasks`. Urgent orders first, then the longest waiting. */
export const ListTasks = z.strictObject({
  kind: oneOf(TaskKind).optional(),
  status: oneOf(TaskStatus).default(TaskStatus.open),
  warehouseId: WarehouseId.optional(),
  orderId: OrderId.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(200).optional(),
});
export type ListTasks = z.infer<typeof ListTasks>;

/** A box as it stands on the scales. */
export const PackedParcel = z.strictObject({
  weightG: z.int().min(1).max(100_000),
  lengthMm: z.int().min(1).max(5_000),
  widthMm: z.int().min(1).max(5_000),
  heightMm: z.int().min(1).max(5_000),
});
export type PackedParcel = z.infer<typeof PackedParcel>;

/** The body of `POST /v1/tasks/{id}/completion`. `parcel` belongs to a pack task. */
export const CompleteTask = z.strictObject({
  parcel: PackedParcel.optional().describe('Of a pack task: the packed box; without it the catalogue\'s weights and sizes are used'),
}).meta({ id: 'CompleteTask' });
export type CompleteTask = z.infer<typeof CompleteTask>;
