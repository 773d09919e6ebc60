import type { Bench } from './bench';
import { closedLoop, WINDOWS } from './loops';
import { costPer, processorTime } from './processes';
import type { Level } from './report';
import { latencyOf, spreadOf } from './statistics';

const WARM_UP = { concurrency: 10, warmUp: 0, perWindow: 10 } as const;

/** Plays a few orders, so that nothing is measured on code that runs for the first time. */
export const warmUp = (bench: Bench): Promise<unknown> =>
  bench.measure('Warm-up', (running) => closedLoop(async () => { await bench.life.play(); }, WARM_UP, running));

/** Keeps a number of orders under way, each from its POST to its signature, and counts; answers the ids of the orders as well. */
export async function measureLevel(bench: Bench, concurrency: number): Promise<{ readonly level: Level; readonly orderIds: readonly string[] }> {
  const perWindow = Math.ceil(bench.plan.orders / WINDOWS);
  const postMs: number[] = [];
  const orderIds: string[] = [];
  const readings: { readonly accepted: number; readonly used: ReturnType<typeof processorTime> }[] = [];
  const play = async () => {
    const placed = await bench.life.play();
    postMs.push(placed.postMs);
    orderIds.push(placed.orderId);
  };
  const seconds = await bench.measure(`Orders, ${concurrency} at a time`, (running) => closedLoop(play, {
    concurrency, warmUp: concurrency, perWindow,
    onMark: () => { readings.push({ accepted: bench.life.accepted, used: processorTime(bench.pids) }); },
  }, running));
  const accepted = readings.slice(1).map((reading, window) => reading.accepted - (readings[window]?.accepted ?? 0));
  return {
    orderIds,
    level: {
      concurrency,
      acceptedPerSecond: spreadOf(accepted.map((count, window) => count / (seconds[window] ?? 0))),
      completedPerSecond: spreadOf(seconds.map((taken) => perWindow / taken)),
      post: latencyOf(postMs.slice(concurrency)),
      processorMs: costPer(readings[0]?.used, readings.at(-1)?.used, perWindow * WINDOWS),
    },
  };
}
