import { CancellationScope, isCancellation, patched, sleep } from '@temporalio/workflow';
import type { AttentionReason, WatchdogReason } from '../../src/contracts/statuses';
import { mostUrgentAttention } from '../../src/domain/interventions/most-urgent-attention';
import { books } from '../runtime/call-activities';

/** How long a provider may be unavailable before staff see it. */
const UNSEEN_FOR = '10s';

/**
 * Shows the most urgent reason why an order needs a person. A reason belongs to its holders (a fulfillment, a call),
 * and ends with the last of them.
 */
export class Attention {
  readonly #held = new Map<string, AttentionReason>();
  #own: AttentionReason | null = null;
  #found: WatchdogReason | null = null;
  #calls = 0;
  /** Decided once: orders that raised attention under an earlier release keep its rule, to show the latest reason. */
  #ranked: boolean | undefined;
  #written: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly orderId: string,
    private readonly changed: () => void,
  ) {}

  get reason(): AttentionReason | null {
    return mostUrgentAttention([this.#own, this.#found]);
  }

  async raise(reason: AttentionReason, holder = ''): Promise<void> {
    this.#ranked ??= patched('attention-by-urgency');
    if (!this.#ranked) this.#held.clear();
    this.#held.set(this.#key(reason, holder), reason);
    await this.#mark();
  }

  /** Ends a reason for one holder. */
  async clear(reason: AttentionReason, holder = ''): Promise<void> {
    this.#held.delete(this.#key(reason, holder));
    await this.#mark();
  }

  /** Takes the watchdog's finding, which the watchdog has written itself. */
  reported(found: WatchdogReason | null): void {
    this.#found = found;
    this.changed();
  }

  /** Raises a reason when work takes longer than ten seconds, and clears it when the work ends. */
  async during<T>(reason: AttentionReason, work: Promise<T>): Promise<T> {
    const holder = `call ${++this.#calls}`;
    const watch = new CancellationScope();
    const watching = watch
      .run(async () => {
        await sleep(UNSEEN_FOR, { summary: `until attention: ${reason}` });
        await CancellationScope.nonCancellable(() => this.raise(reason, holder));
      })
      .catch((error: unknown) => {
        if (!isCancellation(error)) throw error;
      });
    try {
      return await work;
    } finally {
      watch.cancel();
      await CancellationScope.nonCancellable(async () => {
        await watching;
        await this.clear(reason, holder);
      });
    }
  }

  /** Raises a reason for as long as `wait` lasts. */
  async throughout(reason: AttentionReason, holder: string, wait: () => Promise<void>): Promise<void> {
    await CancellationScope.nonCancellable(() => this.raise(reason, holder));
    try {
      await wait();
    } catch (error) {
      // A reason that an earlier release raised stays until the order ends.
      if (this.#ranked === true) await CancellationScope.nonCancellable(() => this.clear(reason, holder));
      throw error;
    }
    await CancellationScope.nonCancellable(() => this.clear(reason, holder));
  }

  #key(reason: AttentionReason, holder: string): string {
    return this.#ranked === true ? `${reason} ${holder}` : reason;
  }

  /** Writes the most urgent reason when it has changed. Writes follow each other, so that the last one stays. */
  async #mark(): Promise<void> {
    const reason = mostUrgentAttention(this.#held.values());
    if (reason === this.#own) return;
    this.#own = reason;
    this.changed();
    const write = () => books.markAttention({ orderId: this.orderId, reason });
    if (this.#ranked !== true) {
      await write();
      return;
    }
    this.#written = this.#written.then(() => CancellationScope.nonCancellable(write));
    await this.#written;
  }
}
