import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { ApiProblem } from '../../src/cli/http-client';
import { pagesOf } from '../../src/cli/orders/pages';
import { AttentionReason } from '../../src/contracts/statuses';
import type { Shop } from './shop';

const LOOK_EVERY_MS = 1_000;
/** A broken order must be shown within this time. */
export const SHOWN_WITHIN_MS = 60_000;

/**
 * Adopts, as staff do, every order that is shown as `workflow_failing`, until it is stopped. Keeps when each order was
 * first shown as that, or as `step_missing`.
 */
export class Adopter {
  readonly adopted = new Set<string>();
  readonly refusals: string[] = [];
  readonly #shown = new Map<string, Date>();
  readonly #stopping = new AbortController();
  readonly #looking: Promise<void>;

  constructor(private readonly shop: Shop) {
    this.#looking = this.#look();
  }

  /** Returns when an order was first shown under a reason; null when it was not. */
  shownAt(orderId: string, reason: AttentionReason): Date | null {
    return this.#shown.get(`${orderId} ${reason}`) ?? null;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      for (const reason of [AttentionReason.workflowFailing, AttentionReason.stepMissing])
        for await (const { orderId } of pagesOf((page) => this.shop.staff.listAttention({ reason, ...page }))) {
          const key = `${orderId} ${reason}`;
          if (!this.#shown.has(key)) this.#shown.set(key, new Date());
          if (reason === AttentionReason.workflowFailing) await this.#adopt(orderId);
        }
      await wait(LOOK_EVERY_MS, undefined, { signal }).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    }
  }

  async #adopt(orderId: string): Promise<void> {
    try {
      await this.shop.staff.adopt(randomUUID(), orderId, { reason: 'operator_decision', evenIfRunning: false });
      this.adopted.add(orderId);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      // Its workflow recovered, or it ended, between the list and the request.
      if (error.code !== 'workflow_running' && error.code !== 'order_closed')
        this.refusals.push(`${orderId} was not adopted: ${error.message}`);
    }
  }
}
