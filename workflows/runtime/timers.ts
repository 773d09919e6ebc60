import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';
import type { Actor } from './actor';

/** Describes a time that a state waits for, and what changes when it has passed. */
export interface Deadline {
  /**
   * Names it among all deadlines of its run, those that have passed included. One that is set again has another key. It
   * holds no time of the clock, which a replay may read differently.
   */
  readonly key: string;
  /** In ms since 1970. */
  readonly at: number;
  /** Shown in the Web UI beside the timer. */
  readonly summary: string;
  readonly onPassed: () => void;
}

/**
 * Keeps the timers of a run as its state wants them. A timer belongs to a state and never to what is in the inbox, so
 * that a replay starts and cancels the same ones.
 */
export class Timers {
  #wanted = new Map<string, Deadline>();
  readonly #timers = new Map<string, CancellationScope>();

  constructor(private readonly actor: Actor) {}

  /** Starts the timers of new deadlines, and cancels those of deadlines that the state no longer has. */
  reconcile(deadlines: readonly Deadline[]): void {
    this.#wanted = new Map(deadlines.map((deadline) => [deadline.key, deadline]));
    for (const [id, timer] of this.#timers) {
      if (this.#wanted.has(id)) continue;
      this.#timers.delete(id);
      timer.cancel();
    }
    for (const [id, deadline] of this.#wanted) if (!this.#timers.has(id)) this.#start(id, deadline);
  }

  #start(id: string, { at, summary }: Deadline): void {
    const timer = new CancellationScope();
    this.#timers.set(id, timer);
    timer
      .run(() => sleep(Math.max(1, at - Date.now()), { summary }))
      .then(
        () => this.actor.post(() => this.#passed(id)),
        (error: unknown) => {
          if (isCancellation(error)) return;
          this.actor.post(() => {
            throw error;
          });
        },
      );
  }

  #passed(id: string): void {
    // One that the state dropped meanwhile has no timer any more.
    if (this.#timers.delete(id)) this.#wanted.get(id)?.onPassed();
  }
}
