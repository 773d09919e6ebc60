import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { createActivities } from '../../activities';
import type { ReleasedFulfillment } from '../../src/contracts/orders/order';

type Activities = ReturnType<typeof createActivities>;

/** Holds a step of an order until the script opens it. */
export interface StepGate {
  /** Resolves once the step is under way. */
  readonly entered: Promise<void>;
  open(): void;
}

interface HeldStep extends StepGate {
  readonly enter: () => void;
  readonly opened: Promise<void>;
}

/** Says how the books and providers of one order answer. */
export interface OrderScript {
  /** The number of the local activity that is held, counted from 1; 0: none. */
  readonly heldStep: number;
  /** The step whose first, local call fails, so that it is made with retries; its answer is held too. */
  readonly patientStep: string | null;
}

/**
 * Answers every step of an order as its books and providers would, at once, except those that the script holds. It
 * keeps no books: what is explored is the workflow.
 */
export class ScriptedBooks {
  readonly #scripts = new Map<string, OrderScript>();
  readonly #counts = new Map<string, number>();
  readonly #held = new Map<string, HeldStep>();
  readonly #patient = new Map<string, HeldStep>();
  /** Orders whose patient step has failed once. */
  readonly #failed = new Set<string>();

  /** Prepares an order, and returns the gates of its held step and of its patient call. */
  prepare(orderId: string, script: OrderScript): { readonly held: StepGate; readonly patient: StepGate } {
    this.#scripts.set(orderId, script);
    const [held, patient] = [newGate(), newGate()];
    this.#held.set(orderId, held);
    this.#patient.set(orderId, patient);
    return { held, patient };
  }

  /** Counts the local activities that an order has run. */
  stepsOf(orderId: string): number {
    return this.#counts.get(orderId) ?? 0;
  }

  /** The Activities of the worker. Those that no explored order can reach are missing. */
  readonly activities = {
    validateOrder: this.#answer(() => undefined),
    reserveStock: this.#answer(() => ({
      outcome: 'reserved' as const,
      payUntil: new Date(Date.now() + 3_600_000).toISOString(),
    })),
    authorizePayment: this.#answer(() => ({ status: 'authorized' as const })),
    releaseToWarehouse: this.#answer(({ orderId }) => fulfillmentsOf(orderId)),
    bookShipment: this.#answer(() => ({ carrierCode: 'swift' })),
    capturePayment: this.#answer(() => undefined),
    confirmDelivery: this.#answer(() => ({ status: 'delivered' as const })),
    beginReturn: this.#answer(() => undefined),
    restockReturn: this.#answer(() => undefined),
    refundPayment: this.#answer(() => undefined),
    completeOrder: this.#answer(() => ({ status: 'completed' as const })),
    markAttention: this.#answer(() => true),
    openAttendTask: this.#answer(({ orderId }) => ({ taskId: `tsk_${orderId}`, opened: true })),
    recordRetry: this.#answer(() => undefined),
    beginCancellation: this.#answer(() => ({ outcome: 'cancelled' as const })),
    voidShipment: this.#answer(() => ({ status: 'voided' as const })),
    cancelFulfillment: this.#answer(() => undefined),
    voidFulfillmentAmount: this.#answer(() => undefined),
    voidPayment: this.#answer(() => undefined),
    releaseStock: this.#answer(() => undefined),
    finishCancellation: this.#answer(() => undefined),
  } satisfies {
    readonly [Name in keyof Activities]?: (argument: never) => Promise<Awaited<ReturnType<Activities[Name]>>>;
  };

  #answer<Result>(result: (argument: { readonly orderId: string }) => Result) {
    return async (argument: { readonly orderId: string }): Promise<Result> => {
      const { orderId } = argument;
      const { isLocal, activityType } = Context.current().info;
      const script = this.#scripts.get(orderId);
      if (!script) throw ApplicationFailure.nonRetryable(`${orderId} has no script`);
      if (!isLocal) {
        // A held step may time out, and be called again with retries: only the script's own call is held.
        if (script.patientStep !== null) await pass(this.#patient.get(orderId));
        return result(argument);
      }
      const count = this.stepsOf(orderId) + 1;
      this.#counts.set(orderId, count);
      if (count === script.heldStep) await pass(this.#held.get(orderId));
      if (activityType === script.patientStep && !this.#failed.has(orderId)) {
        this.#failed.add(orderId);
        throw new Error('The provider does not answer');
      }
      return result(argument);
    };
  }
}

/** Names the two fulfillments of every explored order. */
export const fulfillmentsOf = (orderId: string): ReleasedFulfillment[] =>
  ['a', 'b'].map((part) => ({
    fulfillmentId: `ful_${orderId}_${part}`,
    merchantId: `mer_${part}`,
    warehouseId: 'wh_1',
  }));

function newGate(): HeldStep {
  let [enter, open]: (() => void)[] = [];
  const entered = new Promise<void>((resolve) => {
    enter = resolve;
  });
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { entered, opened, enter: () => enter?.(), open: () => open?.() };
}

async function pass(gate: HeldStep | undefined): Promise<void> {
  gate?.enter();
  await gate?.opened;
}
