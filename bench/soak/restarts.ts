import { describeExit } from '../../src/embedded/child-process';
import { MIXED } from './life';
import { judge, type Outcome } from './outcome';
import { Points } from './points';
import { RequestWatch, type RequestCounts } from './request-watch';
import type { Shop } from './shop';
import { PacedTraffic, Traffic } from './traffic';
import { reckon, type FireReport } from './under-fire';
import { untilFact } from './until-fact';
import { stepsAfter } from './work';

const LIFE_LIMIT_MS = 120_000;
/** Enough in flight for the machine to be full. */
const FULL = 40;
const PARTS = ['api', 'worker'] as const;

export interface RestartReport {
  readonly part: (typeof PARTS)[number];
  /** From SIGTERM until the part had ended and its successor was ready. */
  readonly readyMs: number;
  /** From SIGTERM until the API had taken a step of an order and a workflow another. */
  readonly workMs: number;
}

export interface RestartsReport extends Outcome, Pick<FireReport, 'orders' | 'ended' | 'waiting' | 'lost'> {
  readonly restarts: readonly RestartReport[];
  /** Orders begun in a second: half of what the machine completed when it was full. */
  readonly perSecond: number;
  readonly requests: RequestCounts;
}

export interface Restarts {
  readonly restarts: number;
  /** How many orders it takes to measure the highest load. */
  readonly measured: number;
  readonly run: string;
  readonly onRestart?: (report: RestartReport, number: number) => void;
}

/**
 * Restarts the API and the worker by SIGTERM, in turn, at half of the highest load. Accepted is what the API answered
 * with success, and whatever was sent on a connection that it had taken; a refused connection, 503 and 429 with
 * Retry-After are not. Nothing accepted may break off, and every order that was accepted must end.
 */
export async function restartAll(
  shop: Shop,
  { restarts, measured, run, onRestart }: Restarts,
): Promise<RestartsReport> {
  const perSecond = (await highestLoad(shop, `${run}:full`, measured)) / 2;
  const watch = new RequestWatch(shop.stack.urls.api);
  const traffic = new PacedTraffic({ shop, points: new Points(), run, limitMs: LIFE_LIMIT_MS }, MIXED, perSecond);
  const [reports, unclean]: [RestartReport[], string[]] = [[], []];
  try {
    await untilFact(
      'orders are under way',
      async () => (await stepsAfter(shop, new Date(0), ['api', 'workflow'])) !== null,
    );
    for (let n = 0; n < restarts; n += 1) {
      const part = PARTS[n % PARTS.length] as RestartReport['part'];
      const began = Date.now();
      const exit = await shop.stack.restart(part);
      if (exit?.code !== 0)
        unclean.push(`${part} did not end by itself: ${exit === null ? 'it had not run' : describeExit(exit)}`);
      const ready = Date.now();
      let worked: Date | null = null;
      await untilFact(
        `orders get on after ${part} was restarted`,
        async () => (worked = await stepsAfter(shop, new Date(ready), ['api', 'workflow'])) !== null,
      );
      const report = { part, readyMs: ready - began, workMs: Number(worked) - began };
      reports.push(report);
      onRestart?.(report, n + 1);
    }
  } finally {
    await traffic.stop();
    watch.stop();
  }
  const { lost, ...sums } = reckon(traffic);
  const { counts } = watch;
  return {
    ...sums,
    lost: [...lost, ...counts.dropped, ...unclean],
    restarts: reports,
    perSecond,
    requests: counts,
    ...(await judge(shop)),
  };
}

/** Measures how many orders a second the machine completes when it is full. */
async function highestLoad(shop: Shop, run: string, orders: number): Promise<number> {
  const began = Date.now();
  const traffic = new Traffic({ shop, points: new Points(), run, limitMs: LIFE_LIMIT_MS }, MIXED, FULL, orders);
  await traffic.ended();
  const { ended, lost } = reckon(traffic);
  if (ended < orders)
    throw new Error(`Only ${ended} of ${orders} orders ended before anything was restarted: ${lost.join('; ')}`);
  return ended / ((Date.now() - began) / 1000);
}
