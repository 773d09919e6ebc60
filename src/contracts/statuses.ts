/** Names the statuses of an order. The same literals in JSON, the database and the search attribute `OrderStatus`. */
export const OrderStatus = {
  /** Written by the API; its workflow has not validated it yet. */
  draft: 'draft',
  /** Its stock is reserved and nothing is charged; the customer must correct the address first. */
  awaitingAddress: 'awaiting_address',
  /** Its stock is reserved; the customer must still act on the payment or pay again. */
  awaitingPayment: 'awaiting_payment',
  /** Paid for; some of its goods are on backorder, and the whole order waits for them. */
  awaitingStock: 'awaiting_stock',
  /** Paid for and split; people pick, recheck and pack. */
  inFulfillment: 'in_fulfillment',
  /** Every fulfillment that was not cancelled is with a carrier or further. */
  shipped: 'shipped',
  /** A cancellation was accepted. The order returns to `in_fulfillment` when a carrier already has a parcel. */
  cancelling: 'cancelling',
  completed: 'completed',
  /** Everything that was not cancelled came back and was refunded. */
  returned: 'returned',
  cancelled: 'cancelled',
  /** Refused at placement: nothing was reserved, nothing charged. */
  rejected: 'rejected',
} as const;
export type OrderStatus = (typeof OrderStatus)[keyof typeof OrderStatus];

/** Lists the statuses that no order leaves: its workflow has closed. */
export const CLOSED_ORDER_STATUSES = [
  OrderStatus.completed,
  OrderStatus.returned,
  OrderStatus.cancelled,
  OrderStatus.rejected,
] as const;

/** Lists the statuses of released or completed orders that a cancellation under way cannot end. */
export const NOT_CANCELLABLE_STATUSES: readonly OrderStatus[] = ['in_fulfillment', 'shipped', 'completed', 'returned'];

/** Lists the statuses in which an order may still be paid for. */
export const PAYABLE_ORDER_STATUSES: readonly OrderStatus[] = ['draft', 'awaiting_payment'];

/** Names the stages of the process, for staff and for metrics. */
export const Stage = { receive: 'receive', pick: 'pick', ship: 'ship', closed: 'closed' } as const;
export type Stage = (typeof Stage)[keyof typeof Stage];

/** Names the statuses of a fulfillment. */
export const FulfillmentStatus = {
  /** With the warehouse: pick, recheck and pack tasks are open. */
  released: 'released',
  packed: 'packed',
  /** Its label is bought; the parcel waits for the carrier. */
  labelled: 'labelled',
  handedOver: 'handed_over',
  /** Signed for by the recipient. */
  delivered: 'delivered',
  /** Refused at the door; on its way back. */
  returning: 'returning',
  /** Back on the shelf and refunded. */
  returned: 'returned',
  /** Its label is voided first. It becomes `handed_over` when its carrier already has the parcel. */
  cancelling: 'cancelling',
  cancelled: 'cancelled',
} as const;
export type FulfillmentStatus = (typeof FulfillmentStatus)[keyof typeof FulfillmentStatus];

/** Lists the statuses of a fulfillment that its carrier has or had. */
export const HANDED_OVER_STATUSES: readonly FulfillmentStatus[] = ['handed_over', 'delivered', 'returning', 'returned'];

/** Lists the statuses of a fulfillment that its warehouse still has to hand over. */
export const AT_WAREHOUSE_STATUSES: readonly FulfillmentStatus[] = ['released', 'packed', 'labelled'];

/** Names the statuses of a shipment, by its carrier's last scan. */
export const ShipmentStatus = {
  booked: 'booked',
  handedOver: 'handed_over',
  inTransit: 'in_transit',
  outForDelivery: 'out_for_delivery',
  delivered: 'delivered',
  signed: 'signed',
  refused: 'refused',
  returned: 'returned',
  exception: 'exception',
  voided: 'voided',
} as const;
export type ShipmentStatus = (typeof ShipmentStatus)[keyof typeof ShipmentStatus];

/** Names the scans that a carrier may report by webhook. */
export const CarrierScan = {
  pickedUp: 'picked_up',
  inTransit: 'in_transit',
  outForDelivery: 'out_for_delivery',
  delivered: 'delivered',
  signed: 'signed',
  refused: 'refused',
  returned: 'returned',
  exception: 'exception',
} as const;
export type CarrierScan = (typeof CarrierScan)[keyof typeof CarrierScan];

/** Names the statuses of an attempt to pay for an order. */
export const PaymentStatus = {
  /** Written, not yet sent to the gateway (or its answer is not known). */
  pending: 'pending',
  /** The customer must act: follow a redirect or scan a code. */
  actionRequired: 'action_required',
  authorized: 'authorized',
  declined: 'declined',
  /** Nothing of it is left open: captured, voided or both. */
  settled: 'settled',
  /** Nobody needed it any more before it was authorized. */
  abandoned: 'abandoned',
} as const;
export type PaymentStatus = (typeof PaymentStatus)[keyof typeof PaymentStatus];

