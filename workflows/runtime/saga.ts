import { CancellationScope } from '@temporalio/workflow';

/**
 * The compensation stack: each is registered before the action that it undoes, must do nothing when that action never
 * happened, and retries until it succeeds. They run newest first, and no cancellation interrupts them.
 */
export class Saga {
  readonly #compensations: (() => Promise<void>)[] = [];

  register(compensation: () => Promise<void>): void {
    this.#compensations.push(compensation);
  }

  /** Undoes everything registered so far. */
  async compensate(): Promise<void> {
    await CancellationScope.nonCancellable(async () => {
      for (let undo = this.#compensations.pop(); undo; undo = this.#compensations.pop()) await undo();
    });
  }
}
