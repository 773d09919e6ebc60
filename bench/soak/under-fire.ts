import type { Lived } from './life';
import { MIXED } from './life';
import { cutAt, type Cut, type CutReport } from './cuts';
import { killAt, type Kill, type KillReport } from './kills';
import { checkOutcome, type Outcome } from './outcome';
import { Points } from './points';
import type { Shop } from './shop';
import { Traffic, type Lives } from './traffic';

/** Limits how long an order may not change while parts are killed. After that it needs a person, or is lost. */
const LIFE_LIMIT_MS = 600_000;
/** Is longer than the time limit of the worker's local activities, so that the worker asks by key. */
const TIMEOUT_MS = 3_000;
const OPERATIONS = { gateway: ['authorize', 'capture', 'void', 'refund'], carrier: ['book', 'void'] } as const;

export interface Fire {
  readonly kills: readonly Kill[];
  /** The n-th cut comes together with the n-th kill. */
  readonly cuts: readonly Cut[];
  /** Orders in flight at any time. */
  readonly orders: number;
  /** The number of calls of each operation that are executed and time out in every round. */
  readonly timeouts: number;
  /** Names the run in every Idempotency-Key. */
  readonly run: string;
  readonly onKill?: (report: KillReport, number: number) => void;
  readonly onCut?: (report: CutReport, number: number) => void;
}

export interface FireReport extends Outcome {
  readonly kills: readonly KillReport[];
  readonly cuts: readonly CutReport[];
  readonly orders: number;
  readonly ended: number;
  /** Orders that need a person and say why. */
  readonly waiting: readonly Lived[];
  /** Orders that neither ended nor need a person, and errors that no client could correct. */
  readonly lost: readonly string[];
  /** The fewest orders that were in flight when a part was killed or a link cut. */
  readonly inFlight: number;
  readonly seconds: number;
}

/** Returns whether a run lost nothing, doubled nothing, all its audits are true, and every history replays. */
export const hasPassed = ({
  lost,
  falseAudits,
  doubled,
  unreplayable,
}: Pick<FireReport, 'lost' | 'falseAudits' | 'doubled' | 'unreplayable'>): boolean =>
  lost.length + falseAudits.length + doubled.length + unreplayable.length === 0;

/**
 * Keeps orders in flight while parts fail. In each round one is killed, a link is cut and calls to providers time out.
 */
export async function underFire(
  shop: Shop,
  { kills, cuts, orders, timeouts, run, onKill, onCut }: Fire,
): Promise<FireReport> {
  const began = Date.now();
  const points = new Points();
  const traffic = new Traffic({ shop, points, run, limitMs: LIFE_LIMIT_MS }, MIXED, orders);
  const [killed, cutOff]: [KillReport[], CutReport[]] = [[], []];
  let inFlight = Number.POSITIVE_INFINITY;
  const strike = async <Fault, Report>(
    fault: Fault | undefined,
    at: (fault: Fault) => Promise<Report>,
    reports: Report[],
    onReport?: (report: Report, number: number) => void,
  ) => {
    if (fault === undefined) return;
    const report = await at(fault);
    const number = reports.push(report);
    onReport?.(report, number);
  };
  try {
    for (let round = 0; round < Math.max(kills.length, cuts.length); round += 1) {
      if (timeouts > 0) await letTimeOut(shop, timeouts);
      inFlight = Math.min(inFlight, traffic.inFlight);
      const struck = await Promise.allSettled([
        strike(kills[round], (kill) => killAt(shop, points, kill), killed, onKill),
        strike(cuts[round], (cut) => cutAt(shop, points, cut), cutOff, onCut),
      ]);
      for (const one of struck) if (one.status === 'rejected') throw one.reason;
    }
  } finally {
    await traffic.stop();
  }
  return {
    ...summarizeOrders(traffic),
    kills: killed,
    cuts: cutOff,
    inFlight,
    ...(await checkOutcome(shop)),
    seconds: (Date.now() - began) / 1000,
  };
}

/** Summarizes the orders of a load that has ended. */
export function summarizeOrders({
  lived,
  broken,
  begun,
}: Lives): Pick<FireReport, 'orders' | 'ended' | 'waiting' | 'lost'> {
  const of = (outcome: Lived['outcome']) => lived.filter((one) => one.outcome === outcome);
  return {
    orders: begun,
    ended: of('ended').length,
    waiting: of('waiting'),
    lost: [...of('unfinished').map(({ orderId, detail }) => `${orderId}: ${detail}`), ...broken],
  };
}

async function letTimeOut(shop: Shop, times: number): Promise<void> {
  for (const sandbox of ['gateway', 'carrier'] as const) {
    for (const operation of OPERATIONS[sandbox])
      await shop[sandbox].arm({ mode: 'execute_then_timeout', operation, times, delayMs: TIMEOUT_MS });
  }
}
