import { InterventionVerb } from '../../contracts/interventions/intervention-codes';
import { AttentionReason, type FulfillmentStatus, type OrderStatus } from '../../contracts/statuses';

/** Says what a fulfillment waits for, by its status; in a status that is missing here it waits for nothing. */
export const FULFILLMENT_WAITS: Readonly<Partial<Record<FulfillmentStatus, string>>> = {
  released: 'pick, recheck and pack at the warehouse',
  packed: 'a label from the carrier',
  labelled: 'the carrier to collect the parcel',
  handed_over: "the recipient's signature",
  returning: 'the refused parcel to come back',
  cancelling: 'its label to be voided, then its stock freed and its amount voided',
};

/** Says what an order waits for, by its status; in a status that is missing here its fulfillments wait. */
export const ORDER_WAITS: Readonly<Partial<Record<OrderStatus, string>>> = {
  draft: 'validation, stock and payment',
  awaiting_address: 'the customer to correct the address',
  awaiting_payment: "the customer's payment",
  awaiting_stock: 'goods that are on backorder',
  cancelling: 'the undo of label, payment and stock',
};

/** Under each of these reasons a provider does not answer, and is called again and again. */
export const PROVIDER_REASONS: readonly AttentionReason[] = [
  AttentionReason.paymentProviderUnavailable,
  AttentionReason.carrierUnavailable,
  AttentionReason.notificationUnavailable,
];

/** Describes an order's state as far as it decides which interventions are possible. */
export interface OrderStanding {
  readonly closed: boolean;
  readonly cancelling: boolean;
  /** Whether a step waits for a provider's answer or has failed permanently. */
  readonly stepWaits: boolean;
  /** Whether a packed fulfillment waits for its label. */
  readonly labelAwaited: boolean;
  /** Whether the carrier has taken a fulfillment. */
  readonly handedOver: boolean;
  /** Whether the order is already handed to a person. */
  readonly attended: boolean;
}

/** Lists the interventions that an order accepts in its present state. */
export function availableActions({
  closed,
  cancelling,
  stepWaits,
  labelAwaited,
  handedOver,
  attended,
}: OrderStanding): InterventionVerb[] {
  if (closed) return [];
  return [
    ...(stepWaits ? [InterventionVerb.retryNow] : []),
    ...(labelAwaited && !cancelling ? [InterventionVerb.chooseCarrier] : []),
    ...(handedOver || cancelling ? [] : [InterventionVerb.cancelOrder]),
    ...(attended ? [] : [InterventionVerb.handToPerson]),
  ];
}
