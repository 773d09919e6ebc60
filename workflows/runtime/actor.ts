import { allHandlersFinished, condition, workflowInfo } from '@temporalio/workflow';

/** From this length on, replaying a history is slow. */
const MANY_EVENTS = 2_000;
/** From this length on, a run does not wait for Updates: the server ends a workflow at 51,200 events. */
const TOO_MANY_EVENTS = 10_000;

/**
 * Runs a Workflow as an actor. Signals, Updates, timers and answers only add work to its inbox and issue no command;
 * one loop does the work, piece by piece in the order of arrival. While a piece awaits a local activity, nothing else
 * of the run moves: a replay delivers the end of a local activity before what arrived with the same workflow task, and
 * two branches that both issue commands would change places (docs/adr/0011).
 */
export class Actor {
  readonly #inbox: (() => unknown)[] = [];

  /** Adds a piece of work. */
  post(work: () => unknown): void {
    this.#inbox.push(work);
  }

  /** Queues the work of an Update. Resolves when the work, or a later piece, calls `answer`. */
  ask<Result>(work: (answer: (result: Result) => void) => unknown): Promise<Result> {
    return new Promise((answer) => {
      this.post(() => work(answer));
    });
  }

  /**
   * Reports whether the run should continue as new now. That is so when its history is long, `isReady`, the inbox is
   * empty and every Update is answered. Past `TOO_MANY_EVENTS` unanswered Updates do not count: their callers ask
   * again.
   */
  async readyToContinueAsNew(isReady: boolean): Promise<boolean> {
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    if (!continueAsNewSuggested && historyLength < MANY_EVENTS) return false;
    await this.#settled();
    if (this.#inbox.length > 0) return false;
    return historyLength >= TOO_MANY_EVENTS || (isReady && allHandlersFinished());
  }

  /** Does the work until `turn`, which runs first and after every piece, reports that the run has ended. */
  async run(turn: () => Promise<boolean>): Promise<void> {
    while (!(await turn()) || !(await this.#updatesAnswered())) await (await this.#next())();
  }

  /** Waits, at the end of a run, until every Update is answered; false when more work came meanwhile. */
  async #updatesAnswered(): Promise<boolean> {
    await condition(() => this.#inbox.length > 0 || allHandlersFinished());
    return this.#inbox.length === 0;
  }

  /** Takes the oldest piece once the last one has come to rest. Its commands do not depend on what arrived since. */
  async #next(): Promise<() => unknown> {
    await this.#settled(() => this.#inbox.length > 0);
    return this.#inbox.shift() as () => unknown;
  }

  /**
   * Waits until everything that this activation causes has come to rest, and a fact holds. The SDK evaluates a
   * condition again only after the promises that were ready have run: the second evaluation sees a settled state.
   */
  async #settled(fact: () => boolean = () => true): Promise<void> {
    let rested = false;
    await condition(() => {
      const holds = rested && fact();
      rested = true;
      return holds;
    });
  }
}
