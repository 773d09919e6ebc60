import { InterventionVerb } from '../../contracts/interventions/intervention-codes';
import type { FulfillmentStatus, OrderStatus } from '../../contracts/statuses';

/** What a part waits for, in plain words; a part that is not named waits for nobody. */
export const FULFILLMENT_WAITS: Readonly<Partial<Record<FulfillmentStatus, string>>> = {
  released: 'pick, recheck and pack at the warehouse',
  packed: 'a label from the carrier',
  labelled: 'the carrier to collect the parcel',
  handed_over: "the recipient's signature",
  returning: 'the refused parcel to come back',
};

/** What an order as a whole waits for, in plain words; in every other status its parts do. */
export const ORDER_WAITS: Readonly<Partial<Record<OrderStatus, string>>> = {
  draft: 'Validation, stock and payment',
  awaiting_address: 'The customer to mend the address',
  awaiting_payment: "The customer's payment",
  awaiting_stock: 'Goods that are on backorder',
  cancelling: 'Undoing what was done: label, payment, stock',
};

/** How an order stands, as far as people can move it. */
export interface OrderStanding {
  readonly closed: boolean;
  readonly cancelling: boolean;
  /** A step waits for a provider's answer, or failed for good. */
  readonly stepWaits: boolean;
  /** A packed part waits for its label. */
  readonly labelAwaited: boolean;
  /** A part is with its carrier, or further. */
  readonly handedOver: boolean;
  /** A person was asked to see to it already. */
  readonly attended: boolean;
}

/** Lists the verbs that an order would take as it stands. */
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
