import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';

const ANSWER_WITHIN_MS = 120_000;
const LOOK_EVERY_MS = 50;
const UNDECIDED: readonly string[] = ['draft', 'cancelling'];

const Order = z.looseObject({ id: z.string(), status: z.string() });
const Problem = z.looseObject({ code: z.string() });
const Available = z.looseObject({ available: z.int() });

/** Names the outcome of an attempt to buy; anything else is a fault. */
export type Bought = 'bought' | 'declined' | 'out_of_stock';
export interface Attempt {
  readonly orderId: string | null;
  readonly outcome: Bought;
}

/** Describes the lines to buy and the payment token. */
export interface Cart {
  readonly lines: readonly { readonly skuId: string; readonly quantity: number }[];
  readonly token: string;
}

/** Buys over HTTP as a storefront does, and counts every answer that is not clean. */
export class Buyer {
  /** Counts the answers that no storefront should see, by `status code`. */
  readonly faults = new Map<string, number>();
  /** Counts the answers with Retry-After. */
  putOff = 0;

  constructor(
    private readonly url: string,
    private readonly key: string,
  ) {}

  /**
   * Tries to buy once. After a declined payment the units stay reserved until the payment window ends. Throws on any
   * answer that is not an outcome.
   */
  async buy({ lines, token }: Cart): Promise<Attempt> {
    const body = JSON.stringify({
      customer: { reference: randomUUID() },
      currency: 'CNY',
      lines,
      recipient: {
        name: 'Flash Recipient',
        phone: '+86 138 0000 0000',
        address: {
          country: 'CN',
          region: '北京市',
          city: '北京市',
          district: '东城区',
          line1: '测试街1号',
          postcode: '100000',
        },
      },
      payment: { method: 'card', token },
    });
    const { status, json } = await this.#send('POST', '/v1/orders', body, randomUUID());
    if (status === 201 || status === 202) return this.#decided(Order.parse(json).id);
    const problem = Problem.parse(json);
    if (status === 409 && problem.code === 'out_of_stock') return { orderId: null, outcome: 'out_of_stock' };
    if (status === 402 && problem.code === 'payment_declined')
      return { orderId: String(problem.orderId), outcome: 'declined' };
    throw this.#fault(`${status} ${problem.code}`);
  }

  /** Reads the available units of a SKU. */
  async available(skuId: string): Promise<number> {
    const { status, json } = await this.#send('GET', `/v1/availability?skuId=${skuId}&country=CN`);
    if (status !== 200) throw this.#fault(`${status} to GET /v1/availability`);
    return Available.parse(json).available;
  }

  async #decided(orderId: string): Promise<Attempt> {
    for (;;) {
      const { status, json } = await this.#send('GET', `/v1/orders/${orderId}`);
      if (status !== 200) throw this.#fault(`${status} to GET /v1/orders/{id}`);
      const order = Order.parse(json);
      if (order.status === 'in_fulfillment') return { orderId, outcome: 'bought' };
      if (order.status === 'awaiting_payment' || order.status === 'cancelled') return { orderId, outcome: 'declined' };
      if (order.status === 'rejected') return { orderId, outcome: 'out_of_stock' };
      if (!UNDECIDED.includes(order.status)) throw this.#fault(`an order that is ${order.status}`);
      await wait(LOOK_EVERY_MS);
    }
  }

  /** Sends a request; after 429 or 503 with Retry-After, which write nothing, it is sent again. */
  async #send(
    method: 'GET' | 'POST',
    path: string,
    body?: string,
    idempotencyKey?: string,
  ): Promise<{ status: number; json: unknown }> {
    for (;;) {
      const response = await fetch(`${this.url}${path}`, {
        method,
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
        headers: {
          authorization: `Bearer ${this.key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
        },
        ...(body === undefined ? {} : { body }),
      });
      const json: unknown = await response.json();
      const retryAfter = response.headers.get('retry-after');
      if ((response.status !== 429 && response.status !== 503) || retryAfter === null)
        return { status: response.status, json };
      this.putOff += 1;
      await wait(Number(retryAfter) * 1000);
    }
  }

  #fault(description: string): Error {
    this.faults.set(description, (this.faults.get(description) ?? 0) + 1);
    return new Error(description);
  }
}

/** Does work for each item, at most `atOnce` at a time. */
export async function each<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, number: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(atOnce, items.length) }, async () => {
      for (let at = next++; at < items.length; at = next++) await work(items[at] as T, at);
    }),
  );
}
