import type { Bench } from './bench';
import type { Level } from './level';
import { closedLoop, WINDOWS } from './loops';
import type { Placed } from './order-life';
import { costPer, processorTime, type Pids } from './processes';
import { latencyOf, spreadOf } from './statistics';

const WARM_UP = { concurrency: 10, warmUp: 0, perWindow: 10 } as const;

/** Describes a system whose orders are played, and the processes that serve them. */
export interface Subject {
  /** The name of the orders in the progress. */
  readonly title: string;
  readonly life: {
    /** Orders that were accepted so far. */
    readonly accepted: number;
    /** Plays one order from its POST to its end. */
    play(): Promise<Placed>;
  };
  readonly pids: Pids;
}

/** Plays a few orders, so that no code runs for the first time while it is measured. */
export const warmUp = (bench: Bench, { title, life }: Subject): Promise<unknown> =>
  bench.measure(`${title}, warm-up`, (running) =>
    closedLoop(
      async () => {
        await life.play();
      },
      WARM_UP,
      running,
    ),
  );

/** Measures every level of the plan, one after another. Returns the best one as well, and the orders played at it. */
export async function measureLevels(
  bench: Bench,
  subject: Subject,
): Promise<{ readonly levels: readonly Level[]; readonly best: Level; readonly orderIds: readonly string[] }> {
  const measured: Awaited<ReturnType<typeof measureLevel>>[] = [];
  for (const concurrency of bench.plan.concurrencies) measured.push(await measureLevel(bench, subject, concurrency));
  const best = measured.reduce((a, b) =>
    b.level.completedPerSecond.median > a.level.completedPerSecond.median ? b : a,
  );
  return { levels: measured.map(({ level }) => level), best: best.level, orderIds: best.orderIds };
}

/** Keeps a number of orders under way, each from its POST to its end. Returns the figures and the orders' ids. */
async function measureLevel(
  bench: Bench,
  { title, life, pids }: Subject,
  concurrency: number,
): Promise<{ readonly level: Level; readonly orderIds: readonly string[] }> {
  const perWindow = Math.ceil(bench.plan.orders / WINDOWS);
  const postMs: number[] = [];
  const orderIds: string[] = [];
  const readings: { readonly accepted: number; readonly used: ReturnType<typeof processorTime> }[] = [];
  const play = async () => {
    const placed = await life.play();
    postMs.push(placed.postMs);
    orderIds.push(placed.orderId);
  };
  const seconds = await bench.measure(`${title}, ${concurrency} at a time`, (running) =>
    closedLoop(
      play,
      {
        concurrency,
        warmUp: concurrency,
        perWindow,
        onMark: () => {
          readings.push({ accepted: life.accepted, used: processorTime(pids) });
        },
      },
      running,
    ),
  );
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
