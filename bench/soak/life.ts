import { setTimeout as wait } from 'node:timers/promises';
import { ApiProblem } from '../../src/cli/http-client';
import { People, WaitTimedOut } from '../../src/cli/orders/simulated-people';
import type { OrderResource } from '../../src/contracts/orders/order';
import type { CarrierScan, OrderStatus } from '../../src/contracts/statuses';
import type { Points } from './points';
import type { Shop } from './shop';

const ASK_AGAIN_MS = 500;
/** Is longer than processes that die one after another hold a key. */
const ASK_LIMIT_MS = 600_000;
/** Limits how long a late order is looked at until it says that it needs a person. The watchdog looks every minute. */
const LAST_LOOKS_MS = 90_000;
/** Is long, so that with hundreds of orders in flight the polling is not the load. */
const LOOK_EVERY_MS = 1_500;

/** Describes an order's life: the number of merchants, the payment token, and how it ends. */
export interface Plan {
  readonly merchants: 1 | 2;
  readonly token: string;
  readonly way: 'delivered' | 'refused' | 'cancelled_early' | 'cancelled_with_label' | 'cancelled_at_pick_up';
}

/** Lists the lives of a mixed load: all ways, with payments that time out or fail after they were executed. */
export const MIXED: readonly Plan[] = [
  { merchants: 1, token: 'tok_ok', way: 'delivered' },
  { merchants: 2, token: 'tok_ok', way: 'delivered' },
  { merchants: 1, token: 'tok_ok', way: 'cancelled_with_label' },
  { merchants: 1, token: 'tok_timeout_once', way: 'delivered' },
  { merchants: 2, token: 'tok_ok', way: 'cancelled_early' },
  { merchants: 1, token: 'tok_ok', way: 'refused' },
  { merchants: 2, token: 'tok_error_after', way: 'cancelled_with_label' },
  { merchants: 2, token: 'tok_ok', way: 'refused' },
  { merchants: 2, token: 'tok_ok', way: 'cancelled_at_pick_up' },
];

const END: Readonly<Record<Plan['way'], readonly OrderStatus[]>> = {
  delivered: ['completed'],
  refused: ['returned'],
  cancelled_early: ['cancelled'],
  cancelled_with_label: ['cancelled'],
  // Whoever is first, the driver or the void of the label.
  cancelled_at_pick_up: ['cancelled', 'completed'],
};
const SCANS: Readonly<Record<'delivered' | 'refused', readonly CarrierScan[]>> = {
  delivered: ['in_transit', 'out_for_delivery', 'delivered', 'signed'],
  refused: ['in_transit', 'out_for_delivery', 'refused', 'returned'],
};

/** Reports the end of an order: `waiting` needs a person and says why, `unfinished` does not. */
export interface Lived {
  readonly orderId: string;
  readonly plan: Plan;
  readonly outcome: 'ended' | 'waiting' | 'unfinished';
  readonly detail: string | null;
}

export interface Load {
  readonly shop: Shop;
  readonly points: Points;
  /** Names the run in every Idempotency-Key. */
  readonly run: string;
  /** The limit of each wait of an order, ms. */
  readonly limitMs: number;
}

/** Plays an order from its placement to its end. Throws the API's refusals. */
export async function live(load: Load, number: number, plan: Plan): Promise<Lived> {
  const { shop, points, run, limitMs } = load;
  const intent = (act: string) => `soak:${run}:${number}:${act}`;
  const people = new People(shop.storefront, [shop.staff], shop.drivers, intent, limitMs, LOOK_EVERY_MS);
  const { id: orderId } = await points.at('placing', null, () =>
    shop.storefront.placeOrder(intent('place'), cart(shop, plan, number)),
  );
  try {
    await people.until(orderId, ({ status }) => status === 'in_fulfillment', 'paid');
    await act(load, people, intent, orderId, plan);
    const ends = END[plan.way];
    await people.until(orderId, ({ status }) => ends.includes(status), ends.join(' or '));
    return { orderId, plan, outcome: 'ended', detail: null };
  } catch (error) {
    if (!(error instanceof WaitTimedOut)) throw error;
    const attention = await lastLooks(shop, orderId);
    return {
      orderId,
      plan,
      outcome: attention === null ? 'unfinished' : 'waiting',
      detail: attention ?? error.message,
    };
  }
}

/** Returns why a late order needs a person; null when it does not say so in time. */
async function lastLooks({ storefront }: Shop, orderId: string): Promise<string | null> {
  for (const end = Date.now() + LAST_LOOKS_MS; Date.now() < end; await wait(LOOK_EVERY_MS)) {
    const { attention } = await storefront.getOrder(orderId);
    if (attention !== null) return attention;
  }
  return null;
}

