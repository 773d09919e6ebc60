import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { AdoptionResource, type AdoptOrder } from '../../contracts/interventions/adoption';
import {
  AttentionResource,
  InterventionResource,
  type InterventionRequest,
  type ListAttention,
} from '../../contracts/interventions/interventions';
import { OrderResource, OrderSummary, type ListOrders } from '../../contracts/orders/order';
import { pageOf, type Page } from '../../contracts/page';
import type { CancelOrder, PaymentInstruction, PlaceOrder } from '../../contracts/orders/place-order';
import { PriceBreakdown, type AskQuote } from '../../contracts/pricing/quote';
import type { CarrierScan } from '../../contracts/statuses';
import { TaskResource, type CompleteTask, type ListTasks } from '../../contracts/warehouse/task';
import { TimelineEvent } from '../../contracts/timeline';
import { readEventStream } from './event-stream';
import { ApiProblem, HttpClient, isBroken, problemOf } from '../http-client';

const Timeline = z.object({ items: z.array(TimelineEvent), closed: z.boolean() });
const Tasks = pageOf(TaskResource);
const Orders = pageOf(OrderSummary);
const AttentionPage = pageOf(AttentionResource);
const HandedOver = z.object({ fulfillmentId: z.string(), status: z.literal('handed_over') });
const RECONNECT_MS = 500;

/**
 * Calls the public HTTP API as one caller. Every POST carries the Idempotency-Key it is given, so it may be sent again;
 * answers are parsed by the contracts' schemas. Throws `ApiProblem` for refusals, and as `HttpClient.send` does.
 */
export class PublicApi {
  readonly #http: HttpClient;

  constructor(
    url: string,
    key: string,
    private readonly signal?: AbortSignal,
  ) {
    this.#http = new HttpClient(url, key, signal);
  }

  quote(idempotencyKey: string, cart: z.input<typeof AskQuote>): Promise<PriceBreakdown> {
    return this.#post('/v1/quotes', idempotencyKey, cart, PriceBreakdown);
  }

  placeOrder(idempotencyKey: string, order: z.input<typeof PlaceOrder>): Promise<OrderResource> {
    return this.#post('/v1/orders', idempotencyKey, order, OrderResource);
  }

  pay(idempotencyKey: string, orderId: string, payment: PaymentInstruction): Promise<OrderResource> {
    return this.#post(`/v1/orders/${orderId}/payments`, idempotencyKey, payment, OrderResource);
  }

  cancel(idempotencyKey: string, orderId: string, reason: CancelOrder['reason']): Promise<OrderResource> {
    return this.#post(`/v1/orders/${orderId}/cancellation`, idempotencyKey, { reason }, OrderResource);
  }

  listAttention(query: Partial<ListAttention>): Promise<Page<AttentionResource>> {
    return this.#get('/v1/attention', query, AttentionPage);
  }

  retryNow(
    idempotencyKey: string,
    orderId: string,
    request: InterventionRequest['retryNow'],
  ): Promise<InterventionResource> {
    return this.#post(`/v1/orders/${orderId}/retry`, idempotencyKey, request, InterventionResource);
  }

  chooseCarrier(
    idempotencyKey: string,
    orderId: string,
    request: InterventionRequest['chooseCarrier'],
  ): Promise<InterventionResource> {
    return this.#post(`/v1/orders/${orderId}/carrier-choice`, idempotencyKey, request, InterventionResource);
  }

  handToPerson(
    idempotencyKey: string,
    orderId: string,
    request: InterventionRequest['handToPerson'],
  ): Promise<InterventionResource> {
    return this.#post(`/v1/orders/${orderId}/attendance`, idempotencyKey, request, InterventionResource);
  }

  adopt(idempotencyKey: string, orderId: string, request: AdoptOrder): Promise<AdoptionResource> {
    return this.#post(`/v1/orders/${orderId}/adoption`, idempotencyKey, request, AdoptionResource);
  }

  getOrder(orderId: string): Promise<OrderResource> {
    return this.#get(`/v1/orders/${orderId}`, {}, OrderResource);
  }

  listOrders(query: Partial<ListOrders>): Promise<Page<OrderSummary>> {
    return this.#get('/v1/orders', query, Orders);
  }

