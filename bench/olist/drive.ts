import type { OrderResource } from '../../src/contracts/orders/order';
import type { CarrierScan, ShipmentStatus } from '../../src/contracts/statuses';
import type { TimelineEvent } from '../../src/contracts/timeline';
import { People, WaitTimedOut } from '../../src/cli/orders/simulated-people';
import type { CarrierDrivers, PublicApi } from '../../src/cli/orders/public-api';
import type { OlistOrder } from './dataset';
import { ENDINGS, missing, type Goal, type Step } from './goals';
import { placeOrderOf } from './mapping';

const EVENTS_PAGE = 200;

export interface Mall {
  readonly storefront: PublicApi;
  /** Sees every warehouse's tasks. */
  readonly staff: PublicApi;
  readonly drivers: CarrierDrivers;
  readonly skuIds: ReadonlyMap<string, string>;
  /** Names this replay in every Idempotency-Key, so that a repeated run continues it. */
  readonly run: string;
  /** The limit of each wait of an order, ms. */
  readonly limitMs: number;
}

export interface Driven {
  readonly order: OrderResource;
  readonly events: readonly TimelineEvent[];
  /** The difference from the goal; null when the order reached it. */
  readonly missing: string | null;
}

/** Drives an order of the dataset to its end by the public API. Safe to repeat. Throws the API's refusals. */
export async function drive(mall: Mall, olist: OlistOrder, goal: Goal): Promise<Driven> {
  const intent = (act: string) => `olist:${mall.run}:${olist.id}:${act}`;
  const people = new People(mall.storefront, [mall.staff], mall.drivers, intent, mall.limitMs);
  const placed = await mall.storefront.placeOrder(intent('place'), placeOrderOf(olist, goal, mall.skuIds));
  await people.until(placed.id, (order) => order.status !== 'draft', 'decided');
  for (const step of ENDINGS[goal].steps) await STEPS[step]({ orderId: placed.id, people, mall, intent });
  return { ...(await untilThere(people, mall, placed.id, goal)), events: await timelineOf(mall.storefront, placed.id) };
}

interface Stage {
  readonly orderId: string;
  readonly people: People;
  readonly mall: Mall;
  readonly intent: (act: string) => string;
}

const STEPS: Readonly<Record<Step, (stage: Stage) => Promise<void>>> = {
  pick: ({ orderId, people }) => people.work(orderId, ['pick']),
  pack: async ({ orderId, people }) => {
    await people.pack(orderId);
  },
  hand_over: async ({ orderId, people, mall }) => {
    await people.handOver(await mall.storefront.getOrder(orderId));
  },
  transit: (stage) => scan(stage, ['in_transit']),
  deliver: (stage) => scan(stage, ['out_for_delivery', 'delivered', 'signed']),
  cancel: async ({ orderId, mall, intent }) => {
    await mall.storefront.cancel(intent('cancel'), orderId, 'merchant_request');
  },
};

const ROAD: readonly ShipmentStatus[] = [
  'booked',
  'handed_over',
  'in_transit',
  'out_for_delivery',
  'delivered',
  'signed',
];

/** Sends the scans that an earlier run of the replay has not sent yet. */
async function scan({ orderId, people, mall }: Stage, scans: readonly (CarrierScan & ShipmentStatus)[]): Promise<void> {
  const order = await mall.storefront.getOrder(orderId);
  const began = Date.now();
  for (const fulfillment of order.fulfillments) {
    const reached = ROAD.indexOf(fulfillment.shipment?.status ?? 'booked');
    const open = scans.filter((next) => ROAD.indexOf(next) > reached);
    await people.scan(
      { ...order, fulfillments: [fulfillment] },
      open.map((next, i) => ({ scan: next, at: new Date(began + i) })),
    );
  }
}

async function untilThere(
  people: People,
  mall: Mall,
  orderId: string,
  goal: Goal,
): Promise<Pick<Driven, 'order' | 'missing'>> {
  try {
    const order = await people.until(orderId, (now) => missing(goal, now) === null, goal);
    if (goal !== 'picked') return { order, missing: null };
    const { items } = await mall.staff.listTasks({ orderId, kind: 'pick', status: 'done', limit: 100 });
    return {
      order,
      missing:
        items.length === order.fulfillments.length
          ? null
          : `${items.length} of its ${order.fulfillments.length} fulfillments are picked`,
    };
  } catch (error) {
    if (!(error instanceof WaitTimedOut)) throw error;
    const order = await mall.storefront.getOrder(orderId);
    return { order, missing: missing(goal, order) };
  }
}

async function timelineOf(api: PublicApi, orderId: string): Promise<TimelineEvent[]> {
  const events: TimelineEvent[] = [];
  for (;;) {
    const { items } = await api.events(orderId, events.at(-1)?.seq ?? 0, EVENTS_PAGE);
    events.push(...items);
    if (items.length < EVENTS_PAGE) return events;
  }
}
