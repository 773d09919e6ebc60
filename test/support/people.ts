import { randomUUID } from 'node:crypto';
import type { IdempotentRequest } from '../../src/services/idempotent-request';
import type { Caller } from '../../src/contracts/caller';
import { isRefusal, type Refusal } from '../../src/contracts/errors';
import type { OrderResource } from '../../src/contracts/orders/order';
import { PlaceOrder } from '../../src/contracts/orders/place-order';
import type { CarrierScan, OrderStatus } from '../../src/contracts/statuses';
import { until } from '../sandboxes/sandboxes';
import { placeOrderBody, type TestMall, type TestSku } from './mall';
import type { World } from './world';

/** Makes an idempotent request with a key that was never used before. */
export const intent = (key = randomUUID()): IdempotentRequest => ({ key, requestHash: Buffer.from(key) });

/** Returns a result, and throws when it is a refusal. */
export function granted<T>(result: T | Refusal): T {
  if (isRefusal(result)) throw new Error(`refused: ${JSON.stringify(result)}`);
  return result;
}

/** Makes a caller of one role, for tests below HTTP. */
export const callerFor = (role: Caller['role'], subject = 'mall'): Caller => ({ role, subject, actor: `${role}:test` });
const PLATFORM = callerFor('platform');

/** Acts as the customer, warehouse staff and carrier of an order. Each step waits for the fact that it needs. */
export class People {
  readonly storefront: Caller;

  constructor(
    private readonly world: World,
    private readonly mall: TestMall,
  ) {
    this.storefront = callerFor('storefront', mall.storefrontId);
  }

  /** Fills a cart that is accepted: two lamps and a cup, or one of each of `skus`. */
  cart(change: Partial<Record<keyof PlaceOrder, unknown>> = {}, skus?: readonly TestSku[]): PlaceOrder {
    const { lamp, cup } = this.mall.skus;
    const lines = [
      { skuId: lamp.id, quantity: 2 },
      { skuId: cup.id, quantity: 1 },
    ];
    return PlaceOrder.parse(placeOrderBody(skus ?? [], { ...(skus ? {} : { lines }), ...change }));
  }

  async place(change?: Partial<Record<keyof PlaceOrder, unknown>>, skus?: readonly TestSku[]): Promise<OrderResource> {
    return granted(await this.world.orders.place(this.storefront, intent(), this.cart(change, skus))).body;
  }

  async read(orderId: string, caller: Caller = PLATFORM): Promise<OrderResource> {
    return granted(await this.world.orders.get(caller, orderId));
  }

  async untilStatus(orderId: string, status: OrderStatus): Promise<OrderResource> {
    await until(async () => (await this.read(orderId)).status === status);
    return this.read(orderId);
  }

  /** Completes the open tasks of some fulfillments, or of all, without waiting for their labels. */
  async completeTasks(orderId: string, ofFulfillment: (id: string) => boolean = () => true): Promise<void> {
    for (const kind of ['pick', 'recheck', 'pack'] as const) {
      const { items } = granted(await this.world.tasks.list(PLATFORM, { status: 'open', kind, orderId, limit: 10 }));
      const tasks = items.filter(({ fulfillmentId }) => ofFulfillment(fulfillmentId ?? ''));
      for (const task of tasks) granted(await this.world.tasks.complete(PLATFORM, intent(), task.id, {}));
    }
  }

  /** Waits until an order raises attention for a reason, or (null) for none any more. */
  untilAttention(orderId: string, reason: string | null): Promise<void> {
    return until(async () => (await this.read(orderId)).attention === reason, 30_000);
  }

  /** Picks, rechecks and packs every fulfillment, and waits for its label. */
  async pack(orderId: string): Promise<OrderResource> {
    for (;;) {
      const { items } = granted(await this.world.tasks.list(PLATFORM, { status: 'open', orderId, limit: 100 }));
      if (items.length === 0) break;
      for (const task of items) granted(await this.world.tasks.complete(PLATFORM, intent(), task.id, {}));
    }
    await until(async () => (await this.read(orderId)).fulfillments.every(({ status }) => status === 'labelled'));
    return this.read(orderId);
  }

  async handOver(orderId: string): Promise<OrderResource> {
    for (const { id } of (await this.read(orderId)).fulfillments)
      granted(await this.world.shipments.handOver(PLATFORM, intent(), id));
    return this.untilStatus(orderId, 'shipped');
  }

  /** Lets the carrier scan every parcel of an order, and waits until our side has taken the scans. */
  async scan(orderId: string, ...scans: CarrierScan[]): Promise<void> {
    const { fulfillments } = await this.read(orderId);
    for (const scan of scans) {
      for (const { shipment } of fulfillments) {
        const answer = await this.world.carrier.call('POST', '/v1/scans', {
          trackingNumber: shipment?.trackingNumber,
          scan,
          place: 'Hub',
        });
        if (answer.status >= 300)
          throw new Error(`the carrier answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      }
    }
    await until(async () => (await this.world.carrier.call('GET', '/healthz')).body.undelivered === 0);
  }

  /** Lists the types of an order's events, oldest first. */
  async eventTypes(orderId: string): Promise<string[]> {
    return granted(await this.world.orders.timeline(PLATFORM, orderId, 0, 500)).items.map((event) => event.type);
  }
}
