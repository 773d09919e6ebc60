import { z } from 'zod';
import { FulfillmentId, MerchantId, OrderId, SkuId, TaskId, WarehouseId } from '../ids';
import { oneOf } from '../one-of';
import { TaskKind, TaskStatus, Urgency } from '../statuses';

/** Describes one line of a pick list or a parcel: goods, quantity, location. */
export const TaskLine = z.strictObject({
  skuId: SkuId,
  skuCode: z.string(),
  title: z.string(),
  quantity: z.int(),
  location: z.string().describe('As aisle-bay-level of the warehouse'),
  lot: z.string(),
  expiresOn: z.iso.date().nullable(),
  fragile: z.boolean(),
});
export type TaskLine = z.infer<typeof TaskLine>;

/** Names the outcomes of an `attend` task. */
export const AttendOutcome = { resolved: 'resolved', nothingFound: 'nothing_found', escalated: 'escalated' } as const;
export type AttendOutcome = (typeof AttendOutcome)[keyof typeof AttendOutcome];

/** Describes a task: work for a person, on a parcel, a stuck order or a supplier. */
export const TaskResource = z
  .strictObject({
    id: TaskId,
    kind: oneOf(TaskKind),
    status: oneOf(TaskStatus),
    orderId: OrderId.nullable().describe('Null when the task is not about an order'),
    fulfillmentId: FulfillmentId.nullable().describe(
      'Null, like the next two members, when the task belongs to no fulfillment',
    ),
    merchantId: MerchantId.nullable(),
    warehouseId: WarehouseId.nullable(),
    subject: z.string().nullable().describe('The id of its subject, when that is not an order'),
    reason: z
      .string()
      .nullable()
      .describe('Why the task was opened, as a code; null for picking, rechecking and packing'),
    note: z.string().nullable().describe('What to look into, as a code'),
    assignee: z.string().nullable().describe('The person who should do it; anybody of the role may'),
    outcome: z.string().nullable().describe('The outcome, as a code'),
    urgency: oneOf(Urgency),
    gift: z.boolean(),
    lines: z.array(TaskLine).describe('In the order of the shelves in the warehouse'),
    claimedBy: z.string().nullable(),
    openedAt: z.iso.datetime(),
    doneAt: z.iso.datetime().nullable().describe('When it was done or cancelled'),
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

/** Describes a packed box by its weight and size. */
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
      "For a pack task: the packed box; without it the catalogue's weights and sizes are used",
    ),
    outcome: oneOf(AttendOutcome).optional().describe('Required for an attend task: its outcome'),
  })
  .meta({ id: 'CompleteTask' });
export type CompleteTask = z.infer<typeof CompleteTask>;
