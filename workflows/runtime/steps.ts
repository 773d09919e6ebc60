import { CancellationScope, isCancellation, TemporalFailure } from '@temporalio/workflow';
import type { Actor } from './actor';
import {
  books,
  untilAnswered,
  once,
  type ActivityName,
  type Argument,
  type CallTarget,
  type Result,
} from './call-activities';
import type { Deadline } from './timers';
import { failureOf, isDue, isPermanent, keyOf, newWait, type StepCall, type Wait } from './wait';

/** Stands for the result of a step that waits: the run wakes when it may be taken again. */
export const WAITS = Symbol('waits');
export type Waits = typeof WAITS;

/** How long a provider may be unavailable before staff see it. */
const ATTENTION_AFTER_MS = 10_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;

export interface CallOptions {
  readonly target: CallTarget;
  /** Why staff should look at an order whose provider does not answer; null: staff need not look. */
  readonly reason: string | null;
  readonly owner?: string;
}

/**
 * Runs the steps of a run, and keeps those that wait. A step is run again from the phase that it belongs to, each time
 * that the run wakes: one that waits returns `WAITS` and does nothing.
 */
export class Steps {
  readonly #calls = new Map<string, CancellationScope>();

  /**
   * A step that fails and cannot succeed by itself waits for staff. Where they have no way to retry it, it is taken
   * again after `permanentRetryMs`.
   */
  constructor(
    private readonly waits: Record<string, Wait>,
    private readonly actor: Actor,
    private readonly permanentRetryMs: number | null = null,
  ) {
    for (const [key, wait] of Object.entries(waits)) {
      // A run that continued as new left its calls behind.
      if (wait.state === 'stopping' || wait.retryRequested) this.#forget(key);
    }
  }

  /** Lists the steps that wait for a provider, or have failed. */
  get waiting(): readonly Wait[] {
    return Object.values(this.waits).filter(({ state }) => state === 'calling' || state === 'failed');
  }

  /** Reports whether a call that nobody needs any more still has an attempt under way. */
  get isStopping(): boolean {
    return Object.values(this.waits).some(({ state }) => state === 'stopping');
  }

  /** Finds the wait of a step; undefined when it does not wait. */
  waitOf(step: ActivityName, argument: unknown): Wait | undefined {
    return this.waits[keyOf(step, argument)];
  }

  /** Runs a transaction of the books. `key` names it where its argument changes while it waits. */
  runTransaction<Name extends ActivityName>(
    step: Name,
    argument: Argument<Name>,
    owner?: string,
    key: string = keyOf(step, argument),
  ): Promise<Result<Name> | Waits> {
    return this.#run(key, { step, argument, owner });
  }

  /** Runs the transaction of somebody's request. `stop` does not end its wait: the request is owed an answer. */
  runRequested<Name extends ActivityName>(step: Name, argument: Argument<Name>): Promise<Result<Name> | Waits> {
    return this.#run(keyOf(step, argument), { step, argument, requested: true });
  }

