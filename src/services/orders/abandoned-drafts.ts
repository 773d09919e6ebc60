import type { Logger } from 'pino';
import { forgetOldKeys } from '../../books/idempotency';
import { markStarted, postponeStart } from '../../books/orders/orders';
import { forgetOldDemand } from '../../books/purchasing/unmet-demand';
import type { Transactions } from '../../books/transactions';
import { forgetOldWebhooks } from '../../books/webhooks/received-webhooks';
import { SYSTEM } from '../../contracts/caller';
import type { OutboxSender } from '../outbox-sender';
import type { OrderStart, OrderWorkflows } from './order-workflows';

const PERIOD_MS = 2_000;
/** Younger signals are still being sent by the process that wrote them. */
const MESSAGE_AGE_SECONDS = 2;
const BATCH = 50;
/** A draft that could not be started is tried again after this time, behind those that wait. */
const RETRY_SECONDS = 10;
/** So many drafts that fail in a row mean that Temporal is unavailable, and not that the drafts are broken. */
const FAILURES_OF_TEMPORAL = 3;
const FORGET_PERIOD_MS = 3_600_000;
/** Limits the rows that one statement deletes. */
const FORGET_BATCH = 1_000;
/** Limits the statements of a round: what is left is deleted in the next one. */
const FORGET_STATEMENTS = 5;

/** Reports one round of the sweeper. */
export interface SweepRound {
  readonly outcome: 'done' | 'failed';
  readonly signals: number;
  readonly drafts: number;
}

/** Starts orders whose process died before it could, and sends signals that stayed in the outbox. */
export class AbandonedDraftSweeper {
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #stopped = false;
  #forgotAt = 0;

  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: OutboxSender,
    private readonly workflows: OrderWorkflows,
    private readonly log: Logger,
    private readonly report: (round: SweepRound) => void = () => undefined,
  ) {}

  start(): void {
    this.#timer = setTimeout(() => {
      this.#round = this.sweep()
        .catch((error: unknown) => {
          this.log.warn({ err: error }, 'a sweep failed; the next round sweeps again');
        })
        .finally(() => {
          if (!this.#stopped) this.start();
        });
    }, PERIOD_MS);
  }

  /** Stops after the current step of a round. The next process does the rest. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  /** Runs one round. Throws what failed of it, as while the database or Temporal is unavailable. */
  async sweep(): Promise<void> {
    const done = { signals: 0, drafts: 0 };
    try {
      await this.#sweep(done);
      this.report({ outcome: 'done', ...done });
    } catch (error) {
      this.report({ outcome: 'failed', ...done });
      throw error;
    }
  }

  /** Does the kinds of work beside one another: one that fails stops no other. */
  async #sweep(done: { signals: number; drafts: number }): Promise<void> {
    const outcomes = await Promise.allSettled([this.#sendSignals(done), this.#startDrafts(done), this.#forget()]);
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1) throw new AggregateError(failures, 'several kinds of work of a sweep failed');
  }

  async #sendSignals(done: { signals: number }): Promise<void> {
    const sent = await this.outbox.sweep(MESSAGE_AGE_SECONDS, () => !this.#stopped);
    done.signals = sent;
    if (sent > 0) this.log.info({ sent }, 'sent signals that waited in the outbox');
  }

  /** Starts abandoned drafts. One that cannot be started delays no other. */
  async #startDrafts(done: { drafts: number }): Promise<void> {
    let failedInARow = 0;
    for (const order of await this.#abandonedDrafts()) {
      if (this.#stopped) return;
      try {
        await this.workflows.ensureStarted(order);
      } catch (error) {
        const until = new Date(Date.now() + RETRY_SECONDS * 1000);
        await this.transactions.run(SYSTEM, (tx) => postponeStart(tx, order.orderId, until));
        failedInARow += 1;
        if (failedInARow === FAILURES_OF_TEMPORAL) throw error;
        this.log.warn({ err: error, orderId: order.orderId }, 'a draft could not be started; it is tried again');
        continue;
      }
      failedInARow = 0;
      await this.transactions.run(SYSTEM, (tx) => markStarted(tx, order.orderId));
      done.drafts += 1;
      this.log.info({ orderId: order.orderId }, 'started an order whose process had died');
    }
  }

  /** Deletes what is past its retention, once an hour, in small transactions and some rounds when there is much. */
  async #forget(): Promise<void> {
    const now = new Date();
    if (now.getTime() - this.#forgotAt < FORGET_PERIOD_MS) return;
    for (const forget of [forgetOldWebhooks, forgetOldKeys, forgetOldDemand]) {
      for (let statement = 1; ; statement += 1) {
        const deleted = await this.transactions.run(SYSTEM, (tx) => forget(tx, now, FORGET_BATCH));
        if (deleted < FORGET_BATCH) break;
        if (statement === FORGET_STATEMENTS || this.#stopped) return;
      }
    }
    this.#forgotAt = now.getTime();
  }

  /**
   * Lists drafts whose start lease has passed, the oldest lease first. Starting one twice has no effect, so none is
   * locked.
   */
  #abandonedDrafts(): Promise<OrderStart[]> {
    return this.transactions.run(SYSTEM, async (tx) => {
      const rows = await tx
        .selectFrom('orders as o')
        .innerJoin('payment as p', 'p.orderId', 'o.id')
        .select(['o.id as orderId', 'p.id as paymentId', 'o.storefrontId', 'o.merchantIds', 'o.urgency', 'o.placedAt'])
        .where('o.startLeaseUntil', '<', new Date())
        .where('p.number', '=', 1)
        .orderBy('o.startLeaseUntil')
        .orderBy('o.id')
        .limit(BATCH)
        .execute();
      return rows.map(({ urgency, ...row }) => ({ ...row, urgent: urgency === 'urgent' }));
    });
  }
}
