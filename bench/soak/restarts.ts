import { describeExit } from '../../src/embedded/child-process';
import { MIXED } from './life';
import { checkOutcome, type Outcome } from './outcome';
import { Points } from './points';
import { RequestWatch, type RequestCounts } from './request-watch';
import type { Shop } from './shop';
import { PacedTraffic, Traffic } from './traffic';
import { summarizeOrders, type FireReport } from './under-fire';
import { untilFact } from './until-fact';
import { stepsAfter } from './work';

const LIFE_LIMIT_MS = 120_000;
/** Is the number of orders in flight that uses the whole machine. */
const FULL_LOAD = 40;
const PARTS = ['api', 'worker'] as const;

export interface RestartReport {
  readonly part: (typeof PARTS)[number];
  /** From SIGTERM until the part had ended and its successor was ready. */
  readonly readyMs: number;
  /** From SIGTERM until both the API and a workflow had taken a step of an order. */
  readonly workMs: number;
}

export interface RestartsReport extends Outcome, Pick<FireReport, 'orders' | 'ended' | 'waiting' | 'lost'> {
  readonly restarts: readonly RestartReport[];
  /** Orders begun in a second: half of the highest load. */
  readonly perSecond: number;
  readonly requests: RequestCounts;
}

export interface Restarts {
  readonly restarts: number;
  /** The number of orders that measure the highest load. */
  readonly measured: number;
  readonly run: string;
  readonly onRestart?: (report: RestartReport, number: number) => void;
}

/**
 * Restarts the API and the worker by SIGTERM, in turn, at half of the highest load. A request is accepted when it is
 * sent on an open connection, unless it is answered 503 or 429 with Retry-After; a refused connection accepts nothing.
 * No accepted request may break off, and every accepted order must end.
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
        unclean.push(`${part} did not end cleanly: ${exit === null ? 'it did not run' : describeExit(exit)}`);
      const ready = Date.now();
      let worked: Date | null = null;
      await untilFact(
        `orders make progress after ${part} was restarted`,
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
  const { lost, ...sums } = summarizeOrders(traffic);
  const { counts } = watch;
  return {
    ...sums,
    lost: [...lost, ...counts.dropped, ...unclean],
    restarts: reports,
    perSecond,
    requests: counts,
    ...(await checkOutcome(shop)),
  };
}

/** Measures how many orders a second the machine completes at full load. */
async function highestLoad(shop: Shop, run: string, orders: number): Promise<number> {
  const began = Date.now();
  const traffic = new Traffic({ shop, points: new Points(), run, limitMs: LIFE_LIMIT_MS }, MIXED, FULL_LOAD, orders);
  await traffic.ended();
  const { ended, lost } = summarizeOrders(traffic);
  if (ended < orders)
    throw new Error(`Only ${ended} of ${orders} orders ended before the first restart: ${lost.join('; ')}`);
  return ended / ((Date.now() - began) / 1000);
}
