import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withoutReplacements } from '../src/embedded/parts';
import { removePostgresData } from '../src/embedded/postgres/postgres-home';
import { startStack } from '../src/embedded/stack';
import { seedFlashMall, type FlashMall } from './flash-sale/mall';
import { PAYMENT_WINDOW_SECONDS, runFlashSale } from './flash-sale/run';

const HELP = `Usage: npm run bench:flash-sale -- [--buyers N] [--rounds N] [--units N]
                                   [--orders N] [--at-once N] [--json]
  --buyers N   number of buyers in each round (10000); 30 % of their payments are declined
  --rounds N   number of rounds, each with its own SKU (5)
  --units N    number of units of each of these SKUs (100)
  --orders N   number of orders of 2 to 5 of 20 hot SKUs, in random order (5000)
  --at-once N  number of requests in flight (64)
  --json       print the report as JSON, too
Exits with 1 unless every unit is sold once, everybody else is refused cleanly, nobody is charged without stock,
no order is stuck and every audit is true.
`;

const { values: flags } = parseArgs({
  options: {
    buyers: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '5' },
    units: { type: 'string', default: '100' },
    orders: { type: 'string', default: '5000' },
    'at-once': { type: 'string', default: '64' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const HOT_SKUS = 20;
const print = (text: string): void => {
  process.stderr.write(text);
};

function whole(name: 'buyers' | 'rounds' | 'units' | 'orders' | 'at-once'): number {
  const value = Number(flags[name]);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name}: a whole number from 1.`);
  return value;
}

async function main(): Promise<void> {
  if (flags.help) {
    print(HELP);
    return;
  }
  const size = { buyers: whole('buyers'), units: whole('units'), orders: whole('orders'), atOnce: whole('at-once') };
  const folder = mkdtempSync(join(tmpdir(), 'mallflow-flash-'));
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      abort.abort(new Error('Interrupted.'));
    });
  const made: FlashMall[] = [];
  const lost: string[] = [];
  try {
    const stack = await startStack({
      env: {
        ...withoutReplacements(process.env),
        RATE_LIMIT_PER_SECOND: '1000000',
        PAYMENT_WINDOW_SECONDS: String(PAYMENT_WINDOW_SECONDS),
      },
      stateFolder: folder,
      ephemeral: true,
      signal: abort.signal,
      onLost: (_part, message) => {
        lost.push(message);
      },
      seed: async (databaseUrl) => {
        made.push(await seedFlashMall(databaseUrl, { rounds: whole('rounds'), units: size.units, hot: HOT_SKUS }));
      },
    });
    try {
      const report = await runFlashSale(stack, made[0] as FlashMall, size, print);
      const broken = [...report.broken, ...lost];
      const { deadlocks, audits } = report.verdict;
      print(`${deadlocks} deadlocks, ${report.putOff} requests sent again after Retry-After, ${audits} audits\n`);
      for (const line of broken) print(`FAILED: ${line}\n`);
      if (flags.json) {
        const verdict = { ...report.verdict, holders: Object.fromEntries(report.verdict.holders) };
        process.stdout.write(`${JSON.stringify({ ...report, broken, verdict })}\n`);
      }
      if (broken.length > 0) process.exitCode = 1;
    } finally {
      await stack.stop();
    }
  } finally {
    removePostgresData(join(folder, 'postgres'));
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  print(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
