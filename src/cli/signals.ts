import { once } from 'node:events';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Limits how soon a second SIGINT counts as the same Ctrl-C: npm repeats the one that the terminal sent. */
const SAME_KEY_PRESS_MS = 1_000;

/** Waits for the request to stop. */
export interface Stop {
  /** Aborts when the request comes. */
  readonly signal: AbortSignal;
  /** Resolves when a person asked to stop; rejects with the reason given to `because`. */
  requested(): Promise<void>;
  /** Ends the wait with a failure of our own. */
  fail(reason: Error): void;
  /** Stops to handle signals. */
  close(): void;
}

/** Waits for Ctrl-C, SIGTERM or a closed terminal; a second one calls `onSecond`. */
export function waitForStop(onSecond: () => Promise<never>): Stop {
  const controller = new AbortController();
  let failure: Error | null = null;
  let firstAt: number | null = null;
  const handle = () => {
    if (firstAt === null) {
      firstAt = Date.now();
      controller.abort();
    } else if (Date.now() - firstAt > SAME_KEY_PRESS_MS) {
      void onSecond();
    }
  };
  for (const name of SIGNALS) process.on(name, handle);
  return {
    signal: controller.signal,
    requested: async () => {
      if (!controller.signal.aborted) await once(controller.signal, 'abort');
      if (failure !== null) throw failure;
    },
    fail: (reason) => {
      if (controller.signal.aborted) return;
      failure = reason;
      controller.abort(reason);
    },
    close: () => {
      for (const name of SIGNALS) process.off(name, handle);
    },
  };
}
