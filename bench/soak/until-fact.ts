import { setTimeout as wait } from 'node:timers/promises';

const LOOK_EVERY_MS = 20;
/** Is no measure: with hundreds of orders in flight on a machine with other work a step takes minutes. */
const LIMIT_MS = 600_000;

/** Waits until a fact holds. Throws an error that names the fact when it does not within `limitMs`. */
export async function untilFact(
  description: string,
  fact: () => boolean | Promise<boolean>,
  limitMs = LIMIT_MS,
): Promise<void> {
  for (const end = Date.now() + limitMs; !(await fact());) {
    if (Date.now() > end) throw new Error(`Timed out after ${limitMs / 1000} s: ${description}`);
    await wait(LOOK_EVERY_MS);
  }
}