/** Names the statuses of a reservation. `held` and `allocated` are live: their sum is the shelf's `reserved`. */
export const ReservationStatus = {
  held: 'held',
  allocated: 'allocated',
  released: 'released',
  /** Left the warehouse with the parcel. */
  shipped: 'shipped',
  /** Came back with a refused parcel and is on the shelf again. */
  restocked: 'restocked',
} as const;
export type ReservationStatus = (typeof ReservationStatus)[keyof typeof ReservationStatus];

/**
 * Names the kinds of tasks. They are for a parcel in its warehouse, for an order that is stuck (`attend`), and
 * follow-ups with a supplier (`chase_supplier`).
 */
export const TaskKind = {
  pick: 'pick',
  recheck: 'recheck',
  pack: 'pack',
  attend: 'attend',
  followUpSupplier: 'chase_supplier',
} as const;
export type TaskKind = (typeof TaskKind)[keyof typeof TaskKind];

/** Names the statuses of a replenishment. */
export const ReplenishmentStatus = {
  open: 'open',
  /** The supplier has the purchase order. */
  requested: 'requested',
  /** The supplier confirmed what it sends. */
  confirmed: 'confirmed',
  received: 'received',
  /** Ended without the goods. */
  closed: 'closed',
} as const;
export type ReplenishmentStatus = (typeof ReplenishmentStatus)[keyof typeof ReplenishmentStatus];

/** Names the statuses of a backorder. */
export const BackorderStatus = { waiting: 'waiting', filled: 'filled', cancelled: 'cancelled' } as const;
export type BackorderStatus = (typeof BackorderStatus)[keyof typeof BackorderStatus];

/**
 * Names the source of a backorder's expected date: the merchant's lead days, or a replenishment that the supplier
 * confirmed.
 */
export const BackorderBasis = { leadDays: 'lead_days', supplier: 'supplier' } as const;
export type BackorderBasis = (typeof BackorderBasis)[keyof typeof BackorderBasis];

export const TaskStatus = { open: 'open', claimed: 'claimed', done: 'done', cancelled: 'cancelled' } as const;
export type TaskStatus = (typeof TaskStatus)[keyof typeof TaskStatus];

export const Urgency = { standard: 'standard', urgent: 'urgent' } as const;
export type Urgency = (typeof Urgency)[keyof typeof Urgency];

/** Names the roles of callers. Each API key has one. */
export const Role = {
  storefront: 'storefront',
  merchant: 'merchant',
  warehouse: 'warehouse',
  support: 'support',
  platform: 'platform',
  /** Mallflow itself: its worker, its sweeper and verified webhooks. Never given to a key. */
  system: 'system',
} as const;
export type Role = (typeof Role)[keyof typeof Role];

/** Names why an order needs a person. The values of the search attribute `AttentionReason`. */
export const AttentionReason = {
  paymentProviderUnavailable: 'payment_provider_unavailable',
  carrierUnavailable: 'carrier_unavailable',
  /** The customer could not be notified; the order continues in the meantime. */
  notificationUnavailable: 'notification_unavailable',
  deliveryOverdue: 'delivery_overdue',
  carrierException: 'carrier_exception',
  /** The agreed date of its backorder has passed. */
  backorderOverdue: 'backorder_overdue',
  /** A step can never succeed by itself: a person has to look at it, and may cancel the order. */
  needsOperator: 'needs_operator',
  /** A task for a person is open about the order; cleared when the task is done. */
  handedToPerson: 'handed_to_person',
  /** Found by the watchdog: the order's Workflow Tasks fail, or it has no workflow. */
  workflowFailing: 'workflow_failing',
  /** Found by the watchdog: a step was tried more often than an outage explains. */
  activityRetrying: 'activity_retrying',
  /** Found by the watchdog: the step that should have followed at once is missing, and nothing happens. */
  stepMissing: 'step_missing',
  /** Found by the watchdog: the order is in its stage for longer than the stage may take. */
  stageOverdue: 'stage_overdue',
} as const;
export type AttentionReason = (typeof AttentionReason)[keyof typeof AttentionReason];

/** Lists the reasons that the watchdog finds. The order's own workflow raises the others. */
export const WATCHDOG_REASONS = [
  AttentionReason.workflowFailing,
  AttentionReason.activityRetrying,
  AttentionReason.stepMissing,
  AttentionReason.stageOverdue,
] as const;
export type WatchdogReason = (typeof WATCHDOG_REASONS)[number];
