import type { TimelineEvent, TimelineEventType } from '../../src/contracts/timeline';

interface Span {
  readonly from: TimelineEventType;
  readonly to: TimelineEventType;
  readonly perFulfillment?: boolean;
}

/** Lists the stages that are timed, each from one event to another, of the order or of each fulfillment. */
const STAGES = {
  'received to accepted': { from: 'order.received', to: 'order.accepted' },
  'packed to labelled': { from: 'fulfillment.packed', to: 'shipment.booked', perFulfillment: true },
  'handed over to captured': { from: 'shipment.handed_over', to: 'payment.captured', perFulfillment: true },
  'cancellation asked to cancelled': { from: 'order.cancellation_requested', to: 'order.cancelled' },
  'received to completed': { from: 'order.received', to: 'order.completed' },
} as const satisfies Record<string, Span>;

export interface StageTime {
  readonly stage: string;
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** Collects the durations of each stage, one for each order or fulfillment. */
export class StageTimes {
  readonly #taken = new Map<string, number[]>(Object.keys(STAGES).map((stage) => [stage, []]));

  /** Adds the stages of an order's timeline. */
  add(events: readonly TimelineEvent[]): void {
    for (const [stage, span] of Object.entries<Span>(STAGES)) {
      for (const begun of events.filter(({ type }) => type === span.from)) {
        const ended = events.find(
          (event) =>
            event.type === span.to &&
            (span.perFulfillment !== true || event.data.fulfillmentId === begun.data.fulfillmentId),
        );
        if (ended) this.#taken.get(stage)?.push(Date.parse(ended.at) - Date.parse(begun.at));
      }
    }
  }

  /** Returns the median and the 95th percentile of every stage that occurred. */
  summary(): StageTime[] {
    return [...this.#taken]
      .filter(([, taken]) => taken.length > 0)
      .map(([stage, taken]) => {
        const sorted = taken.sort((a, b) => a - b);
        const quantile = (q: number) => sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? 0;
        return { stage, count: sorted.length, p50Ms: quantile(0.5), p95Ms: quantile(0.95) };
      });
  }
}
