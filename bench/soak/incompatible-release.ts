import { AttentionReason } from '../../src/contracts/statuses';
import { Adopter, SHOWN_WITHIN_MS } from './adopter';
import type { Plan } from './life';
import { checkOutcome, type Outcome } from './outcome';
import { Points } from './points';
import { startRetiredWorker } from './retired-worker';
import type { Shop } from './shop';
import { Traffic } from './traffic';
import { summarizeOrders, type FireReport } from './under-fire';
import { untilFact } from './until-fact';

const LIFE_LIMIT_MS = 600_000;
/** Longer than `SHOWN_WITHIN_MS`: a late showing is reported, and no time-out. */
const WAIT_MS = 240_000;
const LIVES: readonly Plan[] = [
  { merchants: 1, token: 'tok_ok', way: 'delivered' },
  { merchants: 2, token: 'tok_ok', way: 'delivered' },
  { merchants: 1, token: 'tok_ok', way: 'refused' },
];

export interface IncompatibleReport extends Outcome, Pick<FireReport, 'orders' | 'ended' | 'waiting' | 'lost'> {
  /** For each order: ms from the last scan until it was shown as `step_missing`, while no worker ran. */
  readonly missingMs: readonly number[];
  /** For each order: ms from the start of today's worker until it was shown as `workflow_failing`. */
  readonly failingMs: readonly number[];
  readonly adopted: number;
}

/**
 * Replaces a former release's worker, which ran orders until their hand-over, by today's. It replays none of them.
 * Their parcels are scanned to the end while no worker runs. Each order must be shown within a minute, first for its
 * missing step, then for its failing workflow; staff adopt it, and it must end as it should.
 */
export async function replaceRelease(
  shop: Shop,
  { orders, run }: { readonly orders: number; readonly run: string },
): Promise<IncompatibleReport> {
  const points = new Points();
  const adopter = new Adopter(shop);
  await shop.stack.kill('worker');
  const stopRetired = await startRetiredWorker(shop.stack);
  points.close('scanning');
  const traffic = new Traffic({ shop, points, run, limitMs: LIFE_LIMIT_MS }, LIVES, orders, orders);
  try {
    await untilFact('every order is handed over', () => points.kept('scanning').length === orders, WAIT_MS);
    const ids = points.kept('scanning');
    await stopRetired();
    points.open('scanning');
    await untilFact('the scans have begun', async () => (await shop.carrier.undelivered()) > 0, WAIT_MS);
    await untilFact('every scan is delivered', async () => (await shop.carrier.undelivered()) === 0, WAIT_MS);
    const scanned = Date.now();
    const shown = (reason: AttentionReason) => ids.map((id) => adopter.shownAt(id, reason));
    const untilShown = (reason: AttentionReason) =>
      untilFact(`every order is shown as ${reason}`, () => shown(reason).every(Boolean), WAIT_MS);
    await untilShown(AttentionReason.stepMissing);
    await shop.stack.restart('worker');
    const started = Date.now();
    await untilShown(AttentionReason.workflowFailing);
    await traffic.ended();
    const since = (reason: AttentionReason, from: number) => shown(reason).map((at) => Math.max(0, Number(at) - from));
    const missingMs = since(AttentionReason.stepMissing, scanned);
    const failingMs = since(AttentionReason.workflowFailing, started);
    const { lost, ...sums } = summarizeOrders(traffic);
    const late = [...missingMs, ...failingMs].filter((ms) => ms > SHOWN_WITHIN_MS);
    return {
      ...sums,
      lost: [...lost, ...adopter.refusals, ...late.map((ms) => `an order was shown after ${ms / 1000} s only`)],
      missingMs,
      failingMs,
      adopted: ids.filter((id) => adopter.adopted.has(id)).length,
      ...(await checkOutcome(shop)),
    };
  } finally {
    points.open('scanning');
    await stopRetired();
    await adopter.stop();
  }
}
