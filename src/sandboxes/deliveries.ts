import type { FastifyBaseLogger } from 'fastify';
import { Webhook } from 'standardwebhooks';

/** Describes a webhook to send. Events of one lane (one parcel, one authorization) are delivered in order. */
export interface OutgoingEvent {
  readonly id: string;
  readonly lane: string;
  readonly body: string;
}

/** Limits deliveries: times in milliseconds, deliveries at once (`concurrency`), events that may wait (`limit`). */
export interface DeliveryTimings {
  readonly timeoutMs?: number;
  readonly firstRetryMs?: number;
  readonly longestRetryMs?: number;
  readonly concurrency?: number;
  readonly limit?: number;
}

interface Lane {
  readonly events: OutgoingEvent[];
  attempts: number;
  retry?: NodeJS.Timeout;
}

/**
 * Sends signed webhooks: lanes in parallel, one event after the other within a lane. A delivery that is not answered
 * with 2xx in time is repeated after 1 s, 2 s, 4 s ... up to 30 s, without end, under the same webhook-id; the other
 * events of its lane wait.
 */
export class Deliveries {
  private readonly lanes = new Map<string, Lane>();
  private readonly ready = new Set<Lane>();
  private readonly underWay = new Set<AbortController>();
  private readonly webhook: Webhook;
  private readonly timings: Required<DeliveryTimings>;
  private waiting = 0;
  private stopped = false;

  /** `delivered` is called for each event that was accepted; when it throws, the event is sent again. */
  constructor(
    private readonly url: string,
    secret: string,
    private readonly delivered: (event: OutgoingEvent) => void,
    private readonly log: FastifyBaseLogger,
    timings: DeliveryTimings = {},
  ) {
    this.webhook = new Webhook(secret);
    this.timings = {
      timeoutMs: 10_000,
      firstRetryMs: 1_000,
      longestRetryMs: 30_000,
      concurrency: 16,
      limit: 20_000,
      ...timings,
    };
  }

  /** Counts the events that are not delivered yet. */
  get undelivered(): number {
    return this.waiting;
  }

  /** Returns whether no more events may wait; then refuse requests that create one. Bounds memory. */
  get full(): boolean {
    return this.waiting >= this.timings.limit;
  }

  add(event: OutgoingEvent): void {
    this.waiting += 1;
    const lane = this.lanes.get(event.lane);
    if (lane) {
      lane.events.push(event);
      return;
    }
    const opened: Lane = { events: [event], attempts: 0 };
    this.lanes.set(event.lane, opened);
    this.ready.add(opened);
    this.pump();
  }

  /** Stops at once. Deliveries under way count as not delivered and are repeated after the next start. */
  stop(): void {
    this.stopped = true;
    for (const attempt of this.underWay) attempt.abort();
    for (const lane of this.lanes.values()) clearTimeout(lane.retry);
  }

  private pump(): void {
    for (const lane of this.ready) {
      if (this.underWay.size >= this.timings.concurrency || this.stopped) return;
      this.ready.delete(lane);
      const attempt = new AbortController();
      this.underWay.add(attempt);
      void this.deliverFirst(lane, attempt).finally(() => {
        this.underWay.delete(attempt);
        this.pump();
      });
    }
  }

  private async deliverFirst(lane: Lane, attempt: AbortController): Promise<void> {
    const [event] = lane.events;
    if (!event) return;
    const timeout = setTimeout(() => {
      attempt.abort();
    }, this.timings.timeoutMs);
    try {
      await this.post(event, attempt.signal);
      if (this.stopped) return;
      this.delivered(event);
    } catch (error) {
      if (!this.stopped) this.retryLater(lane, event, error);
      return;
    } finally {
      clearTimeout(timeout);
    }
    lane.events.shift();
    lane.attempts = 0;
    this.waiting -= 1;
    if (lane.events.length > 0) this.ready.add(lane);
    else this.lanes.delete(event.lane);
  }

  private retryLater(lane: Lane, event: OutgoingEvent, error: unknown): void {
    const delayMs = Math.min(this.timings.firstRetryMs * 2 ** lane.attempts, this.timings.longestRetryMs);
    lane.attempts += 1;
    this.log.warn({ eventId: event.id, attempts: lane.attempts, delayMs, err: error }, 'a webhook was not taken');
    lane.retry = setTimeout(() => {
      this.ready.add(lane);
      this.pump();
    }, delayMs);
  }

  private async post(event: OutgoingEvent, signal: AbortSignal): Promise<void> {
    const at = new Date();
    const response = await fetch(this.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': event.id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
        'webhook-signature': this.webhook.sign(event.id, at, event.body),
      },
      body: event.body,
      redirect: 'manual',
      signal,
    });
    // The body must be read to its end, or the connection cannot be reused.
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`the receiver answered ${response.status}`);
  }
}
