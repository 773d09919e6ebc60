import { z } from 'zod';
import type { Bench } from './bench';
import { closedLoop, openLoop, WINDOWS } from './loops';
import { costPer, processorTime, type ProcessorTime } from './processes';
import type { Report } from './report';
import { latencyOf, randomFrom, spreadOf } from './statistics';

const CONCURRENCY = 32;
/** Is the number of reads that determine how many reads a window needs. */
const TRIAL = 300;
const WINDOW_SECONDS = 3;
const HALF_LOAD_SECONDS = 8;
const SEED = 11;

/** Measures reads of orders: as many as the API answers, then at half of that rate for the latency. */
export async function measureReads(bench: Bench, orderIds: readonly string[]): Promise<Report['reads']> {
  const random = randomFrom(SEED);
  const read = async (): Promise<void> => {
    const orderId = orderIds[Math.floor(random() * orderIds.length)] as string;
    await bench.storefront.call({ method: 'GET', path: `/v1/orders/${orderId}`, expect: 200, schema: z.unknown() });
  };
  const readings: (ProcessorTime | undefined)[] = [];
  const { perWindow, seconds } = await bench.measure(`Reads, ${CONCURRENCY} at a time`, async (running) => {
    const trial = await closedLoop(read, { concurrency: CONCURRENCY, warmUp: TRIAL, perWindow: TRIAL }, running);
    const perWindow = Math.ceil((TRIAL / spreadOf(trial).median) * WINDOW_SECONDS);
    const onMark = () => {
      readings.push(processorTime(bench.pids));
    };
    return {
      perWindow,
      seconds: await closedLoop(read, { concurrency: CONCURRENCY, warmUp: TRIAL, perWindow, onMark }, running),
    };
  });
  const perSecond = spreadOf(seconds.map((taken) => perWindow / taken));
  const half = perSecond.median / 2;
  const taken: number[] = [];
  await bench.measure('Reads, at half of that', (running) =>
    openLoop(
      async (due) => {
        await read();
        taken.push(performance.now() - due);
      },
      Math.ceil(half * HALF_LOAD_SECONDS),
      half,
      running,
    ),
  );
  return {
    concurrency: CONCURRENCY,
    perSecond,
    halfLoad: { ...latencyOf(taken), perSecond: half },
    processorMs: costPer(readings[0], readings.at(-1), perWindow * WINDOWS),
  };
}
