import { setTimeout as wait } from 'node:timers/promises';
import type { Faults } from './faults';

const LIMIT_MS = 60_000;
const [FIRST_PAUSE_MS, LONGEST_PAUSE_MS, PAUSE_FACTOR] = [40, 400, 1.6] as const;

/** Lists the counter of faults and the signal that stops the polling. */
export interface Polling {
  readonly faults: Faults;
  readonly signal: AbortSignal;
}

/**
 * Polls with growing pauses until a fact holds, as a client would, and returns the last answer. Counts and throws a
 * fault when it does not hold within a minute; `describe` then formats the last answer.
 */
export async function pollUntil<T>(
  expectation: string,
  look: () => Promise<T>,
  fact: (seen: T) => boolean,
  describe: (seen: T) => string,
  { faults, signal }: Polling,
): Promise<T> {
  const end = performance.now() + LIMIT_MS;
  for (let pauseMs: number = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * PAUSE_FACTOR, LONGEST_PAUSE_MS)) {
    await wait(pauseMs, undefined, { signal });
    const seen = await look();
    if (fact(seen)) return seen;
    if (performance.now() > end) throw faults.add(`${expectation} within ${LIMIT_MS / 1000} s but ${describe(seen)}`);
  }
}
