import type { Bench } from './bench';
import { openLoop } from './loops';
import type { Placed } from './order-life';
import type { LatencyAtRate } from './report';
import { latencyOf, type Latency } from './statistics';

const MIN_ORDERS = 20;

/** Measures the POSTs of orders that are placed one after another on an otherwise idle stack. */
export async function measureUnloaded(bench: Bench, title: string, place: () => Promise<Placed>): Promise<Latency> {
  const count = Math.max(MIN_ORDERS, Math.round(bench.plan.orders / 2));
  const taken: number[] = [];
  await bench.measure(title, async ({ faults, signal, onProgress: reportProgress }) => {
    while (taken.length < count) {
      signal.throwIfAborted();
      await faults.tolerate(async () => {
        taken.push((await place()).postMs);
      });
      reportProgress(taken.length, count);
    }
  });
  return latencyOf(taken);
}

/** Plays orders that arrive at random, at half of the highest rate, and measures their POSTs from their due times. */
export async function measureHalfLoad(bench: Bench, highestPerSecond: number): Promise<LatencyAtRate> {
  const [count, perSecond] = [Math.max(MIN_ORDERS, bench.plan.orders), highestPerSecond / 2];
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
  // An order takes seconds, so the first ones saw less than half of the load.
  return { ...latencyOf(taken.slice(Math.floor(count / 10))), perSecond };
}
