import { z } from 'zod';
import { FulfillmentId, MerchantId, OrderId, SkuId, TaskId, WarehouseId } from '../ids';
import { oneOf } from '../one-of';
import { TaskKind, TaskStatus, Urgency } from '../statuses';

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

/** What came of attending to an order. */
export const AttendOutcome = { resolved: 'resolved', nothingFound: 'nothing_found', escalated: 'escalated' } as const;
export type AttendOutcome = (typeof AttendOutcome)[keyof typeof AttendOutcome];

/** Work for a person: on a parcel in a warehouse (pick, recheck, pack), or on what an order is stuck on (attend). */
export const TaskResource = z
  .strictObject({
    id: TaskId,
    kind: oneOf(TaskKind),
    status: oneOf(TaskStatus),
    orderId: OrderId.nullable().describe('Null for work about no order'),
    fulfillmentId: FulfillmentId.nullable().describe(
      'Null, as the next two, for work that belongs to no part of an order',
    ),
    merchantId: MerchantId.nullable(),
    warehouseId: WarehouseId.nullable(),
    subject: z.string().nullable().describe('The id of what it is about, when that is no order'),
    reason: z.string().nullable().describe('Why it was opened, as a code; null for picking, rechecking and packing'),
    note: z.string().nullable().describe('What to mind, as a code'),
    assignee: z.string().nullable().describe('Who is asked to do it; anybody of the role may'),
    outcome: z.string().nullable().describe('What came of it, as a code'),
    urgency: oneOf(Urgency),
    gift: z.boolean(),
    lines: z.array(TaskLine).describe('In the order of the shelves'),
    claimedBy: z.string().nullable(),
    openedAt: z.iso.datetime(),
    doneAt: z.iso.datetime().nullable().describe('When it was done, or cancelled'),
  })
  .meta({ id: 'Task' });
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

/** The body of `POST /v1/tasks/{id}/completion`. `parcel` belongs to a pack task, `outcome` to an attend task. */
export const CompleteTask = z
  .strictObject({
    parcel: PackedParcel.optional().describe(
      "Of a pack task: the packed box; without it the catalogue's weights and sizes are used",
    ),
    outcome: oneOf(AttendOutcome).optional().describe('Of an attend task, which needs it: what came of it'),
  })
  .meta({ id: 'CompleteTask' });
export type CompleteTask = z.infer<typeof CompleteTask>;