  events(orderId: string, after: number, limit: number): Promise<z.infer<typeof Timeline>> {
    return this.#get(`/v1/orders/${orderId}/events`, { after, limit }, Timeline);
  }

  /** Follows an order's timeline until the order has ended. A broken stream is resumed after its last event. */
  async *follow(orderId: string): AsyncGenerator<TimelineEvent> {
    for (let seq = 0; ;) {
      try {
        for await (const { event: name, data } of await this.#stream(orderId, seq)) {
          if (name === 'end') return;
          const event = TimelineEvent.parse(JSON.parse(data));
          seq = event.seq;
          yield event;
        }
      } catch (error) {
        if (!isBroken(error)) throw error;
      }
      await wait(RECONNECT_MS, undefined, this.signal ? { signal: this.signal } : {});
    }
  }

  async #stream(orderId: string, after: number): Promise<ReturnType<typeof readEventStream>> {
    const response = await this.#http.open({
      method: 'GET',
      path: `/v1/orders/${orderId}/events/stream?after=${after}`,
      headers: { accept: 'text/event-stream' },
    });
    if (!response.ok || response.body === null) throw await problemOf(response);
    return readEventStream(response.body);
  }

  listTasks(query: Partial<ListTasks>): Promise<Page<TaskResource>> {
    return this.#get('/v1/tasks', query, Tasks);
  }

  claimTask(idempotencyKey: string, taskId: string): Promise<TaskResource> {
    return this.#post(`/v1/tasks/${taskId}/claim`, idempotencyKey, {}, TaskResource);
  }

  completeTask(idempotencyKey: string, taskId: string, result: CompleteTask = {}): Promise<TaskResource> {
    return this.#post(`/v1/tasks/${taskId}/completion`, idempotencyKey, result, TaskResource);
  }

  handOver(idempotencyKey: string, fulfillmentId: string): Promise<z.infer<typeof HandedOver>> {
    return this.#post(`/v1/fulfillments/${fulfillmentId}/hand-over`, idempotencyKey, {}, HandedOver);
  }

  /** Fetches a parcel's label (ZPL). */
  async label(shipmentId: string): Promise<string> {
    return (await this.#http.send({ method: 'GET', path: `/v1/shipments/${shipmentId}/label` })).text();
  }

  async #get<T extends z.ZodType>(
    path: string,
    query: Readonly<Record<string, string | number | undefined>>,
    schema: T,
  ): Promise<z.infer<T>> {
    const wanted = new URLSearchParams(
      Object.entries(query).flatMap(([name, value]): [string, string][] =>
        value === undefined ? [] : [[name, String(value)]],
      ),
    );
    return schema.parse(
      await (
        await this.#http.send({ method: 'GET', path: wanted.size > 0 ? `${path}?${wanted.toString()}` : path })
      ).json(),
    );
  }

  async #post<T extends z.ZodType>(
    path: string,
    idempotencyKey: string,
    body: unknown,
    schema: T,
  ): Promise<z.infer<T>> {
    const response = await this.#http.send({
      method: 'POST',
      path,
      body,
      headers: { 'idempotency-key': idempotencyKey },
    });
    return schema.parse(await response.json());
  }
}

/** Plays the sandbox carrier's drivers: the carrier reports their scans to Mallflow by signed webhook. */
export class CarrierDrivers {
  readonly #http: HttpClient;

  constructor(url: string, key: string, signal?: AbortSignal) {
    this.#http = new HttpClient(url, key, signal);
  }

  /**
   * Scans a parcel. The last scan of a parcel, sent again with its `at`, is the same scan. A parcel that was signed for
   * or has come back takes no further scan; that is no error, as an earlier run may have scanned it.
   */
  async scan(trackingNumber: string, scan: CarrierScan, at: Date, place: string | null = null): Promise<void> {
    try {
      await this.#http.send({
        method: 'POST',
        path: '/v1/scans',
        body: { trackingNumber, scan, at: at.toISOString(), place },
      });
    } catch (error) {
      if (!(error instanceof ApiProblem && error.problem.error === 'parcel_final')) throw error;
    }
  }
}
