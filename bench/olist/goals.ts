import type { OrderResource } from '../../src/contracts/orders/order';
import type { FulfillmentStatus, OrderStatus, ShipmentStatus } from '../../src/contracts/statuses';
import type { OlistOrder } from './dataset';

export type Goal =
  | 'completed'
  | 'in_transit'
  | 'labelled'
  | 'picked'
  | 'paid'
  | 'awaiting_payment'
  | 'cancelled_unpaid'
  | 'cancelled_paid'
  | 'cancelled_labelled';

/** What the people do to bring an order to a goal, in this order. */
export type Step = 'pick' | 'pack' | 'hand_over' | 'transit' | 'deliver' | 'cancel';

export interface Ending {
  readonly steps: readonly Step[];
  readonly status: OrderStatus;
  /** Where each part stands; null when there need not be any. */
  readonly part: FulfillmentStatus | null;
  readonly shipment?: ShipmentStatus;
}

/** How an order gets to each goal, and what it looks like there. */
export const ENDINGS: Readonly<Record<Goal, Ending>> = {
  completed: {
    steps: ['pack', 'hand_over', 'transit', 'deliver'],
    status: 'completed',
    part: 'delivered',
    shipment: 'signed',
  },
  in_transit: {
    steps: ['pack', 'hand_over', 'transit'],
    status: 'shipped',
    part: 'handed_over',
    shipment: 'in_transit',
  },
  labelled: { steps: ['pack'], status: 'in_fulfillment', part: 'labelled', shipment: 'booked' },
  picked: { steps: ['pick'], status: 'in_fulfillment', part: 'released' },
  paid: { steps: [], status: 'in_fulfillment', part: 'released' },
  awaiting_payment: { steps: [], status: 'awaiting_payment', part: null },
  cancelled_unpaid: { steps: ['cancel'], status: 'cancelled', part: null },
  cancelled_paid: { steps: ['cancel'], status: 'cancelled', part: 'cancelled' },
  cancelled_labelled: { steps: ['pack', 'cancel'], status: 'cancelled', part: 'cancelled', shipment: 'voided' },
};

/** Goals whose customer has not paid: the gateway waits for an act that never comes. */
export const isUnpaid = (goal: Goal): boolean => goal === 'awaiting_payment' || goal === 'cancelled_unpaid';

/**
 * Decides where an order of the dataset has to end. Throws for a status that the dataset's documentation does not name.
 */
export function goalOf({
  status,
  approvedAt,
  handedOverAt,
}: Pick<OlistOrder, 'status' | 'approvedAt' | 'handedOverAt'>): Goal {
  switch (status) {
    case 'delivered':
      return 'completed';
    case 'shipped':
      return 'in_transit';
    case 'invoiced':
      return 'labelled';
    case 'processing':
      return 'picked';
    case 'approved':
      return 'paid';
    case 'created':
      return 'awaiting_payment';
    case 'unavailable':
      return 'cancelled_paid';
    case 'canceled':
      // Ours cannot be cancelled once a carrier has it, so those are cancelled at the last moment before.
      return handedOverAt !== null ? 'cancelled_labelled' : approvedAt !== null ? 'cancelled_paid' : 'cancelled_unpaid';
    default:
      throw new Error(`The dataset holds an order of the status "${status}", which the replay does not know.`);
  }
}

/** Says what keeps an order from its goal; null once it is there. */
export function missing(goal: Goal, order: OrderResource): string | null {
  const ending = ENDINGS[goal];
  if (order.status !== ending.status) return `the order is ${order.status}`;
  if (ending.part === null) return null;
  if (order.fulfillments.length === 0) return 'the order has no parts';
  const stray = order.fulfillments.find(
    (part) =>
      part.status !== ending.part || (ending.shipment !== undefined && part.shipment?.status !== ending.shipment),
  );
  return stray === undefined
    ? null
    : `${stray.id} is ${stray.status}, its shipment ${stray.shipment?.status ?? 'not booked'}`;
}
