import { InvalidArgumentError, Option, type Command } from 'commander';
import { readDataset } from '../../../bench/olist/dataset';
import { importDataset, type Imported } from '../../../bench/olist/import';
import { replay, type ReplayReport } from '../../../bench/olist/replay';
import { connect, type Transactions } from '../../books/transactions';
import { runAudits, type AuditResult } from '../../audit/run-audits';
import { DEFAULT_TIME_ZONE } from '../../contracts/time-zone';
import { CatalogueImport } from '../../services/catalogue/import';
import { ApiKeyService } from '../../services/access/api-keys';
import { openAuditSources } from '../../embedded/audit-sources';
import { stateOption } from '../options';
import { CarrierDrivers, PublicApi } from './public-api';
import { formatReplay } from './replay-report';
import { ReplayBar } from './replay-bar';
import { readRunning, type Running } from '../running-stack';

const POOL = 4;
const ORDER_LIMIT_MS = 120_000;

interface ReplayFlags {
  readonly state: string;
  readonly orders?: number;
  readonly concurrency: number;
  readonly run: string;
  readonly apiUrl?: string;
  readonly json?: boolean;
}

/** Registers `mallflow replay`. */
export function registerReplay(program: Command): void {
  program
    .command('replay')
    .argument('<dir>', "the folder with the dataset's gzipped CSV tables")
    .description('imports real marketplace orders and drives each, over the public API, to the end that it really had')
    .addOption(stateOption())
    .addOption(new Option('--orders <number>', 'only the first ones, by time of purchase').argParser(whole))
    .addOption(new Option('--concurrency <number>', 'orders at a time').default(8).argParser(whole))
    .addOption(
      new Option('--run <name>', 'the name of the replay: a known name resumes it, a new name starts another')
        .default('first')
        .argParser(runName),
    )
    .option('--api-url <url>', "the API, when it is not the running stack's")
    .option('--json', 'print the report as one JSON object')
    .addHelpText(
      'after',
      '\ndocs/replay.md describes the dataset and what is made up. The exit code is 1 on any mismatch or false audit.',
    )
    .action(async (dir: string, flags: ReplayFlags) => {
      const running = readRunning(flags.state);
      const report = await runReplay(dir, flags, running);
      const audits = await audit(running);
      const holds = report.mismatches.length === 0 && audits.every(({ outcome }) => outcome === 'true');
      process.stdout.write(
        flags.json === true ? `${JSON.stringify({ ...report, audits, ok: holds })}\n` : formatReplay(report, audits),
      );
      if (!holds) process.exitCode = 1;
    });
}

async function runReplay(dir: string, flags: ReplayFlags, running: Running): Promise<ReplayReport> {
  process.stderr.write(`Reading ${dir}\n`);
  const dataset = await readDataset(dir, flags.orders);
  const transactions = openDatabase(running);
  try {
    const { sellers, products, orders } = dataset;
    process.stderr.write(
      `Importing ${sellers.size} merchants, ${products.size} products and the stock of ${orders.length} orders\n`,
    );
    const imported = await importDataset(
      new CatalogueImport(transactions, running.environment.MALL_TIME_ZONE ?? DEFAULT_TIME_ZONE),
      dataset,
      flags.run,
    );
    return await withKeys(transactions, imported, flags.run, async (keys) => {
      const bar = new ReplayBar(dataset.orders.length);
      try {
        const url = flags.apiUrl ?? running.api;
        return await replay(
          {
            storefront: new PublicApi(url, keys.storefront),
            staff: new PublicApi(url, keys.platform),
            drivers: new CarrierDrivers(running.carrier, running.environment.CARRIER_API_KEY ?? ''),
            skuIds: imported.skuIds,
            run: flags.run,
            limitMs: ORDER_LIMIT_MS,
          },
          dataset,
          flags.concurrency,
          () => {
            bar.advance();
          },
        );
      } finally {
        bar.close();
      }
    });
  } finally {
    await transactions.close();
  }
}

/** Issues API keys for the time of a replay, and revokes them afterwards. */
async function withKeys<T>(
  transactions: Transactions,
  { storefrontId }: Imported,
  run: string,
  work: (keys: { storefront: string; platform: string }) => Promise<T>,
): Promise<T> {
  const client = new ApiKeyService(transactions);
  const label = `replay ${run}`;
  // A replay that was killed left its keys behind.
  for (const { id } of (await client.list()).filter((key) => key.label === label && key.revokedAt === null))
    await client.revoke(id);
  const storefront = await client.issue('storefront', storefrontId, label);
  const platform = await client.issue('platform', null, label);
  try {
    return await work({ storefront: storefront.secret, platform: platform.secret });
  } finally {
    for (const { id } of [storefront, platform]) await client.revoke(id);
  }
}

async function audit(running: Running): Promise<AuditResult[]> {
  process.stderr.write('Auditing the books\n');
  const sources = await openAuditSources(running.environment);
  try {
    return await runAudits(sources);
  } finally {
    await sources.close();
  }
}

function openDatabase({ environment }: Running): Transactions {
  return connect(environment.DATABASE_URL ?? '', POOL, (error) => {
    process.stderr.write(`An idle database connection broke: ${error.message}\n`);
  });
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('A whole number from 1.');
  return value;
}

function runName(text: string): string {
  if (!/^[A-Za-z0-9._-]{1,40}$/.test(text))
    throw new InvalidArgumentError('1 to 40 letters, digits, dots, dashes and underscores.');
  return text;
}
