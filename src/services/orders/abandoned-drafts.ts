import type { Logger } from 'pino';
import { forgetOldKeys } from '../../books/idempotency';
import { markStarted } from '../../books/orders/orders';
import type { Transactions } from '../../books/transactions';
import { forgetOldWebhooks } from '../../books/webhooks/received-webhooks';
import { SYSTEM } from '../../contracts/caller';
import type { OutboxSender } from '../outbox-sender';
import type { OrderStart, OrderWorkflows } from './order-workflows';

const PERIOD_MS = 2_000;
/** Younger signals are still being sent by the process that wrote them. */
const MESSAGE_AGE_SECONDS = 2;
const BATCH = 50;
const FORGET_PERIOD_MS = 3_600_000;

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

  /** Runs one round. Throws while the database or Temporal is unavailable. */
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

  async #sweep(done: { signals: number; drafts: number }): Promise<void> {
    const sent = await this.outbox.sweep(MESSAGE_AGE_SECONDS, () => !this.#stopped);
    done.signals = sent;
    if (sent > 0) this.log.info({ sent }, 'sent signals that waited in the outbox');
    for (const order of await this.#abandonedDrafts()) {
      if (this.#stopped) return;
      await this.workflows.ensureStarted(order);
      await this.transactions.run(SYSTEM, (tx) => markStarted(tx, order.orderId));
      done.drafts += 1;
      this.log.info({ orderId: order.orderId }, 'started an order whose process had died');
    }
    if (Date.now() - this.#forgotAt > FORGET_PERIOD_MS) {
      this.#forgotAt = Date.now();
      await this.transactions.run(SYSTEM, (tx) => forgetOldWebhooks(tx, new Date()));
      await this.transactions.run(SYSTEM, (tx) => forgetOldKeys(tx, new Date()));
    }
  }

  /** Lists drafts whose start lease has passed. Starting one twice has no effect, so none is locked. */
  #abandonedDrafts(): Promise<OrderStart[]> {
    return this.transactions.run(SYSTEM, async (tx) => {
      const rows = await tx
        .selectFrom('orders as o')
        .innerJoin('payment as p', 'p.orderId', 'o.id')
        .select(['o.id as orderId', 'p.id as paymentId', 'o.storefrontId', 'o.merchantIds', 'o.urgency', 'o.placedAt'])
        .where('o.startLeaseUntil', '<', new Date())
        .where('p.number', '=', 1)
        .orderBy('o.id')
        .limit(BATCH)
        .execute();
      return rows.map(({ urgency, ...row }) => ({ ...row, urgent: urgency === 'urgent' }));
    });
  }
}
