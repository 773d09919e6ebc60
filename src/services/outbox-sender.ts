import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Logger } from 'pino';
import {
  claimNext,
  deleteMessage,
  putOff,
  workflowsAwaiting,
  workflowsDue,
  type PendingMessage,
} from '../books/outbox';
import type { Transactions } from '../books/transactions';
import { SYSTEM } from '../contracts/caller';
import { ORDERS_QUEUE, orderWorkflowId, replenishmentWorkflowId } from '../contracts/temporal-names';

/** Limits the workflows of a sweep. */
const BATCH = 100;
/** Limits how many workflows a sweep signals at once: one that is slow delays few others. */
const AT_ONCE = 8;
/** Limits how long a sender waits for Temporal to take one message. */
const SEND_MS = 2_000;
/** Limits how long the process that wrote messages sends them; the sweeper sends the rest. */
const FLUSH_MS = 2_000;
/** Limits how long a sweep begins to send messages; the next one sends the rest. */
const SWEEP_MS = 4_000;
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
      const filled = await this.transactions.run(SYSTEM, (tx) => workflowsAwaiting(tx, 'backorderFilled', BATCH));
      for (const workflowId of filled) await this.#flush(workflowId);
    } catch (error) {
      this.log.warn({ err: error }, 'orders with filled backorders are signalled once the database answers');
    }
  }

  async #flush(workflowId: string): Promise<void> {
    try {
      const endsAt = Date.now() + FLUSH_MS;
      await this.#send(workflowId, () => Date.now() < endsAt);
    } catch (error) {
      this.log.warn({ err: error, workflowId }, 'signals stay queued until Temporal answers');
    }
  }

  /**
   * Sends the signals that have been due for `seconds`, for some seconds. A workflow that refuses its signals delays no
   * other. Throws when three fail in a row: then Temporal is unavailable. Ends early, after a message, once `goesOn`
   * returns false. Answers how many were sent.
   */
  async sweep(seconds: number, goesOn: () => boolean = () => true): Promise<number> {
    const endsAt = Date.now() + SWEEP_MS;
    const isInTime = (): boolean => Date.now() < endsAt && goesOn();
    const waiting = await this.transactions.run(SYSTEM, (tx) => workflowsDue(tx, seconds, BATCH));
    let sent = 0;
    let failedInARow = 0;
    const sendOnes = async (): Promise<void> => {
      for (let workflowId = waiting.shift(); workflowId !== undefined && isInTime(); workflowId = waiting.shift()) {
        try {
          sent += await this.#send(workflowId, isInTime);
          failedInARow = 0;
        } catch (error) {
          failedInARow += 1;
          this.log.warn({ err: error, workflowId }, 'a workflow did not take its signals; they are sent again');
          if (failedInARow < FAILURES_OF_TEMPORAL) continue;
          waiting.length = 0;
          throw error;
        }
      }
    };
    const outcomes = await Promise.allSettled(Array.from({ length: AT_ONCE }, sendOnes));
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure) throw failure.reason;
    return sent;
  }

  /**
   * Waits until nothing is being sent, two seconds at most. A connection that closes earlier leaves a sender that never
   * ends.
   */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }

  /** Sends a workflow's messages in their order, while `goesOn` says so, and answers their number. */
  #send(workflowId: string, goesOn: () => boolean): Promise<number> {
    const sending = this.#sendNow(workflowId, goesOn);
    this.#underWay.add(sending);
    const ended = (): void => {
      this.#underWay.delete(sending);
    };
    sending.then(ended, ended);
    return sending;
  }

  /** Holds no connection to the database while Temporal is asked. */
  async #sendNow(workflowId: string, goesOn: () => boolean): Promise<number> {
    let sent = 0;
    let last: number | null = null;
    for (;;) {
      const message = await this.transactions.run(SYSTEM, (tx) => claimNext(tx, workflowId, last));
      if (message === undefined && last === null) return sent;
      if (message === undefined) {
        // Another sender may have left a message that was written meanwhile to this one, which held the one before it.
        last = null;
        continue;
      }
      try {
        await this.temporal.withDeadline(Date.now() + SEND_MS, () => this.#signal(message));
      } catch (error) {
        await this.transactions.run(SYSTEM, (tx) => putOff(tx, message, nameOf(error)));
        throw error;
      }
      last = message.id;
      sent += 1;
      if (goesOn()) continue;
      await this.transactions.run(SYSTEM, (tx) => deleteMessage(tx, message.id));
      return sent;
    }
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

/** Names an error without its text, which may hold what was sent. */
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);
