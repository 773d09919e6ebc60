import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';
import type { AttentionReason } from '../src/contracts/statuses';
import { books } from './proxies';

/** How long a provider may be out of reach before staff see it. */
const PATIENCE = '10s';

/** Why a person should look at an order: one reason at a time, the latest. */
export class Attention {
  reason: AttentionReason | null = null;

  constructor(private readonly orderId: string, private readonly changed: () => void) {}

  async raise(reason: AttentionReason): Promise<void> {
    if (this.reason === reason) return;
    this.reason = reason;
    this.changed();
    await books.markAttention({ orderId: this.orderId, reason });
  }

  /** Ends a reason, unless another one has taken its place. */
  async clear(reason: AttentionReason): Promise<void> {
    if (this.reason !== reason) return;
    this.reason = null;
    this.changed();
    await books.markAttention({ orderId: this.orderId, reason: null });
  }

  /** Raises a reason when work takes longer than staff should not know, and clears it when the work is done. */
  async during<T>(reason: AttentionReason, work: Promise<T>): Promise<T> {
    const watch = new CancellationScope();
    const watching = watch.run(async () => {
      await sleep(PATIENCE, { summary: `then attention: ${reason}` });
      await CancellationScope.nonCancellable(() => this.raise(reason));
    }).catch((error: unknown) => {
      if (!isCancellation(error)) throw error;
    });
    try {
      return await work;
    } finally {
      watch.cancel();
      await CancellationScope.nonCancellable(async () => {
        await watching;
        await this.clear(reason);
      });
    }
  }
}
