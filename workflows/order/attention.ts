import { CancellationScope, isCancellation, patched, sleep } from '@temporalio/workflow';
import type { AttentionReason, FoundReason } from '../../src/contracts/statuses';
import { mostUrgentAttention } from '../../src/domain/interventions/most-urgent-attention';
import { books } from '../runtime/call-activities';

/** How long a provider may be out of reach before staff see it. */
const PATIENCE = '10s';

/**
 * Why a person should look at an order: the most urgent of the reasons that hold. Each is held by whoever raised it (a
 * part, a call), and ends with its last holder.
 */
export class Attention {
  readonly #held = new Map<string, AttentionReason>();
  #own: AttentionReason | null = null;
  #found: FoundReason | null = null;
  #calls = 0;
  /** Decided once: orders whose attention an earlier release raised keep its rule, one reason at a time, the latest. */
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

  /** Takes what the watchdog found; it has written that itself. */
  reported(found: FoundReason | null): void {
    this.#found = found;
    this.changed();
  }

  /** Raises a reason when work takes longer than staff should not know, and clears it when the work is done. */
  async during<T>(reason: AttentionReason, work: Promise<T>): Promise<T> {
    const holder = `call ${++this.#calls}`;
    const watch = new CancellationScope();
    const watching = watch
      .run(async () => {
        await sleep(PATIENCE, { summary: `then attention: ${reason}` });
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

  /** Shows a reason for as long as `wait` takes. */
  async throughout(reason: AttentionReason, holder: string, wait: () => Promise<void>): Promise<void> {
    await CancellationScope.nonCancellable(() => this.raise(reason, holder));
    try {
      await wait();
    } catch (error) {
      // What an earlier release raised for good stays until the order ends.
      if (this.#ranked === true) await CancellationScope.nonCancellable(() => this.clear(reason, holder));
      throw error;
    }
    await CancellationScope.nonCancellable(() => this.clear(reason, holder));
  }

  #key(reason: AttentionReason, holder: string): string {
    return this.#ranked === true ? `${reason} ${holder}` : reason;
  }

  /** Writes the most urgent reason when it is another one. Writes follow each other, so that the last one stays. */
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
