import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { SampleMall } from '../src/services/catalogue/sample-mall';
import { removePostgresData } from '../src/embedded/postgres/postgres-home';
import { startStack, type Stack } from '../src/embedded/stack';
import { Links } from './soak/links';
import { printOutcome } from './soak/print-soak';
import { runSoak } from './soak/run-soak';
import { openShop, seedShop, type Shop } from './soak/shop';
import { hasPassed } from './soak/under-fire';
import { postgresServer } from './temporal-server/postgres-server';
import { obtainServerPrograms } from './temporal-server/programs';

const HELP = `Usage: npm run soak -- [--kills N] [--cuts N] [--booked-then-killed N] [--timeouts N] [--restarts N]
                        [--terminated N] [--unreplayable N] [--orders M] [--batch B] [--busy N]
                        [--server embedded|postgres] [--json] [--help]
  --kills N               kills of worker, API, Temporal and PostgreSQL, at every point of an order's life in turn
  --cuts N                connections between them that are reset, slow or silent for some seconds, each with a kill
  --booked-then-killed N  bookings whose worker is killed before it saves them
  --batch B               of these, bookings that one kill interrupts (10)
  --timeouts N            authorizations, captures, bookings and label voids that are executed and then time out
  --restarts N            restarts of API and worker in turn, by SIGTERM, at half of the highest load
  --terminated N          workflows terminated, at every point of an order's life in turn, and adopted
  --unreplayable N        orders begun on 0.4.0, which today's workflows cannot replay, and adopted; N at once
  --orders M              orders in flight during kills, cuts, time-outs and terminations (50)
  --busy N                processes that burn CPU beside it (0)
  --server KIND           Temporal's development server, or its production server on PostgreSQL (embedded)
  --json                  print the report as JSON, too
Exits with 1 on a lost order, a doubled effect, a failed audit, a history that does not replay, a broken order that is
not shown within a minute, a dropped request or a part that ended by itself; logs and data are kept then.
`;

const FAULTS = ['kills', 'cuts', 'booked-then-killed', 'timeouts', 'restarts', 'terminated', 'unreplayable'] as const;
const { values: flags } = parseArgs({
  options: {
    kills: { type: 'string' },
    cuts: { type: 'string' },
    restarts: { type: 'string' },
    orders: { type: 'string', default: '50' },
    'booked-then-killed': { type: 'string' },
    batch: { type: 'string', default: '10' },
    timeouts: { type: 'string' },
    terminated: { type: 'string' },
    unreplayable: { type: 'string' },
    server: { type: 'string', default: 'embedded' },
    busy: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const print = (text: string): void => {
  process.stderr.write(text);
};

type Count = (typeof FAULTS)[number] | 'orders' | 'batch' | 'busy';

function whole(name: Count): number {
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
    const temporalServer =
      flags.server === 'postgres'
        ? postgresServer(
            await obtainServerPrograms({
              env: process.env,
              signal: abort.signal,
              onProgress: (title) => {
                print(`${title}\n`);
              },
            }),
          )
        : undefined;
    const stack: Stack = await startStack({
      temporalServer,
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
  const reports = await runSoak(
    shop,
    {
      kills: whole('kills'),
      cuts: whole('cuts'),
      bookedThenKilled: whole('booked-then-killed'),
      batch: Math.max(1, whole('batch')),
      timeouts: whole('timeouts'),
      restarts: whole('restarts'),
      terminated: whole('terminated'),
      unreplayable: whole('unreplayable'),
      orders: whole('orders'),
    },
    print,
  );
  for (const [name, report] of Object.entries(reports)) print(`${name}:\n${printOutcome(report)}`);
  for (const message of lostParts) print(`${message}\n`);
  const ok = Object.values(reports).every(hasPassed) && lostParts.length === 0;
  if (flags.json) process.stdout.write(`${JSON.stringify({ ...reports, lostParts, ok })}\n`);
  return ok;
}

async function main(): Promise<void> {
  if (flags.help || FAULTS.every((fault) => whole(fault) === 0)) return print(HELP);
  if (flags.server !== 'embedded' && flags.server !== 'postgres') throw new Error('--server: embedded or postgres.');
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
