/** Where an order stands. The same literals in JSON, the database and the search attribute `OrderStatus`. */
export const OrderStatus = {
  /** Committed by the API; its workflow has not judged it yet. */
  draft: 'draft',
  /** Stock is held, nothing is charged; the customer must mend the address first. */
  awaitingAddress: 'awaiting_address',
  /** Stock is held; the customer must still act on the payment or pay again. */
  awaitingPayment: 'awaiting_payment',
  /** Paid for; some of its goods are on backorder, and all of it waits for them. */
  awaitingStock: 'awaiting_stock',
  /** Paid for and split; people pick, recheck and pack. */
  inFulfillment: 'in_fulfillment',
  /** Every fulfillment that was not cancelled is with a carrier or further. */
  shipped: 'shipped',
  /** A cancellation was accepted; its compensations run. */
  cancelling: 'cancelling',
  completed: 'completed',
  /** Everything came back and was refunded. */
  returned: 'returned',
  cancelled: 'cancelled',
  /** Refused at placement: nothing was held, nothing charged. */
  rejected: 'rejected',
} as const;
export type OrderStatus = (typeof OrderStatus)[keyof typeof OrderStatus];

/** The statuses no order leaves: its workflow has closed. */
export const CLOSED_ORDER_STATUSES = [
  OrderStatus.completed,
  OrderStatus.returned,
  OrderStatus.cancelled,
  OrderStatus.rejected,
] as const;

/** Statuses in which an order may still be paid for. */
export const PAYABLE_ORDER_STATUSES: readonly OrderStatus[] = ['draft', 'awaiting_payment'];

/** The stage of the process that an order is in, for staff and for figures. */
export const Stage = { receive: 'receive', pick: 'pick', ship: 'ship', closed: 'closed' } as const;
export type Stage = (typeof Stage)[keyof typeof Stage];

/** Where one merchant's part of an order stands. */
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
  cancelled: 'cancelled',
} as const;
export type FulfillmentStatus = (typeof FulfillmentStatus)[keyof typeof FulfillmentStatus];

/** Statuses of a part that its carrier has or had. */
export const HANDED_OVER_STATUSES: readonly FulfillmentStatus[] = ['handed_over', 'delivered', 'returning', 'returned'];

/** What the carrier last said of a shipment. */
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

/** What a carrier may report by webhook. */
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

/** One attempt to pay for an order. */
export const PaymentStatus = {
  /** Written, not yet put to the gateway (or its answer is not known). */
  pending: 'pending',
  /** The customer must act: follow a redirect or scan a code. */
  actionRequired: 'action_required',
  authorized: 'authorized',
  declined: 'declined',
  /** Nothing is left open of it: captured, voided or both. */
  settled: 'settled',
  /** Given up before it was authorized. */
  abandoned: 'abandoned',
} as const;
export type PaymentStatus = (typeof PaymentStatus)[keyof typeof PaymentStatus];

/** Stock held for an order line. `held` and `allocated` are live: their sum is the stock's `reserved`. */
export const ReservationStatus = {
  held: 'held',
  allocated: 'allocated',
  released: 'released',
  /** Left the warehouse with the parcel. */
  shipped: 'shipped',
  /** Came back with a refused parcel and lies on the shelf again. */
  restocked: 'restocked',
} as const;
export type ReservationStatus = (typeof ReservationStatus)[keyof typeof ReservationStatus];

/**
 * Work for a person: on a parcel in its warehouse, on whatever an order is stuck on (`attend`), or on goods that do not
 * come (`chase_supplier`).
 */
export const TaskKind = {
  pick: 'pick',
  recheck: 'recheck',
  pack: 'pack',
  attend: 'attend',
  chaseSupplier: 'chase_supplier',
} as const;
export type TaskKind = (typeof TaskKind)[keyof typeof TaskKind];

/** Where goods stand that a shelf needs of its supplier. */
export const ReplenishmentStatus = {
  open: 'open',
  /** The supplier has the purchase order. */
  requested: 'requested',
  /** The supplier said what it sends. */
  confirmed: 'confirmed',
  received: 'received',
  /** Ended without the goods. */
  closed: 'closed',
} as const;
export type ReplenishmentStatus = (typeof ReplenishmentStatus)[keyof typeof ReplenishmentStatus];

/** Units of an order line that are owed. */
export const BackorderStatus = { waiting: 'waiting', filled: 'filled', cancelled: 'cancelled' } as const;
export type BackorderStatus = (typeof BackorderStatus)[keyof typeof BackorderStatus];

/**
 * By what the day is known on which owed units come: the lead days that the merchant set, or what the supplier
 * confirmed.
 */
export const BackorderBasis = { leadDays: 'lead_days', supplier: 'supplier' } as const;
export type BackorderBasis = (typeof BackorderBasis)[keyof typeof BackorderBasis];

export const TaskStatus = { open: 'open', claimed: 'claimed', done: 'done', cancelled: 'cancelled' } as const;
export type TaskStatus = (typeof TaskStatus)[keyof typeof TaskStatus];

/** An effect on the outside world: `started` until its answer is known. */
export const OperationStatus = { started: 'started', succeeded: 'succeeded', refused: 'refused' } as const;
export type OperationStatus = (typeof OperationStatus)[keyof typeof OperationStatus];

export const Urgency = { standard: 'standard', urgent: 'urgent' } as const;
export type Urgency = (typeof Urgency)[keyof typeof Urgency];

/** Who calls. Each API key carries one. */
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

/** Why a person should look at an order: the search attribute `AttentionReason`. */
export const AttentionReason = {
  paymentProviderUnavailable: 'payment_provider_unavailable',
  carrierUnavailable: 'carrier_unavailable',
  /** The customer could not be told of something; the order goes on meanwhile. */
  notificationUnavailable: 'notification_unavailable',
  deliveryOverdue: 'delivery_overdue',
  carrierException: 'carrier_exception',
  /** The day has passed by which the goods that it waits for were to be there. */
  backorderOverdue: 'backorder_overdue',
  /** A step can never succeed by itself: a person has to look, and may cancel. */
  needsOperator: 'needs_operator',
  /** Staff handed it to a person: until the task is done. */
  handedToPerson: 'handed_to_person',
  /** Found by the watchdog: its workflow's tasks fail, or it has none. */
  workflowFailing: 'workflow_failing',
  /** Found by the watchdog: a step was tried more often than an outage explains. */
  activityRetrying: 'activity_retrying',
  /** Found by the watchdog: it is in its stage for longer than the stage may take. */
  stageOverdue: 'stage_overdue',
} as const;
export type AttentionReason = (typeof AttentionReason)[keyof typeof AttentionReason];

/** The reasons that the watchdog finds; the others are raised by the order's own workflow. */
export const FOUND_REASONS = [
  AttentionReason.workflowFailing,
  AttentionReason.activityRetrying,
  AttentionReason.stageOverdue,
] as const;
export type FoundReason = (typeof FOUND_REASONS)[number];
