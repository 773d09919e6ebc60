import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { SampleMall } from '../src/services/catalogue/sample-mall';
import { removePostgresData } from '../src/embedded/postgres/postgres-home';
import { startStack, type Stack } from '../src/embedded/stack';
import { bookThenKill } from './soak/booked-then-killed';
import { cutPlan } from './soak/cuts';
import { killPlan } from './soak/kills';
import { Links } from './soak/links';
import { restartAll } from './soak/restarts';
import { openShop, seedShop, type Shop } from './soak/shop';
import { printCut, printKill, printOutcome, printRecovery, printRestart, printRestarts } from './soak/print-soak';
import { timeOut } from './soak/timeouts';
import { hasPassed, underFire } from './soak/under-fire';

/** Is the number of orders that measure the highest load. */
const MEASURED = 120;

const HELP = `Usage: npm run soak -- [--kills N] [--cuts N] [--booked-then-killed N] [--timeouts N] [--restarts N]
                        [--orders M] [--batch B] [--busy N] [--json]
  --kills N               kills of worker, API, Temporal and PostgreSQL, at every point of an order's life in turn
  --cuts N                connections between them that are reset, slow or silent for some seconds, each with a kill
  --booked-then-killed N  bookings whose worker is killed before it saves them; one kill for each --batch B (10)
  --timeouts N            authorizations, captures, bookings and label voids that are executed and then time out
  --restarts N            restarts of API and worker in turn, by SIGTERM, at half of the highest load
  --orders M              orders in flight (50)
  --busy N                processes that burn CPU beside it (0)
  --json                  print the report as JSON, too
Exits with 1 on a lost order, a doubled effect, an audit that is not true or a history that does not replay; logs and
data are kept then.
`;

const { values: flags } = parseArgs({
  options: {
    kills: { type: 'string' },
    cuts: { type: 'string' },
    restarts: { type: 'string' },
    orders: { type: 'string', default: '50' },
    'booked-then-killed': { type: 'string' },
    batch: { type: 'string', default: '10' },
    timeouts: { type: 'string' },
    busy: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const print = (text: string): void => {
  process.stderr.write(text);
};

function whole(
  name: 'kills' | 'cuts' | 'restarts' | 'orders' | 'booked-then-killed' | 'batch' | 'timeouts' | 'busy',
): number {
  const value = Number(flags[name] ?? 0);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name}: a whole number.`);
  return value;
}

/** Runs work on its own stack. Its folder, with logs and books, is removed if the work succeeds, and kept otherwise. */
async function withShop(work: (shop: Shop, lost: readonly string[]) => Promise<boolean>): Promise<boolean> {
  const stateFolder = mkdtempSync(join(tmpdir(), 'mallflow-soak-'));
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      abort.abort(new Error('Interrupted.'));
    });
  const lost: string[] = [];
  const malls: SampleMall[] = [];
  const links = await Links.open();
  let succeeded = false;
  try {
    const stack: Stack = await startStack({
      stateFolder,
      ephemeral: true,
      signal: abort.signal,
      reroute: links.reroute,
      seed: async (ownerUrl) => {
        malls.push(await seedShop(ownerUrl));
      },
      onLost: (part, message) => {
        // A part is restarted, as a supervisor would do; that it ended stays a finding of this run.
        lost.push(message);
        print(`${message}\nIt is started again.\n`);
        stack.restart(part).catch((error: unknown) => {
          abort.abort(error);
        });
      },
    });
    const interrupted = new Promise<never>((_resolve, reject) => {
      abort.signal.addEventListener('abort', () => {
        reject(abort.signal.reason as Error);
      });
    });
    try {
      succeeded = await Promise.race([work(openShop(stack, malls[0] as SampleMall, links), lost), interrupted]);
      return succeeded;
    } finally {
      await stack.stop();
    }
  } finally {
    await links.close();
    if (succeeded) {
      removePostgresData(join(stateFolder, 'postgres'));
      rmSync(stateFolder, { recursive: true, force: true });
    } else print(`Logs, books and Event Histories of this run are kept in ${stateFolder}\n`);
  }
}

async function soak(shop: Shop, lostParts: readonly string[]): Promise<boolean> {
  const [kills, cuts, orders, restarts] = [whole('kills'), whole('cuts'), whole('orders'), whole('restarts')];
  const [bookings, batch, timeouts] = [whole('booked-then-killed'), whole('batch'), whole('timeouts')];
  const all: Record<string, Parameters<typeof printOutcome>[0]> = {};
  if (kills + cuts > 0) {
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
    all.kills = report;
  }
  if (bookings > 0) {
    print(`${bookings} bookings interrupted by a kill of the worker, ${batch} by each kill\n`);
    all.bookedThenKilled = await bookThenKill(shop, {
      bookings,
      batch: Math.max(1, batch),
      run: 'booked',
      onKill: (cut) => {
        print(`  ${cut} of ${bookings}\n`);
      },
    });
  }
  if (timeouts > 0) {
    print(`${timeouts} calls that are executed and then time out\n`);
    const report = await timeOut(shop, { timeouts, inFlight: orders, run: 'timeouts' });
    const counts = Object.entries(report.timeouts).map(([call, times]) => `${call} ${times}`);
    print(`  executed and never answered: ${counts.join(', ')}\n`);
    all.timeouts = report;
  }
  if (restarts > 0) {
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
    all.restarts = report;
  }
  for (const [name, report] of Object.entries(all)) print(`${name}:\n${printOutcome(report)}`);
  for (const message of lostParts) print(`${message}\n`);
  const ok = Object.values(all).every(hasPassed) && lostParts.length === 0;
  if (flags.json) process.stdout.write(`${JSON.stringify({ ...all, lostParts, ok })}\n`);
  return ok;
}

async function main(): Promise<void> {
  if (
    flags.help ||
    whole('kills') + whole('cuts') + whole('booked-then-killed') + whole('timeouts') + whole('restarts') === 0
  )
    return print(HELP);
  const began = Date.now();
  const busy = Array.from({ length: whole('busy') }, () =>
    spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
  );
  try {
    if (!(await withShop(soak))) process.exitCode = 1;
  } finally {
    for (const burner of busy) burner.kill('SIGKILL');
  }
  print(`${Math.round((Date.now() - began) / 1000)} s in all\n`);
}

main()
  .catch((error: unknown) => {
    print(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  })
  .finally(() => {
    // After an interruption the load would send requests to a stopped stack for minutes.
    process.exit();
  });
