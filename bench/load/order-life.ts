import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Faults } from './faults';
import { pollUntil } from './looks';
import { orderBody, type BenchMall } from './mall';
import { randomFrom } from './statistics';
import type { Wire } from './wire';

const SEED = 7;
const KINDS = ['pick', 'recheck', 'pack'] as const;
const SCANS = ['in_transit', 'out_for_delivery', 'delivered', 'signed'] as const;

/** Parses the members of an order that the people need. */
const Seen = z.object({
  id: z.string(),
  status: z.string(),
  fulfillments: z.array(
    z.object({ id: z.string(), status: z.string(), shipment: z.object({ trackingNumber: z.string() }).nullable() }),
  ),
});
type Seen = z.infer<typeof Seen>;
const Tasks = z.object({ items: z.array(z.object({ id: z.string() })) });

/** Lists the connection of each of the people. */
export interface Wires {
  readonly storefront: Wire;
  readonly staff: Wire;
  readonly drivers: Wire;
}

export interface Placed {
  readonly orderId: string;
  readonly postMs: number;
}

/** Plays customer, warehouse staff and drivers over HTTP, by the requests that their systems would send. */
export class OrderLife {
  readonly #random = randomFrom(SEED);
  /** Orders that were answered 201. */
  accepted = 0;

  constructor(
    private readonly wires: Wires,
    private readonly mall: BenchMall,
    readonly faults: Faults,
    readonly signal: AbortSignal,
  ) {}

  /** Places an order of a number of parcels; its time counts from `due`. */
  async place(parcels = 1, due = performance.now()): Promise<Placed> {
    const { id } = await this.wires.storefront.call({
      method: 'POST',
      path: '/v1/orders',
      expect: 201,
      schema: Seen,
      idempotencyKey: randomUUID(),
      body: orderBody(this.mall, parcels, this.#random),
    });
    this.accepted += 1;
    return { orderId: id, postMs: performance.now() - due };
  }

  /** Plays an order from its POST until every parcel is signed for and the order is `completed`. */
  async play(parcels = 1, due = performance.now()): Promise<Placed> {
    const placed = await this.place(parcels, due);
    for (const kind of KINDS) await this.#work(placed.orderId, kind, parcels);
    const labelled = await this.#until(placed.orderId, 'labelled', ({ fulfillments }) =>
      fulfillments.every(({ status }) => status === 'labelled'),
    );
    for (const { id } of labelled.fulfillments) await this.#act(`/v1/fulfillments/${id}/hand-over`);
    await Promise.all(labelled.fulfillments.map(({ shipment }) => this.#drive(shipment?.trackingNumber ?? '')));
    await this.#until(placed.orderId, 'completed', ({ status }) => status === 'completed');
    return placed;
  }

  async #work(orderId: string, kind: (typeof KINDS)[number], expected: number): Promise<void> {
    const { items } = await this.wires.staff.call({
      method: 'GET',
      path: `/v1/tasks?orderId=${orderId}&kind=${kind}&status=open`,
      expect: 200,
      schema: Tasks,
    });
    if (items.length !== expected) throw this.faults.add(`${items.length} open ${kind} tasks, expected ${expected}`);
    for (const { id } of items) await this.#act(`/v1/tasks/${id}/completion`);
  }

  #act(path: string): Promise<unknown> {
    return this.wires.staff.call({
      method: 'POST',
      path,
      expect: 200,
      schema: z.unknown(),
      body: {},
      idempotencyKey: randomUUID(),
    });
  }

  async #drive(trackingNumber: string): Promise<void> {
    const began = Date.now();
    for (const [number, scan] of SCANS.entries()) {
      await this.wires.drivers.call({
        method: 'POST',
        path: '/v1/scans',
        expect: 200,
        schema: z.unknown(),
        body: { trackingNumber, scan, at: new Date(began + number).toISOString(), place: null },
      });
    }
  }

  #until(orderId: string, state: string, fact: (order: Seen) => boolean): Promise<Seen> {
    const look = () =>
      this.wires.storefront.call({ method: 'GET', path: `/v1/orders/${orderId}`, expect: 200, schema: Seen });
    return pollUntil(`an order was not ${state}`, look, fact, ({ status }) => status, this);
  }
}
