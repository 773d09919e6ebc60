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

/** Names the steps that people take to bring an order to a goal. */
export type Step = 'pick' | 'pack' | 'hand_over' | 'transit' | 'deliver' | 'cancel';

export interface Ending {
  readonly steps: readonly Step[];
  readonly status: OrderStatus;
  /** The status of each fulfillment; null when the order may have none. */
  readonly part: FulfillmentStatus | null;
  readonly shipment?: ShipmentStatus;
}

/** Lists the steps to each goal, and the statuses of an order that has reached it. */
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

/** Returns whether a goal's customer never pays: the gateway waits for an action that does not come. */
export const isUnpaid = (goal: Goal): boolean => goal === 'awaiting_payment' || goal === 'cancelled_unpaid';

/** Decides the goal of an order. Throws for a status that the dataset's documentation does not name. */
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
      // Our orders cannot be cancelled once a carrier has them, so these are cancelled just before.
      if (handedOverAt !== null) return 'cancelled_labelled';
      return approvedAt === null ? 'cancelled_unpaid' : 'cancelled_paid';
    default:
      throw new Error(`The dataset contains an order with the status "${status}", which the replay does not know.`);
  }
}

/** Describes the difference of an order from its goal; null once it has reached it. */
export function missing(goal: Goal, order: OrderResource): string | null {
  const ending = ENDINGS[goal];
  if (order.status !== ending.status) return `the order is ${order.status}`;
  if (ending.part === null) return null;
  if (order.fulfillments.length === 0) return 'the order has no fulfillments';
  const stray = order.fulfillments.find(
    ({ status, shipment }) =>
      status !== ending.part || (ending.shipment !== undefined && shipment?.status !== ending.shipment),
  );
  return stray === undefined
    ? null
    : `${stray.id} is ${stray.status}, its shipment ${stray.shipment?.status ?? 'not booked'}`;
}
