import { ActivityFailure, CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import { AttentionReason } from '../../src/contracts/statuses';
import type { Attention } from './attention';
import { callProvider, type Lane } from '../runtime/call-activities';

interface Waiting {
  /** The part that it belongs to; undefined for a step of the whole order. */
  readonly part: string | undefined;
  readonly retry: () => void;
}

/** The steps of an order that wait: for a provider to answer, or, having failed for good, for a person. */
export class Steps {
  readonly #waiting = new Set<Waiting>();
  #failures = 0;

  constructor(
    private readonly attention: Attention,
    private readonly changed: () => void,
  ) {}

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Tries again at once whatever waits, of one part or of the whole order. Answers how many steps that were. */
  retry(part?: string): number {
    const chosen = [...this.#waiting].filter((waiting) => part === undefined || waiting.part === part);
    for (const { retry } of chosen) retry();
    return chosen.length;
  }

  /**
   * Runs a step until it succeeds. When it fails for good it waits, for staff to see, until it is to be tried again;
   * only a cancellation of the order ends that wait otherwise. The rest of the order goes on meanwhile.
   */
  async run<Result>(step: () => Promise<Result>, part?: string): Promise<Result> {
    for (;;) {
      try {
        return await step();
      } catch (error) {
        if (!(error instanceof ActivityFailure) || CancellationScope.current().consideredCancelled) throw error;
      }
      await this.#untilRetried(part);
    }
  }

  /** Calls a provider, shown to staff under `reason` when it takes long, until it has answered. */
  callProvider<Result>(
    lane: Lane,
    reason: AttentionReason,
    call: (activities: Activities) => Promise<Result>,
    part?: string,
  ): Promise<Result> {
    return this.run(
      () => callProvider(lane, call, (patiently) => this.attention.during(reason, this.#patiently(patiently, part))),
      part,
    );
  }

  #untilRetried(part: string | undefined): Promise<void> {
    let again = false;
    const holder = `step ${++this.#failures}`;
    return this.attention.throughout(AttentionReason.needsOperator, holder, () =>
      this.#whileWaiting(
        {
          part,
          retry: () => {
            again = true;
          },
        },
        () => condition(() => again),
      ),
    );
  }

  /**
   * Makes a call whose back-off a retry ends: it is cancelled and made anew, at once. An attempt that is being made is
   * awaited, and counts when it succeeds; every effect has its key, so trying again is safe.
   */
  async #patiently<Result>(call: () => Promise<Result>, part: string | undefined): Promise<Result> {
    for (;;) {
      const scope = new CancellationScope();
      const asked = { again: false };
      const retry = () => {
        asked.again = true;
        scope.cancel();
      };
      try {
        return await this.#whileWaiting({ part, retry }, () => scope.run(call));
      } catch (error) {
        const ended = isCancellation(error) || error instanceof ActivityFailure;
        if (!asked.again || !ended || CancellationScope.current().consideredCancelled) throw error;
      }
    }
  }

  async #whileWaiting<Result>(waiting: Waiting, wait: () => Promise<Result>): Promise<Result> {
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
