import { setTimeout as wait } from 'node:timers/promises';
import type { Faults } from './faults';

const LIMIT_MS = 60_000;
const [FIRST_LOOK_MS, SLOWEST_LOOK_MS, SLOWER_BY] = [40, 400, 1.6] as const;

/** What looks at an order need: whom to count a fault with, and who stops them. */
export interface Looking {
  readonly faults: Faults;
  readonly signal: AbortSignal;
}

/**
 * Looks ever more rarely, as whoever waits for an order does, until a fact holds, and returns what was seen then.
 * Counts and throws a fault when it does not within a minute; `told` says then what was seen last.
 */
export async function lookUntil<T>(
  what: string,
  look: () => Promise<T>,
  fact: (seen: T) => boolean,
  told: (seen: T) => string,
  { faults, signal }: Looking,
): Promise<T> {
  const end = performance.now() + LIMIT_MS;
  for (let pauseMs: number = FIRST_LOOK_MS; ; pauseMs = Math.min(pauseMs * SLOWER_BY, SLOWEST_LOOK_MS)) {
    await wait(pauseMs, undefined, { signal });
    const seen = await look();
    if (fact(seen)) return seen;
    if (performance.now() > end) throw faults.add(`${what} within ${LIMIT_MS / 1000} s but ${told(seen)}`);
  }
}
