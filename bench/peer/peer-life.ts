import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Faults } from '../load/faults';
import { pollUntil } from '../load/looks';
import type { Placed } from '../load/order-life';
import { randomFrom } from '../load/statistics';
import { Wire } from '../load/wire';
import type { PeerUrls } from './environment';
import { shipmentIdOf } from './peer-history';

const SEED = 7;
const CUSTOMERS = 10_000;

/** Parses an order as the customer sees it. */
const Seen = z.object({
  status: z.string(),
  fulfillments: z.array(
    z.object({
      status: z.string(),
      payment: z.object({ status: z.string() }).optional(),
      shipment: z.object({ status: z.string() }).optional(),
    }),
  ),
});
type Seen = z.infer<typeof Seen>;
/** Parses the courier's list: every shipment that is booked or dispatched. */
const Pending = z.array(z.object({ id: z.string(), status: z.string() }));

const OVER = ['completed', 'failed', 'cancelled', 'timedOut'];

/**
 * Plays the peer's customer and courier over its HTTP API. The steps are those of its own guide and load generator,
 * with one item; the courier dispatches a shipment once his list shows it booked, and delivers it once it shows it
 * dispatched.
 */
export class PeerLife {
  readonly #random = randomFrom(SEED);
  readonly #orders: Wire;
  readonly #shipments: Wire;
  /** Orders that were answered 201. */
  accepted = 0;

  constructor(
    urls: PeerUrls,
    readonly faults: Faults,
    readonly signal: AbortSignal,
  ) {
    this.#orders = new Wire(urls.order, null, faults, signal);
    this.#shipments = new Wire(urls.shipment, null, faults, signal);
  }

  /** Plays an order from its POST to `completed`, paid and delivered; counts a fault when it ends otherwise. */
  async play(): Promise<Placed> {
    const due = performance.now();
    const orderId = `ord_${randomUUID().replaceAll('-', '').toUpperCase()}`;
    const body = {
      id: orderId,
      customerId: `customer-${Math.floor(this.#random() * CUSTOMERS)}`,
      items: [{ sku: 'Bench goods', quantity: 1 }],
    };
    await this.#orders.call({ method: 'POST', path: '/orders', expect: 201, schema: z.undefined(), body });
    const postMs = performance.now() - due;
    this.accepted += 1;
    await this.#report(orderId, 'booked', 'dispatched');
    await this.#report(orderId, 'dispatched', 'delivered');
    const seen = await pollUntil(
      'an order of the peer was not over',
      () => this.#orders.call({ method: 'GET', path: `/orders/${orderId}`, expect: 200, schema: Seen }),
      ({ status }) => OVER.includes(status),
      ({ status }) => status,
      this,
    );
    const wrong = faultOf(seen);
    if (wrong !== null) throw this.faults.add(`an order of the peer ended ${wrong}`);
    return { orderId, postMs };
  }

  /** Waits until a shipment is listed with a status, and reports its next status, as the courier does. */
  async #report(orderId: string, listed: string, next: string): Promise<void> {
    const id = shipmentIdOf(orderId);
    await pollUntil(
      `a shipment of the peer was not ${listed}`,
      () => this.#shipments.call({ method: 'GET', path: '/shipments/pending', expect: 200, schema: Pending }),
      (shipments) => shipments.some((shipment) => shipment.id === id && shipment.status === listed),
      (shipments) => shipments.find((shipment) => shipment.id === id)?.status ?? 'not listed',
      this,
    );
    await this.#shipments.call({
      method: 'POST',
      path: `/shipments/${id}/status`,
      expect: 200,
      schema: z.undefined(),
      body: { status: next },
    });
  }

  close(): void {
    this.#orders.close();
    this.#shipments.close();
  }
}

/**
 * Describes the fault of an ended order that is not paid and delivered in one shipment; null when it is. The peer's
 * status `completed` alone does not guarantee that.
 */
export function faultOf({ status, fulfillments: [fulfillment, ...more] }: Seen): string | null {
  if (status !== 'completed') return status;
  if (fulfillment === undefined || more.length > 0) return `in ${more.length + (fulfillment ? 1 : 0)} shipments`;
  const statuses = [
    ['fulfillment', fulfillment.status, 'completed'],
    ['payment', fulfillment.payment?.status, 'success'],
    ['shipment', fulfillment.shipment?.status, 'delivered'],
  ];
  const wrong = statuses.find(([, found, right]) => found !== right);
  return wrong === undefined ? null : `with its ${wrong[0]} ${wrong[1]}`;
}
