import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { setFoundAttention } from '../../books/orders/order-attention';
import { enqueueOrderSignal } from '../../books/outbox';
import type { Transactions } from '../../books/transactions';
import { SYSTEM } from '../../contracts/caller';
import { AttentionReason } from '../../contracts/statuses';
import { restartLostReplenishments } from '../purchasing/lost-replenishments';
import type { OutboxSender } from '../outbox-sender';
import { findOrdersToExamine, type Deadlines, type OrderToExamine } from './orders-to-examine';
import { listAbnormallyClosed, examineWorkflow, reportedProblems, type Finding } from './workflow-health';

/** Limits the workflows that a round examines, and those examined at once: an outage makes many orders overdue. */
const EXAMINED = 300;
const AT_ONCE = 8;
/** Orders that one statement looks up. */
const LOOKED_UP = 1_000;
/** Visibility may show a closing so late. */
const VISIBILITY_LAG_MS = 120_000;
/** An order that nothing but Temporal names. */
const NAMED_BY_TEMPORAL: OrderToExamine = { overdueSince: null };

export interface WatchdogPolicy {
  readonly periodSeconds: number;
  readonly deadlines: Deadlines;
  /** The attempt from which on a step counts as one that is tried without end. */
  readonly attempts: number;
}

/** Reports one round of the watchdog. */
export interface WatchRound {
  readonly outcome: 'done' | 'failed';
  readonly raised: number;
  readonly cleared: number;
  readonly restarted: number;
}

/**
 * Marks stuck orders for attention every period, clears those that recovered, and restarts lost replenishments. A stuck
 * order is past its stage's deadline, has a workflow that is gone or whose tasks fail, or a step that is missing or
 * tried without end. It examines only the orders that the database or Temporal's visibility reports, never every open
 * one. Several may run side by side: a finding that is written already changes nothing.
 */
export class Watchdog {
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #stopped = false;
  /** The last order that was examined: a round that cannot examine all is continued by the next. */
  #last = '';
  #serverReports = true;
  /** Up to when closings were listed; null: none yet. */
  #closingsSeenTo: Date | null = null;
  /** Orders of which a workflow did not complete normally, until a round examines them. */
  readonly #abnormallyClosed = new Set<string>();

  constructor(
    private readonly transactions: Transactions,
    private readonly temporal: Client,
    private readonly outbox: OutboxSender,
    private readonly policy: WatchdogPolicy,
    private readonly log: Logger,
    private readonly report: (round: WatchRound) => void = () => undefined,
  ) {}

  start(): void {
    this.#timer = setTimeout(() => {
      this.#round = this.examine()
        .catch((error: unknown) => {
          this.log.warn({ err: error }, 'a round of the watchdog failed; the next one looks again');
        })
        .finally(() => {
          if (!this.#stopped) this.start();
        });
    }, this.policy.periodSeconds * 1000);
  }

  /** Stops after the current examinations. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  /** Runs one round. Throws while the database or Temporal is unavailable. */
  async examine(): Promise<void> {
    const done = { raised: 0, cleared: 0, restarted: 0 };
    try {
      const reported = await this.#reportedOrders();
      const inTurn = [...reported.keys()].sort();
      const next = Math.max(
        0,
        inTurn.findIndex((id) => id > this.#last),
      );
      const queue = [...inTurn.slice(next), ...inTurn.slice(0, next)].slice(0, EXAMINED).reverse();
      this.#last = queue[0] ?? '';
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (let id = queue.pop(); id !== undefined && !this.#stopped; id = queue.pop()) {
            const finding = await examineWorkflow(
              this.temporal,
              id,
              reported.get(id) ?? NAMED_BY_TEMPORAL,
              this.policy.attempts,
            );
            const changed = await this.#record(id, finding);
            this.#abnormallyClosed.delete(id);
            if (changed) done[finding.reason ? 'raised' : 'cleared'] += 1;
          }
        }),
      );
      done.restarted = await restartLostReplenishments(this.transactions, this.temporal, this.outbox, EXAMINED);
      if (done.restarted > 0)
        this.log.info({ restarted: done.restarted }, 'started replenishments whose workflow was lost');
      this.report({ outcome: 'done', ...done });
    } catch (error) {
      this.report({ outcome: 'failed', ...done });
      throw error;
    }
  }

  /** Lists the orders to examine, with the reason. */
  async #reportedOrders(): Promise<Map<string, OrderToExamine>> {
    const overdue = await this.transactions.run(SYSTEM, (tx) => findOrdersToExamine(tx, this.policy.deadlines));
    await this.#findAbnormallyClosed().catch((error: unknown) => {
      this.log.warn({ err: error }, 'workflows that closed abnormally were not listed; the next round looks again');
    });
    for (const id of this.#abnormallyClosed) if (!overdue.has(id)) overdue.set(id, NAMED_BY_TEMPORAL);
    const failing = this.#serverReports ? await reportedProblems(this.temporal, EXAMINED) : [];
    if (failing === 'not_known') {
      this.#serverReports = false;
      this.log.info(
        'this Temporal server reports no workflow task problems; orders are examined once they are overdue',
      );
      return overdue;
    }
    for (const id of failing) if (!overdue.has(id)) overdue.set(id, NAMED_BY_TEMPORAL);
    return overdue;
  }

  /** Adds the open orders of which a workflow did not complete normally to those that are to be examined. */
  async #findAbnormallyClosed(): Promise<void> {
    const seenTo = new Date(Date.now() - VISIBILITY_LAG_MS);
    const ids = await listAbnormallyClosed(this.temporal, this.#closingsSeenTo);
    for (let from = 0; from < ids.length; from += LOOKED_UP)
      for (const id of await this.#openOf(ids.slice(from, from + LOOKED_UP))) this.#abnormallyClosed.add(id);
    this.#closingsSeenTo = seenTo;
  }

  #openOf(ids: readonly string[]): Promise<string[]> {
    return this.transactions.run(SYSTEM, async (tx) =>
      (await tx.selectFrom('orders').select('id').where('id', 'in', ids).where('closedAt', 'is', null).execute()).map(
        ({ id }) => id,
      ),
    );
  }

  /**
   * Records a finding and signals the order, unless its workflow takes no signals. Returns whether anything changed.
   */
  async #record(orderId: string, { reason, detail }: Finding): Promise<boolean> {
    const news = await this.transactions.run(SYSTEM, async (tx) => {
      if (!(await setFoundAttention(tx, orderId, reason, detail))) return false;
      if (reason !== AttentionReason.workflowFailing)
        await enqueueOrderSignal(tx, orderId, { signal: 'watchdogReported', payload: { reason } });
      return true;
    });
    if (!news) return false;
    this.log.info({ orderId, reason, ...detail }, reason ? 'an order needs a person' : 'an order is no longer stuck');
    if (reason !== AttentionReason.workflowFailing) await this.outbox.flush(orderId);
    return true;
  }
}
