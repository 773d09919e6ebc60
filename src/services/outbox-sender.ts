import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { deleteMessage, claimMessages, workflowsWithMessages, type PendingMessage } from '../books/outbox';
import type { Transactions } from '../books/transactions';
import { SYSTEM } from '../contracts/caller';
import { ORDERS_QUEUE, orderWorkflowId, replenishmentWorkflowId } from '../contracts/temporal-names';

/** Of workflows in a sweep, of messages of one workflow. */
const BATCH = 100;
/** Who sends a workflow's signals waits no longer than this for Temporal, nor do those who wait for the sender. */
const SEND_MS = 2_000;
/** So many workflows that fail one after the other: it is not the workflows. */
const OUT_OF_REACH = 3;

/**
 * Sends the signals that were committed with their facts. At least once: every signal is a fact that may be heard
 * twice.
 */
export class OutboxSender {
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(
    private readonly transactions: Transactions,
    private readonly temporal: Client,
    private readonly log: Logger,
  ) {}

  /**
   * Sends an order's signals right after their commit. Failing is not the caller's trouble: the sweeper sends them
   * later.
   */
  flush(orderId: string): Promise<void> {
    return this.#flush(orderWorkflowId(orderId));
  }

  /** Sends a replenishment's signals right after their commit, as `flush` does an order's. */
  flushReplenishment({ warehouseId, skuId }: { readonly warehouseId: string; readonly skuId: string }): Promise<void> {
    return this.#flush(replenishmentWorkflowId(warehouseId, skuId));
  }

  /** Wakes the orders that goods came for, as `flush` does one. */
  async flushFilled(): Promise<void> {
    try {
      const filled = await this.transactions.run(SYSTEM, (tx) =>
        workflowsWithMessages(tx, { signal: 'backorderFilled' }, BATCH),
      );
      for (const workflowId of filled) await this.#flush(workflowId);
    } catch (error) {
      this.log.warn({ err: error }, 'orders that goods came for are woken when the database answers');
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
   * Sends what is older than `seconds`. A workflow that does not take its signals holds up no other. Throws when three
   * in a row do not: then Temporal is out of reach. Ends early once `goesOn` says no. Answers how many were sent.
   */
  async sweep(seconds: number, goesOn: () => boolean = () => true): Promise<number> {
    const neglected = await this.transactions.run(SYSTEM, (tx) =>
      workflowsWithMessages(tx, { olderThanSeconds: seconds }, BATCH),
    );
    let sent = 0;
    let failedInARow = 0;
    for (const workflowId of neglected) {
      if (!goesOn()) break;
      try {
        sent += await this.#send(workflowId);
        failedInARow = 0;
      } catch (error) {
        failedInARow += 1;
        if (failedInARow === OUT_OF_REACH) throw error;
        this.log.warn({ err: error, workflowId }, 'a workflow did not take its signals; they are sent again');
      }
    }
    return sent;
  }

  /**
   * Waits until nothing is being sent, two seconds at most: a connection that closes before leaves a sender without an
   * end.
   */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }

  /** Sends a workflow's messages in their order. Answers how many there were. */
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

  /** A workflow that has ended needs no more facts: the timeline has them. */
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