async function act(
  { shop, points }: Load,
  people: People,
  intent: (act: string) => string,
  orderId: string,
  { way }: Plan,
): Promise<void> {
  if (way === 'cancelled_early') return cancel(shop, points, intent('cancel'), orderId);
  await points.at('picking', orderId, () => people.work(orderId, ['pick', 'recheck']));
  const labelled = await points.at('packing', orderId, () => people.pack(orderId));
  if (way === 'cancelled_with_label') return cancel(shop, points, intent('cancel'), orderId);
  if (way === 'cancelled_at_pick_up') {
    const isTaken = await takeWhileCancelled(shop, labelled, () =>
      askToCancel(shop, points, intent('cancel'), orderId),
    );
    if (!isTaken) return;
    // The driver was first: nothing is cancelled, and the other parcels follow.
    const others = await shop.storefront.getOrder(orderId);
    await people.handOver(others);
    const taken = [labelled.fulfillments[0], ...others.fulfillments.filter(({ status }) => status === 'labelled')];
    return points.at('scanning', orderId, () => deliver(shop, taken));
  }
  await points.at('handing_over', orderId, () => people.handOver(labelled));
  const shipped = await people.until(orderId, ({ status }) => status === 'shipped', 'shipped');
  await points.at('scanning', orderId, () => people.scan(shipped, stamped(SCANS[way])));
}

/** Has a driver take the first parcel of an order while it is being cancelled. Returns whether the driver got it. */
async function takeWhileCancelled(
  { drivers }: Shop,
  { fulfillments }: OrderResource,
  cancelled: () => Promise<void>,
): Promise<boolean> {
  const trackingNumber = fulfillments[0]?.shipment?.trackingNumber ?? '';
  const [isTaken] = await Promise.all([
    drivers.scan(trackingNumber, 'picked_up', new Date()).then(
      () => true,
      (error: unknown) => {
        if (error instanceof ApiProblem && error.problem.error === 'parcel_voided') return false;
        throw error;
      },
    ),
    cancelled(),
  ]);
  return isTaken;
}

/** Has a driver deliver parcels. */
async function deliver({ drivers }: Shop, taken: readonly (Fulfillment | undefined)[]): Promise<void> {
  for (const fulfillment of taken)
    for (const { scan, at } of stamped(SCANS.delivered))
      await drivers.scan(fulfillment?.shipment?.trackingNumber ?? '', scan, at);
}
type Fulfillment = OrderResource['fulfillments'][number];

/** Requests a cancellation until it is answered, for a time. A refusal is an answer: the driver was first. */
async function askToCancel(shop: Shop, points: Points, key: string, orderId: string): Promise<void> {
  const request = () => shop.storefront.cancel(key, orderId, 'customer_request');
  for (const end = Date.now() + ASK_LIMIT_MS; ; await wait(ASK_AGAIN_MS)) {
    try {
      await points.at('cancelling', orderId, request);
      return;
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      if (error.code === 'order_not_cancellable') return;
      if (error.code !== 'idempotency_in_flight' || Date.now() > end) throw error;
    }
  }
}

/**
 * Requests a cancellation under one key, as a storefront does, until it is decided. When several API processes die one
 * after another, each holds the key for half a minute: after two minutes the order itself is read.
 */
async function cancel(shop: Shop, points: Points, key: string, orderId: string): Promise<void> {
  const request = () =>
    points.at('cancelling', orderId, () =>
      shop.storefront.cancel(key, orderId, 'customer_request').catch((error: unknown) => {
        if (error instanceof ApiProblem && error.code === 'idempotency_in_flight')
          return shop.storefront.getOrder(orderId);
        throw error;
      }),
    );
  for (let order = await request(); order.status === 'in_fulfillment'; order = await request())
    await wait(ASK_AGAIN_MS);
}

const stamped = (scans: readonly CarrierScan[]) => scans.map((scan, i) => ({ scan, at: new Date(Date.now() + i) }));

const cart = ({ skuIds }: Shop, { merchants, token }: Plan, number: number) =>
  ({
    reference: `S-${number}`,
    customer: { reference: `soak-${number}` },
    currency: 'CNY' as const,
    lines: skuIds.slice(0, merchants).map((skuId) => ({ skuId, quantity: 1 + (number % 3) })),
    recipient: {
      name: 'Recipient One',
      phone: '+86 138 0000 0000',
      email: 'recipient@example.com',
      address: {
        country: 'CN',
        region: '浙江省',
        city: '杭州市',
        district: '西湖区',
        line1: '孤山路25号',
        postcode: '310000',
      },
    },
    payment: { method: 'card' as const, token },
  }) satisfies Parameters<Shop['storefront']['placeOrder']>[1];
