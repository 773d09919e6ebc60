import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { deleteMessage, claimMessages, workflowsWithMessages, type PendingMessage } from '../books/outbox';
import type { Transactions } from '../books/transactions';
import { SYSTEM } from '../contracts/caller';
import { ORDERS_QUEUE, orderWorkflowId, replenishmentWorkflowId } from '../contracts/temporal-names';

/** Limits the workflows of a sweep, and the messages of one workflow. */
const BATCH = 100;
/** Limits how long a sender waits for Temporal, and others for the sender. */
const SEND_MS = 2_000;
/** So many workflows that fail in a row mean that Temporal is unavailable, and not that the workflows are broken. */
const FAILURES_OF_TEMPORAL = 3;

/** Sends the signals that were committed with their facts, at least once: a receiver may get a fact twice. */
export class OutboxSender {
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(
    private readonly transactions: Transactions,
    private readonly temporal: Client,
    private readonly log: Logger,
  ) {}

  /** Sends an order's signals right after their commit. Never throws: what fails, the sweeper sends later. */
  flush(orderId: string): Promise<void> {
    return this.#flush(orderWorkflowId(orderId));
  }

  /** Sends a replenishment's signals right after their commit, as `flush` does an order's. */
  flushReplenishment({ warehouseId, skuId }: { readonly warehouseId: string; readonly skuId: string }): Promise<void> {
    return this.#flush(replenishmentWorkflowId(warehouseId, skuId));
  }

  /** Signals the orders whose backorders were filled, as `flush` does one. */
  async flushFilled(): Promise<void> {
    try {
      const filled = await this.transactions.run(SYSTEM, (tx) =>
        workflowsWithMessages(tx, { signal: 'backorderFilled' }, BATCH),
      );
      for (const workflowId of filled) await this.#flush(workflowId);
    } catch (error) {
      this.log.warn({ err: error }, 'orders with filled backorders are signalled once the database answers');
    }
  }

  async #flush(workflowId: string): Promise<void> {
    try {
      await this.#send(workflowId);
    } catch (error) {
      this.log.warn({ err: error, workflowId }, 'signals stay queued until Temporal answers');
    }
  }

  /**
   * Sends signals older than `seconds`. A workflow that refuses its signals delays no other. Throws when three fail in
   * a row: then Temporal is unavailable. Ends early once `goesOn` returns false. Answers how many were sent.
   */
  async sweep(seconds: number, goesOn: () => boolean = () => true): Promise<number> {
    const waiting = await this.transactions.run(SYSTEM, (tx) =>
      workflowsWithMessages(tx, { olderThanSeconds: seconds }, BATCH),
    );
    let sent = 0;
    let failedInARow = 0;
    for (const workflowId of waiting) {
      if (!goesOn()) break;
      try {
        sent += await this.#send(workflowId);
        failedInARow = 0;
      } catch (error) {
        failedInARow += 1;
        if (failedInARow === FAILURES_OF_TEMPORAL) throw error;
        this.log.warn({ err: error, workflowId }, 'a workflow did not take its signals; they are sent again');
      }
    }
    return sent;
  }

  /**
   * Waits until nothing is being sent, two seconds at most. A connection that closes earlier leaves a sender that never
   * ends.
   */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }

  /** Sends a workflow's messages in their order, and answers their number. */
  #send(workflowId: string): Promise<number> {
    const sending = this.#sendNow(workflowId);
    this.#underWay.add(sending);
    const ended = (): void => {
      this.#underWay.delete(sending);
    };
    sending.then(ended, ended);
    return sending;
  }

  #sendNow(workflowId: string): Promise<number> {
    return this.transactions.run(SYSTEM, async (tx) => {
      const messages = await claimMessages(tx, workflowId, BATCH);
      await this.temporal.withDeadline(Date.now() + SEND_MS, async () => {
        for (const message of messages) {
          await this.#signal(message);
          await deleteMessage(tx, message.id);
        }
      });
      return messages.length;
    });
  }

  /** Signals a workflow. One that has ended needs no more signals: the timeline has the facts. */
  async #signal({ workflowId, workflowType, signal, payload }: PendingMessage): Promise<void> {
    if (workflowType !== null) {
      await this.temporal.workflow.signalWithStart(workflowType, {
        workflowId,
        taskQueue: ORDERS_QUEUE,
        signal,
        signalArgs: [payload],
        args: [],
      });
      return;
    }
    try {
      await this.temporal.workflow.getHandle(workflowId).signal(signal, payload);
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      this.log.info({ workflowId, signal }, 'a signal came after the end of its workflow');
    }
  }
}