  async #run<Name extends ActivityName>(
    key: string,
    call: StepCall & { readonly step: Name },
  ): Promise<Result<Name> | Waits> {
    if (this.waits[key] && !isDue(this.waits[key])) return WAITS;
    try {
      const result = (await books[call.step](call.argument)) as Result<Name>;
      this.#forget(key);
      return result;
    } catch (error) {
      this.#fail(key, call, error);
      return WAITS;
    }
  }

  /**
   * Calls a provider once as a local activity, which costs the least. Then calls it on its own task queue until it
   * answers. Safe because every effect has its key. While another call to the same queue waits, skips the local
   * attempt.
   */
  async callProvider<Name extends ActivityName>(
    step: Name,
    argument: Argument<Name>,
    { target: lane, reason, owner }: CallOptions,
  ): Promise<Result<Name> | Waits> {
    const key = keyOf(step, argument);
    const wait = this.waits[key];
    if (wait?.state === 'answered') {
      this.#forget(key);
      return wait.answer as Result<Name>;
    }
    if (wait && !isDue(wait)) return WAITS;
    if (!this.#isBusy(lane)) {
      try {
        const result = (await once[step](argument)) as Result<Name>;
        this.#forget(key);
        return result;
      } catch (error) {
        if (!(error instanceof TemporalFailure)) throw error;
        if (isPermanent(error)) {
          this.#fail(key, { step, argument, owner }, error);
          return WAITS;
        }
      }
    }
    this.waits[key] = { ...newWait({ step, argument, owner }), state: 'calling', target: lane, reason };
    return WAITS;
  }

  /**
   * Ends the waits that nobody needs any more: all but those of requests, or one step's. An attempt under way is
   * awaited, not interrupted, and its answer is kept for the next time that the step is run. A call that has not begun
   * is forgotten. Returns whether one is under way.
   */
  stop(step?: ActivityName, argument?: unknown): boolean {
    const keys = step === undefined ? Object.keys(this.waits) : [keyOf(step, argument)];
    for (const key of keys) {
      const wait = this.waits[key];
      if (wait?.state === 'calling' && this.#calls.has(key)) wait.state = 'stopping';
      else if (wait?.state === 'calling') this.#forget(key);
      else if (wait?.state === 'failed' && !wait.requested) this.#forget(key);
    }
    return this.isStopping;
  }

  /** Takes the waiting steps of one owner, or all, again at once. Returns how many waited. */
  retry(owner?: string): number {
    const chosen = this.waiting.filter((wait) => owner === undefined || wait.owner === owner);
    for (const wait of chosen) {
      if (wait.state === 'calling') wait.retryRequested = true;
      else wait.retryAt = 0;
    }
    return chosen.length;
  }

  /** Starts the calls that wait for a provider, and ends those that nobody needs any more or that staff retry. */
  reconcile(): void {
    for (const [key, wait] of Object.entries(this.waits)) {
      const running = this.#calls.get(key);
      if (wait.state === 'stopping' || wait.retryRequested) running?.cancel();
      else if (wait.state === 'calling' && running === undefined) this.#start(key, wait);
    }
  }

  /** Lists when a step that failed is taken again, and when staff see that a provider does not answer. */
  deadlines(): Deadline[] {
    return Object.entries(this.waits).flatMap(([key, wait]): Deadline[] => {
      if (wait.state === 'failed' && wait.retryAt !== null && wait.retryAt > 0) {
        const passed = () => {
          wait.retryAt = 0;
        };
        return [
          {
            key: `retry ${wait.tries} ${key}`,
            at: wait.retryAt,
            summary: `until ${wait.step} is tried again`,
            onPassed: passed,
          },
        ];
      }
      if (wait.state === 'calling' && wait.reason !== null && !wait.late) {
        const passed = () => {
          wait.late = true;
        };
        return [
          {
            key: `late ${key}`,
            at: wait.since + ATTENTION_AFTER_MS,
            summary: `until attention: ${wait.reason}`,
            onPassed: passed,
          },
        ];
      }
      return [];
    });
  }

  #isBusy({ taskQueue }: CallTarget): boolean {
    return Object.values(this.waits).some(
      ({ state, target: lane }) => state === 'calling' && lane?.taskQueue === taskQueue,
    );
  }

  #start(key: string, wait: Wait): void {
    const scope = new CancellationScope();
    this.#calls.set(key, scope);
    const lane = wait.target as CallTarget;
    scope
      .run(() => untilAnswered(lane)[wait.step](wait.argument))
      .then(
        (answer) => this.actor.post(() => this.#ended(key, { answer })),
        (error: unknown) => this.actor.post(() => this.#ended(key, { error })),
      );
  }

  #ended(key: string, outcome: { readonly answer: unknown } | { readonly error: unknown }): void {
    this.#calls.delete(key);
    const wait = this.waits[key];
    if (wait === undefined) return;
    if ('answer' in outcome) {
      wait.state = 'answered';
      wait.answer = outcome.answer;
    } else if (wait.state === 'stopping' || wait.retryRequested || isCancellation(outcome.error)) this.#forget(key);
    else this.#fail(key, wait, outcome.error);
  }

  #fail(key: string, call: StepCall, error: unknown): void {
    // Anything else is a fault of this code: it fails the workflow task, and a deployment that corrects it continues.
    if (!(error instanceof TemporalFailure)) throw error;
    const before = this.waits[key];
    const tries = (before?.tries ?? 0) + 1;
    const delay = isPermanent(error)
      ? this.permanentRetryMs
      : Math.min(FIRST_RETRY_MS * 2 ** (tries - 1), LAST_RETRY_MS);
    this.waits[key] = {
      ...newWait(call),
      since: before?.since ?? Date.now(),
      state: 'failed',
      tries,
      failure: failureOf(error),
      retryAt: delay === null ? null : Date.now() + delay,
    };
  }

  #forget(key: string): void {
    Reflect.deleteProperty(this.waits, key);
  }
}
