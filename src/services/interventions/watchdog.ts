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

/** How many workflows one round looks at, and how many at once: an outage makes many suspects. */
const LOOKS = 300;
const AT_ONCE = 8;
/** One that only Temporal names. */
const UNSUSPECTED: OverdueOrder = { overdueSince: null };

export interface WatchdogPolicy {
  readonly periodSeconds: number;
  readonly deadlines: Deadlines;
  /** From how many attempts on a step counts as one that is tried without end. */
  readonly attempts: number;
}

/** What one round came to. */
export interface WatchRound {
  readonly outcome: 'done' | 'failed';
  readonly raised: number;
  readonly cleared: number;
  readonly restarted: number;
}

/**
 * Finds orders that are stuck: past their stage's deadline, with a workflow whose tasks fail, with a step that is tried
 * without end. It looks at those only which the database or Temporal's visibility name as suspects, never at every open
 * order. It also starts replenishments again whose workflow was lost. Several may run beside each other: what the other
 * has written already changes nothing.
 */
export class Watchdog {
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #stopped = false;
  /** The last order that was looked at: with more suspects than looks, they take turns. */
  #last = '';
  #sees = true;

  constructor(
    private readonly transactions: Transactions,
    private readonly temporal: Client,
    private readonly messenger: OutboxSender,
    private readonly policy: WatchdogPolicy,
    private readonly log: Logger,
    private readonly note: (round: WatchRound) => void = () => undefined,
  ) {}

  start(): void {
    this.#timer = setTimeout(() => {
      this.#round = this.look()
        .catch((error: unknown) => {
          this.log.warn({ err: error }, 'the watchdog looks again in the next round');
        })
        .finally(() => {
          if (!this.#stopped) this.start();
        });
    }, this.policy.periodSeconds * 1000);
  }

  /** Ends after the round under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  /** One round. Throws while the database or Temporal is out of reach. */
  async look(): Promise<void> {
    const done = { raised: 0, cleared: 0, restarted: 0 };
    try {
      const suspects = await this.#suspects();
      const inTurn = [...suspects.keys()].sort();
      const next = Math.max(
        0,
        inTurn.findIndex((id) => id > this.#last),
      );
      const queue = [...inTurn.slice(next), ...inTurn.slice(0, next)].slice(0, LOOKS).reverse();
      this.#last = queue[0] ?? '';
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (let id = queue.pop(); id !== undefined && !this.#stopped; id = queue.pop()) {
            const finding = await examineWorkflow(
              this.temporal,
              id,
              suspects.get(id) ?? UNSUSPECTED,
              this.policy.attempts,
            );
            if (await this.#write(id, finding)) done[finding.reason ? 'raised' : 'cleared'] += 1;
          }
        }),
      );
      done.restarted = await restartLostReplenishments(this.transactions, this.temporal, this.messenger, LOOKS);
      if (done.restarted > 0)
        this.log.info({ restarted: done.restarted }, 'started replenishments whose workflow was lost');
      this.note({ outcome: 'done', ...done });
    } catch (error) {
      this.note({ outcome: 'failed', ...done });
      throw error;
    }
  }

  /** Names the orders to look at. */
  async #suspects(): Promise<Map<string, OverdueOrder>> {
    const suspects = await this.transactions.run(SYSTEM, (tx) => findOverdueOrders(tx, this.policy.deadlines));
    const reported = this.#sees ? await reportedProblems(this.temporal, LOOKS) : [];
    if (reported === 'not_known') {
      this.#sees = false;
      this.log.info(
        'this Temporal server reports no workflow task problems; orders are looked at once they are overdue',
      );
      return suspects;
    }
    for (const id of reported) if (!suspects.has(id)) suspects.set(id, UNSUSPECTED);
    return suspects;
  }

  /** Writes what was found, and tells the order, unless its workflow could not hear it. Answers whether it is news. */
  async #write(orderId: string, { reason, detail }: Finding): Promise<boolean> {
    const news = await this.transactions.run(SYSTEM, async (tx) => {
      if (!(await setFoundAttention(tx, orderId, reason, detail))) return false;
      if (reason !== AttentionReason.workflowFailing)
        await enqueueOrderSignal(tx, orderId, { signal: 'watchdogReported', payload: { reason } });
      return true;
    });
    if (!news) return false;
    this.log.info({ orderId, reason, ...detail }, reason ? 'an order needs a person' : 'an order is no longer stuck');
    if (reason !== AttentionReason.workflowFailing) await this.messenger.flush(orderId);
    return true;
  }
}
