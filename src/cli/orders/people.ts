import { setTimeout as wait } from 'node:timers/promises';
import type { OrderResource } from '../../contracts/orders/order';
import type { CarrierScan, TaskKind } from '../../contracts/statuses';
import type { CarrierDrivers, PublicApi } from './public-api';

const FIRST_LOOK_MS = 15;
const SLOWEST_LOOK_MS = 500;

/** Thrown when an order did not get where it should in time. */
export class WaitTimedOut extends Error {
  override readonly name = 'WaitedInVain';
}

/**
 * The people around an order, who act through the public API. `intent` makes each of their Idempotency-Keys from what
 * they do.
 */
export class People {
  /** Who was seen to work where. */
  readonly #staffAt = new Map<string, PublicApi>();

  constructor(
    private readonly customer: PublicApi,
    /** One per warehouse whose tasks it may see, or one that sees all. */
    private readonly warehouses: readonly PublicApi[],
    private readonly drivers: CarrierDrivers,
    private readonly intent: (act: string) => string,
    private readonly limitMs: number,
    /** How rarely they look at an order that does not move, ms. */
    private readonly slowestLookMs = SLOWEST_LOOK_MS,
  ) {}

  /** Looks at an order, ever more rarely, until a fact holds. Throws `WaitedInVain` after the time limit. */
  async until(orderId: string, fact: (order: OrderResource) => boolean, what: string): Promise<OrderResource> {
    const end = Date.now() + this.limitMs;
    for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(pauseMs * 1.6, this.slowestLookMs)) {
      const order = await this.customer.getOrder(orderId);
      if (fact(order)) return order;
      if (Date.now() > end)
        throw new WaitTimedOut(
          `${orderId} was not ${what} within ${this.limitMs / 1000} s: it is ${order.status} (${order.fulfillments.map((part) => part.status).join(', ')})`,
        );
      await wait(pauseMs);
    }
  }

  /**
   * Does an order's tasks of some kinds, as they open: pick, then recheck, then pack. Claims each first when asked to.
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
          (part) => part.shipment !== null && part.status !== 'released' && part.status !== 'packed',
        ),
      'labelled',
    );
  }

  /** Gives every parcel to its driver. */
  async handOver(order: OrderResource): Promise<void> {
    for (const part of order.fulfillments.filter(({ status }) => status === 'labelled')) {
      const staff = this.#staffAt.get(part.warehouseId) ?? this.warehouses[0];
      await staff?.handOver(this.intent(`hand-over:${part.id}`), part.id);
    }
  }

  /**
   * Lets the drivers scan every parcel, each in the order given. The carrier reports in its own time: wait for what
   * follows.
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
