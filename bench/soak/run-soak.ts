import { bookThenKill } from './booked-then-killed';
import { cutPlan } from './cuts';
import { replaceRelease } from './incompatible-release';
import { killPlan } from './kills';
import {
  printCut,
  printKill,
  printRecovery,
  printRestart,
  printRestarts,
  printShown,
  type PrintedOutcome,
} from './print-soak';
import { restartAll } from './restarts';
import type { Shop } from './shop';
import { terminateAndAdopt } from './terminations';
import { timeOut } from './timeouts';
import { underFire } from './under-fire';

/** The number of orders that measure the highest load. */
const MEASURED = 120;

/** Says how much a soak does: how many faults of each kind, with how many orders in flight. */
export interface SoakSizes {
  readonly kills: number;
  readonly cuts: number;
  readonly bookedThenKilled: number;
  /** Bookings that one kill interrupts. */
  readonly batch: number;
  readonly timeouts: number;
  readonly restarts: number;
  readonly terminated: number;
  readonly unreplayable: number;
  /** Orders in flight. */
  readonly orders: number;
}

type Print = (text: string) => void;
type Run = (shop: Shop, sizes: SoakSizes, print: Print) => Promise<PrintedOutcome | null>;

/** The runs of a soak, in their order, each null when its kind of fault is not asked for. */
const RUNS: Readonly<Record<string, Run>> = {
  kills: async (shop, { kills, cuts, orders }, print) => {
    if (kills + cuts === 0) return null;
    print(`${kills} kills and ${cuts} cuts with ${orders} orders in flight\n`);
    const plan = killPlan(kills);
    const report = await underFire(shop, {
      kills: plan,
      cuts: cutPlan(
        cuts,
        plan.map(({ part }) => part),
      ),
      orders,
      timeouts: 2,
      run: 'fire',
      onKill: (one, n) => {
        print(printKill(one, n));
      },
      onCut: (one, n) => {
        print(printCut(one, n));
      },
    });
    print(`In ${Math.round(report.seconds)} s, with at least ${report.inFlight} orders in flight:\n`);
    print(printRecovery(report));
    return report;
  },
  bookedThenKilled: async (shop, { bookedThenKilled: bookings, batch }, print) => {
    if (bookings === 0) return null;
    print(`${bookings} bookings interrupted by a kill of the worker, ${batch} by each kill\n`);
    return bookThenKill(shop, {
      bookings,
      batch,
      run: 'booked',
      onKill: (cut) => {
        print(`  ${cut} of ${bookings}\n`);
      },
    });
  },
  timeouts: async (shop, { timeouts, orders }, print) => {
    if (timeouts === 0) return null;
    print(`${timeouts} calls that are executed and then time out\n`);
    const report = await timeOut(shop, { timeouts, inFlight: orders, run: 'timeouts' });
    const counts = Object.entries(report.timeouts).map(([call, times]) => `${call} ${times}`);
    print(`  executed and never answered: ${counts.join(', ')}\n`);
    return report;
  },
  restarts: async (shop, { restarts }, print) => {
    if (restarts === 0) return null;
    print(`${restarts} restarts by SIGTERM at half of the highest load\n`);
    const report = await restartAll(shop, {
      restarts,
      measured: MEASURED,
      run: 'restarts',
      onRestart: (one, n) => {
        print(printRestart(one, n));
      },
    });
    print(printRestarts(report));
    return report;
  },
  terminated: async (shop, { terminated, orders }, print) => {
    if (terminated === 0) return null;
    print(`${terminated} workflows terminated with ${orders} orders in flight\n`);
    const report = await terminateAndAdopt(shop, {
      terminations: terminated,
      inFlight: orders,
      run: 'terminated',
      onTermination: ({ orderId, point }, n) => {
        print(`  ${n} of ${terminated}: ${orderId} while ${point}\n`);
      },
    });
    const shown = report.terminations.flatMap(({ shownMs }) => shownMs ?? []);
    print(printShown('terminated', shown));
    print(`  ended by their last step all the same: ${report.terminations.length - shown.length}\n`);
    return report;
  },
  unreplayable: async (shop, { unreplayable }, print) => {
    if (unreplayable === 0) return null;
    print(`${unreplayable} orders begun on a former release\n`);
    const report = await replaceRelease(shop, { orders: unreplayable, run: 'unreplayable' });
    print(printShown('without a worker, for a missing step', report.missingMs));
    print(printShown('with a worker that cannot replay them', report.failingMs));
    print(`  adopted: ${report.adopted}\n`);
    return report;
  },
};

/** Runs every kind of fault that is asked for on one stack, one kind after another. Returns the report of each. */
export async function runSoak(shop: Shop, sizes: SoakSizes, print: Print): Promise<Record<string, PrintedOutcome>> {
  const reports: Record<string, PrintedOutcome> = {};
  for (const [name, run] of Object.entries(RUNS)) {
    const report = await run(shop, sizes, print);
    if (report !== null) reports[name] = report;
  }
  return reports;
}
