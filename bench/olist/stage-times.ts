import type { TimelineEvent, TimelineEventType } from '../../src/contracts/timeline';

interface Span {
  readonly from: TimelineEventType;
  readonly to: TimelineEventType;
  readonly perPart?: boolean;
}

/** The stages that are timed, each from one event to another; those of a part are matched by their fulfillment. */
const STAGES = {
  'received to accepted': { from: 'order.received', to: 'order.accepted' },
  'packed to labelled': { from: 'fulfillment.packed', to: 'shipment.booked', perPart: true },
  'handed over to captured': { from: 'shipment.handed_over', to: 'payment.captured', perPart: true },
  'cancellation asked to cancelled': { from: 'order.cancellation_requested', to: 'order.cancelled' },
  'received to completed': { from: 'order.received', to: 'order.completed' },
} as const satisfies Record<string, Span>;

export interface StageTime {
  readonly stage: string;
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** Collects how long each stage took, one number per order or part. */
export class StageTimes {
  readonly #taken = new Map<string, number[]>(Object.keys(STAGES).map((stage) => [stage, []]));

  /** Takes an order's timeline. */
  add(events: readonly TimelineEvent[]): void {
    for (const [stage, span] of Object.entries<Span>(STAGES)) {
      for (const begun of events.filter(({ type }) => type === span.from)) {
        const ended = events.find(
          (event) =>
            event.type === span.to && (span.perPart !== true || event.data.fulfillmentId === begun.data.fulfillmentId),
        );
        if (ended) this.#taken.get(stage)?.push(Date.parse(ended.at) - Date.parse(begun.at));
      }
    }
  }

  /** Tells the median and the 95th percentile of every stage that was seen. */
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
