import { ActivityFailure, CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import { AttentionReason } from '../../src/contracts/statuses';
import type { Attention } from './attention';
import { callProvider, type Lane } from '../runtime/call-activities';

interface WaitingStep {
  /** Undefined for a step of the whole order. */
  readonly fulfillmentId: string | undefined;
  readonly retry: () => void;
}

/**
 * Runs the steps of an order, and keeps those that wait. They wait for a provider or, having failed permanently, for a
 * person.
 */
export class Steps {
  readonly #waiting = new Set<WaitingStep>();
  #failures = 0;

  constructor(
    private readonly attention: Attention,
    private readonly changed: () => void,
  ) {}

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Retries the waiting steps of one fulfillment, or of the whole order, at once. Returns how many waited. */
  retry(fulfillmentId?: string): number {
    const chosen = [...this.#waiting].filter(
      (waiting) => fulfillmentId === undefined || waiting.fulfillmentId === fulfillmentId,
    );
    for (const { retry } of chosen) retry();
    return chosen.length;
  }

  /**
   * Runs a step until it succeeds. A step that fails permanently raises attention and waits until staff retry it, or
   * the order is cancelled. The rest of the order continues meanwhile.
   */
  async run<Result>(step: () => Promise<Result>, fulfillmentId?: string): Promise<Result> {
    for (;;) {
      try {
        return await step();
      } catch (error) {
        if (!(error instanceof ActivityFailure) || CancellationScope.current().consideredCancelled) throw error;
      }
      await this.#untilRetried(fulfillmentId);
    }
  }

  /** Calls a provider until it answers, and raises `reason` while that takes long. */
  callProvider<Result>(
    lane: Lane,
    reason: AttentionReason,
    call: (activities: Activities) => Promise<Result>,
    fulfillmentId?: string,
  ): Promise<Result> {
    return this.run(
      () => callProvider(lane, call, (work) => this.attention.during(reason, this.#withRetries(work, fulfillmentId))),
      fulfillmentId,
    );
  }

  #untilRetried(fulfillmentId: string | undefined): Promise<void> {
    let again = false;
    const holder = `step ${++this.#failures}`;
    return this.attention.throughout(AttentionReason.needsOperator, holder, () =>
      this.#whileWaiting(
        {
          fulfillmentId,
          retry: () => {
            again = true;
          },
        },
        () => condition(() => again),
      ),
    );
  }

  /**
   * Makes a call whose back-off ends with a retry: it is cancelled and made again at once. An attempt under way is
   * awaited, and counts when it succeeds; every effect has its key, so trying again is safe.
   */
  async #withRetries<Result>(call: () => Promise<Result>, fulfillmentId: string | undefined): Promise<Result> {
    for (;;) {
      const scope = new CancellationScope();
      const retried = { atOnce: false };
      const retry = () => {
        retried.atOnce = true;
        scope.cancel();
      };
      try {
        return await this.#whileWaiting({ fulfillmentId, retry }, () => scope.run(call));
      } catch (error) {
        const ended = isCancellation(error) || error instanceof ActivityFailure;
        if (!retried.atOnce || !ended || CancellationScope.current().consideredCancelled) throw error;
      }
    }
  }

  async #whileWaiting<Result>(waiting: WaitingStep, wait: () => Promise<Result>): Promise<Result> {
    this.#waiting.add(waiting);
    this.changed();
    try {
      return await wait();
    } finally {
      this.#waiting.delete(waiting);
      this.changed();
    }
  }
}
