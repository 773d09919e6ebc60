import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { setFoundAttention } from '../../books/orders/order-attention';
import { enqueueOrderSignal } from '../../books/outbox';
import type { Transactions } from '../../books/transactions';
import { SYSTEM } from '../../contracts/caller';
import { AttentionReason } from '../../contracts/statuses';
import { restartLostReplenishments } from '../purchasing/lost-replenishments';
import type { OutboxSender } from '../outbox-sender';
import { findOverdueOrders, type Deadlines, type OverdueOrder } from './overdue-orders';
import { examineWorkflow, reportedProblems, type Finding } from './workflow-health';

/** Limits the workflows that a round examines, and those examined at once: an outage makes many orders overdue. */
const EXAMINED = 300;
const AT_ONCE = 8;
/** An order that only Temporal reports. */
const NOT_OVERDUE: OverdueOrder = { overdueSince: null };

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
 * order is past its stage's deadline, has a workflow whose tasks fail, or a step that is tried without end. It examines
 * only the orders that the database or Temporal's visibility reports, never every open one. Several may run side by
 * side: a finding that is written already changes nothing.
 */
export class Watchdog {
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #stopped = false;
  /** The last order that was examined: a round that cannot examine all is continued by the next. */
  #last = '';
  #serverReports = true;

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
              reported.get(id) ?? NOT_OVERDUE,
              this.policy.attempts,
            );
            if (await this.#record(id, finding)) done[finding.reason ? 'raised' : 'cleared'] += 1;
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
  async #reportedOrders(): Promise<Map<string, OverdueOrder>> {
    const overdue = await this.transactions.run(SYSTEM, (tx) => findOverdueOrders(tx, this.policy.deadlines));
    const failing = this.#serverReports ? await reportedProblems(this.temporal, EXAMINED) : [];
    if (failing === 'not_known') {
      this.#serverReports = false;
      this.log.info(
        'this Temporal server reports no workflow task problems; orders are examined once they are overdue',
      );
      return overdue;
    }
    for (const id of failing) if (!overdue.has(id)) overdue.set(id, NOT_OVERDUE);
    return overdue;
  }

  /** Records a finding and signals the order, unless its workflow takes no signals. Answers whether it is news. */
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
