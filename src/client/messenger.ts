import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { forgetMessage, takeMessages, type PendingMessage, type WhichMessages } from '../books/messages';
import type { Transactions } from '../books/transactions';
import { SYSTEM } from '../contracts/caller';
import { ORDERS_QUEUE, orderWorkflowId, replenishmentWorkflowId } from '../contracts/names';

const BATCH = 100;
/** A caller waits no longer than this for its signals, nor does the connection that holds them. */
const FLUSH_MS = 2_000;

/** Sends the signals that were committed with their facts. At least once: every signal is a fact that may be heard twice. */
export class Messenger {
  constructor(private readonly transactions: Transactions, private readonly temporal: Client, private readonly log: Logger) {}

  /** Sends an order's signals right after their commit. Failing is not the caller's trouble: the sweeper sends them later. */
  flush(orderId: string): Promise<void> {
    return this.#flush({ workflowId: orderWorkflowId(orderId) });
  }

  /** Sends a replenishment's signals right after their commit, as `flush` does an order's. */
  flushReplenishment({ warehouseId, skuId }: { readonly warehouseId: string; readonly skuId: string }): Promise<void> {
    return this.#flush({ workflowId: replenishmentWorkflowId(warehouseId, skuId) });
  }

  /** Wakes the orders that goods came for, as `flush` does one. */
  flushFilled(): Promise<void> {
    return this.#flush({ signal: 'backorderFilled' });
  }

  async #flush(which: WhichMessages): Promise<void> {
    try {
      await this.temporal.withDeadline(Date.now() + FLUSH_MS, () => this.#send(which));
    } catch (error) {
      this.log.warn({ err: error, ...which }, 'signals stay queued until Temporal answers');
    }
  }

  /** Sends what is older than `seconds`. Throws while Temporal is out of reach. Answers how many were sent. */
  sweep(seconds: number): Promise<number> {
    return this.#send({ olderThanSeconds: seconds });
  }

  async #send(which: WhichMessages): Promise<number> {
    return this.transactions.run(SYSTEM, async (tx) => {
      const messages = await takeMessages(tx, which, BATCH);
      for (const message of messages) {
        await this.#signal(message);
        await forgetMessage(tx, message.id);
      }
      return messages.length;
    });
  }

  /** A workflow that has ended needs no more facts: the timeline has them. */
  async #signal({ workflowId, workflowType, signal, payload }: PendingMessage): Promise<void> {
    if (workflowType !== null) {
      await this.temporal.workflow.signalWithStart(workflowType, { workflowId, taskQueue: ORDERS_QUEUE, signal, signalArgs: [payload], args: [] });
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
