import type { OrderResource } from '../../contracts/orders/order';
import type { CarrierScan, OrderStatus } from '../../contracts/statuses';
import type { TimelineEventType } from '../../contracts/timeline';
import { ApiProblem } from '../http-client';
import type { People } from './simulated-people';
import type { PublicApi } from './public-api';

export type ScenarioName = 'completed' | 'declined' | 'refused' | 'cancelled';

/** Describes a play: what people do after the storefront placed the order, and how the order must end. */
export interface Scenario {
  readonly title: string;
  /** The gateway's token, with an effect that docs/sandbox.md documents. */
  readonly token: string;
  readonly ends: OrderStatus;
  /** The events that must show what was undone. */
  readonly undoes: readonly TimelineEventType[];
  readonly play: (
    orderId: string,
    people: People,
    storefront: PublicApi,
    intent: (act: string) => string,
  ) => Promise<void>;
}

const UNDER_WAY: readonly (readonly [CarrierScan, string])[] = [
  ['in_transit', 'Sorting centre'],
  ['out_for_delivery', 'Depot'],
];

async function ship(orderId: string, people: People, door: readonly (readonly [CarrierScan, string])[]): Promise<void> {
  const packed = await people.pack(orderId, true);
  await people.handOver(packed);
  const began = Date.now();
  await people.scan(
    packed,
    [['picked_up', 'Warehouse gate'] as const, ...UNDER_WAY, ...door].map(([scan, place], i) => ({
      scan,
      place,
      at: new Date(began + i),
    })),
  );
}

export const SCENARIOS: Readonly<Record<ScenarioName, Scenario>> = {
  completed: {
    title: 'An urgent gift from two merchants, from checkout to doorstep',
    token: 'tok_ok',
    ends: 'completed',
    undoes: [],
    play: (orderId, people) =>
      ship(orderId, people, [
        ['delivered', 'Front door'],
        ['signed', 'Front door'],
      ]),
  },
  declined: {
    title: 'The payment is declined, and the customer cancels',
    token: 'tok_declined',
    ends: 'cancelled',
    undoes: ['stock.released'],
    play: async (orderId, _people, storefront, intent) => {
      await storefront.cancel(intent('cancel'), orderId, 'customer_request');
    },
  },
  refused: {
    title: 'The recipient refuses the parcels at the door',
    token: 'tok_ok',
    ends: 'returned',
    undoes: ['stock.restocked', 'payment.refunded'],
    play: (orderId, people) =>
      ship(orderId, people, [
        ['refused', 'Front door'],
        ['returned', 'Warehouse gate'],
      ]),
  },
  cancelled: {
    title: 'The customer cancels when everything is packed and labelled',
    token: 'tok_ok',
    ends: 'cancelled',
    undoes: ['shipment.voided', 'payment.voided', 'stock.released'],
    play: async (orderId, people, storefront, intent) => {
      await people.pack(orderId, true);
      await storefront.cancel(intent('cancel'), orderId, 'customer_request');
    },
  },
};

/** Places the order. A declined payment is an answer, too: the order exists and waits for another payment. */
export async function checkOut(place: () => Promise<OrderResource>): Promise<string> {
  try {
    return (await place()).id;
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'payment_declined' && typeof error.problem.orderId === 'string')
      return error.problem.orderId;
    throw error;
  }
}
