import { setTimeout as wait } from 'node:timers/promises';
import type { OrderResource } from '../../contracts/orders/order';
import type { CarrierScan, TaskKind } from '../../contracts/statuses';
import type { CarrierDrivers, PublicApi } from './public-api';

const FIRST_LOOK_MS = 15;
const SLOWEST_LOOK_MS = 500;

const statusesIn = ({ fulfillments }: OrderResource): string => fulfillments.map(({ status }) => status).join(', ');

/** Thrown when an order does not reach the awaited state in time. */
export class WaitTimedOut extends Error {
  override readonly name = 'WaitTimedOut';
}

/**
 * Plays the people around an order over the public API. `intent` makes each of their Idempotency-Keys from what they
 * do.
 */
export class People {
  /** The staff who were seen to work in each warehouse. */
  readonly #staffAt = new Map<string, PublicApi>();

  constructor(
    private readonly customer: PublicApi,
    /** One per warehouse, or one that may see the tasks of all. */
    private readonly warehouses: readonly PublicApi[],
    private readonly drivers: CarrierDrivers,
    private readonly intent: (act: string) => string,
    /** How long an order may stay as it is while it is waited for, ms. */
    private readonly limitMs: number,
    /** The longest pause between two looks at an order that does not move, ms. */
    private readonly slowestLookMs = SLOWEST_LOOK_MS,
  ) {}

  /**
   * Reads an order, ever more rarely, until a fact is true. Throws `WaitTimedOut` once nothing of the order has changed
   * for the time limit: an order on a busy machine may take long, as long as it moves.
   */
  async until(orderId: string, fact: (order: OrderResource) => boolean, what: string): Promise<OrderResource> {
    let seen = '';
    let end = 0;
    for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(pauseMs * 1.6, this.slowestLookMs)) {
      const order = await this.customer.getOrder(orderId);
      if (fact(order)) return order;
      const now = JSON.stringify(order);
      if (now !== seen) end = Date.now() + this.limitMs;
      seen = now;
      if (Date.now() > end)
        throw new WaitTimedOut(
          `${orderId} is not ${what}, and has not changed for ${this.limitMs / 1000} s: ` +
            `it is ${order.status} (${statusesIn(order)})`,
        );
      await wait(pauseMs);
    }
  }

  /**
   * Does an order's tasks of some kinds, as they open: pick, then recheck, then pack. With `claim`, claims each first.
   */
  async work(orderId: string, kinds: readonly TaskKind[], claim = false): Promise<void> {
    for (const kind of kinds) {
      for (const staff of this.warehouses) {
        const { items } = await staff.listTasks({ orderId, kind, status: 'open', limit: 100 });
        for (const task of items) {
          if (task.warehouseId !== null) this.#staffAt.set(task.warehouseId, staff);
          if (claim) await staff.claimTask(this.intent(`claim:${task.id}`), task.id);
          await staff.completeTask(this.intent(`complete:${task.id}`), task.id);
        }
      }
    }
  }

  /** Picks, rechecks and packs everything, and waits for the labels. */
  async pack(orderId: string, claim = false): Promise<OrderResource> {
    await this.work(orderId, ['pick', 'recheck', 'pack'], claim);
    return this.until(
      orderId,
      (order) =>
        order.fulfillments.every(
          ({ shipment, status }) => shipment !== null && status !== 'released' && status !== 'packed',
        ),
      'labelled',
    );
  }

  /** Hands every parcel over to its carrier. */
  async handOver(order: OrderResource): Promise<void> {
    for (const fulfillment of order.fulfillments.filter(({ status }) => status === 'labelled')) {
      const staff = this.#staffAt.get(fulfillment.warehouseId) ?? this.warehouses[0];
      await staff?.handOver(this.intent(`hand-over:${fulfillment.id}`), fulfillment.id);
    }
  }

  /**
   * Has the drivers scan every parcel, in the order given. The carrier reports in its own time: wait for what follows.
   */
  async scan(
    order: OrderResource,
    scans: readonly { readonly scan: CarrierScan; readonly at: Date; readonly place?: string }[],
  ): Promise<void> {
    for (const { shipment } of order.fulfillments) {
      for (const { scan, at, place } of shipment ? scans : [])
        await this.drivers.scan((shipment as NonNullable<typeof shipment>).trackingNumber, scan, at, place ?? null);
    }
  }
}
