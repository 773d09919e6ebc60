import type { Bench } from './bench';
import { openLoop } from './loops';
import type { Placed } from './order-life';
import type { LatencyAtRate } from './report';
import { latencyOf, type Latency } from './statistics';

const LEAST = 20;

/** Times the POSTs of orders that are placed one after another on an otherwise idle stack. */
export async function measureUnloaded(bench: Bench, title: string, place: () => Promise<Placed>): Promise<Latency> {
  const count = Math.max(LEAST, Math.round(bench.plan.orders / 2));
  const taken: number[] = [];
  await bench.measure(title, async ({ faults, signal, tell }) => {
    while (taken.length < count) {
      signal.throwIfAborted();
      await faults.survive(async () => {
        taken.push((await place()).postMs);
      });
      tell(taken.length, count);
    }
  });
  return latencyOf(taken);
}

/**
 * Lets orders arrive by chance at half of the highest rate, plays each to its end, and times the POSTs from when they
 * were due.
 */
export async function measureHalfLoad(bench: Bench, highestPerSecond: number): Promise<LatencyAtRate> {
  const [count, perSecond] = [Math.max(LEAST, bench.plan.orders), highestPerSecond / 2];
  const taken: number[] = [];
  await bench.measure('POST, at half load', (running) =>
    openLoop(
      async (due) => {
        taken.push((await bench.life.play(1, due)).postMs);
      },
      count,
      perSecond,
      running,
    ),
  );
  // Orders take seconds from end to end: the first ones met less than half of the load.
  return { ...latencyOf(taken.slice(Math.floor(count / 10))), perSecond };
}
