import type { Logger } from 'pino';

const INTERVAL_MS = 300;

interface Watcher {
  readonly after: number;
  readonly resolve: (head: number | undefined) => void;
}

/**
 * Waits for timelines to grow, with one query per interval for all readers together, and none while nobody waits. While
 * the database does not answer, all readers keep waiting.
 */
export class TimelineWatch {
  readonly #watchers = new Map<string, Set<Watcher>>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    private readonly heads: { read(orderIds: readonly string[]): Promise<ReadonlyMap<string, number>> },
    private readonly log: Logger,
  ) {}

  /** Resolves with the last `seq` of an order's timeline once it is above `after`; undefined when aborted or closed. */
  waitForGrowth(orderId: string, after: number, signal: AbortSignal): Promise<number | undefined> {
    if (this.#closed || signal.aborted) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const watchers = this.#watchers.get(orderId) ?? new Set();
      const abort = () => {
        watcher.resolve(undefined);
      };
      const watcher: Watcher = {
        after,
        resolve: (head) => {
          signal.removeEventListener('abort', abort);
          watchers.delete(watcher);
          if (watchers.size === 0) this.#watchers.delete(orderId);
          resolve(head);
        },
      };
      signal.addEventListener('abort', abort);
      this.#watchers.set(orderId, watchers.add(watcher));
      this.#schedule();
    });
  }

  /** Ends every wait, and any later wait at once. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const watchers of [...this.#watchers.values()])
      for (const watcher of [...watchers]) watcher.resolve(undefined);
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#closed || this.#watchers.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#poll()
        .catch((error: unknown) => {
          this.log.warn({ err: error }, 'live timelines wait: the database did not answer');
        })
        .finally(() => {
          this.#timer = undefined;
          this.#schedule();
        });
    }, INTERVAL_MS);
  }

  async #poll(): Promise<void> {
    const orderIds = [...this.#watchers.keys()];
    if (orderIds.length === 0) return;
    for (const [orderId, head] of await this.heads.read(orderIds)) {
      for (const watcher of [...(this.#watchers.get(orderId) ?? [])]) if (head > watcher.after) watcher.resolve(head);
    }
  }
}
