import { CancellationScope } from '@temporalio/workflow';

/**
 * Keeps the compensations of a run. Each is registered before the action that it undoes, does nothing when that action
 * never happened, and retries until it succeeds.
 */
export class Saga {
  readonly #compensations: (() => Promise<void>)[] = [];

  register(compensation: () => Promise<void>): void {
    this.#compensations.push(compensation);
  }

  /** Runs all compensations, newest first; no cancellation interrupts them. */
  async compensate(): Promise<void> {
    await CancellationScope.nonCancellable(async () => {
      for (let undo = this.#compensations.pop(); undo; undo = this.#compensations.pop()) await undo();
    });
  }
}
