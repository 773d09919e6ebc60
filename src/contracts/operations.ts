/** Names what an effect outside is done to. */
export const OperationSubject = {
  order: 'order',
  payment: 'payment',
  fulfillment: 'fulfillment',
  shipment: 'shipment',
  replenishment: 'replenishment',
} as const;
export type OperationSubject = (typeof OperationSubject)[keyof typeof OperationSubject];

/** Names the effects outside. The same literals in the database and in the keys that providers get. */
export const OperationKind = {
  /** Of a payment. */
  authorize: 'authorize',
  void: 'void',
  /** Of a fulfillment: its share of the money. */
  capture: 'capture',
  refund: 'refund',
  /** Of a fulfillment: the n-th booking, and the end of one that was abandoned for another carrier. */
  book: 'book',
  voidBooking: 'void_booking',
  /** Of a shipment. */
  voidLabel: 'void_label',
  /** Of a replenishment. */
  purchase: 'purchase',
  purchaseEmail: 'purchase_email',
  remindEmail: 'remind_email',
  /** Of an order: messages to its customer. */
  notifyEmail: 'notify_email',
  notifySms: 'notify_sms',
} as const;
export type OperationKind = (typeof OperationKind)[keyof typeof OperationKind];

/** Lists the effects that move money. */
export const MONEY_KINDS = ['authorize', 'capture', 'void', 'refund'] as const satisfies readonly OperationKind[];
/** Lists the messages to customers and suppliers. */
export const MESSAGE_KINDS = [
  OperationKind.notifyEmail,
  OperationKind.notifySms,
  OperationKind.purchaseEmail,
  OperationKind.remindEmail,
] as const;

/** Names the statuses of an operation: `started` until its answer is known. */
export const OperationStatus = { started: 'started', succeeded: 'succeeded', refused: 'refused' } as const;
export type OperationStatus = (typeof OperationStatus)[keyof typeof OperationStatus];
