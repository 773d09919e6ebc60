import { parseArgs } from 'node:util';
import { insertPromotion, publishPromotion } from '../src/books/pricing/promotion-drafts';
import { connect, type Transactions } from '../src/books/transactions';
import { SYSTEM } from '../src/contracts/caller';
import { PromotionDefinition } from '../src/contracts/pricing/promotion';
import { runAudits } from '../src/audit/run-audits';
import { openAuditSources } from '../src/embedded/audit-sources';
import { replayStack } from './replay/replay-stack';
import { startBenchStack, type BenchStack } from './load/bench-stack';
import { orderBody } from './load/mall';
import { randomFrom } from './load/statistics';

const CODE = 'HUNDRED';
const POOL = 2;
const HELP = `Usage: npm run bench:coupons -- [--orders N] [--at-once N] [--uses N]
  --orders N   number of orders, all with the same coupon (2000); every second accepted order is cancelled at once
  --at-once N  number of orders placed at a time (200)
  --uses N     number of orders that may use the coupon (100)
Exits with 1 when the coupon was used too often at any time, when the number of uses differs from the number of
live orders with a use, or when an audit is not true.
`;

interface CouponUses {
  readonly used: number;
  readonly live: number;
}

/** Reads the coupon's counter of uses, and counts the live orders that hold a use. */
const readUses = (transactions: Transactions): Promise<CouponUses> =>
  transactions.snapshot(SYSTEM, async (tx) => {
    const { used } = await tx.selectFrom('promotion_counter').select('used').executeTakeFirstOrThrow();
    const live = await tx
      .selectFrom('promotion_use as u')
      .innerJoin('orders as o', 'o.id', 'u.orderId')
      .select('u.orderId')
      .where('u.status', '=', 'held')
      .where('o.status', 'not in', ['rejected', 'cancelled'])
      .execute();
    return { used, live: live.length };
  });

async function publishCoupon(transactions: Transactions, uses: number): Promise<void> {
  const definition = PromotionDefinition.parse({
    kind: 'fixed_amount',
    name: 'The coupon',
    currency: 'CNY',
    amount: 1_000,
    coupon: { code: CODE },
    limits: { total: uses },
  });
  await transactions.run(SYSTEM, async (tx) => {
    await publishPromotion(tx, await insertPromotion(tx, null, definition), 'bench');
  });
}

/** Places an order with the coupon, and cancels it if `cancels` returns true. Returns the HTTP statuses. */
async function buy({ stack, mall }: BenchStack, n: number, cancels: () => boolean): Promise<string> {
  const send = (path: string, key: string, body: object) =>
    fetch(`${stack.urls.api}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: {
        authorization: `Bearer ${mall.storefrontKey}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
    });
  const placed = await send('/v1/orders', `coupon-${n}`, {
    ...orderBody(mall, 1, randomFrom(n)),
    customer: { reference: `coupon-${n}` },
    couponCodes: [CODE],
  });
  const { id, code } = (await placed.json()) as { id?: string; code?: string };
  if (id === undefined) return `${placed.status} ${code}`;
  if (!cancels()) return `${placed.status} kept`;
  const cancelled = await send(`/v1/orders/${id}/cancellation`, `cancel-${n}`, { reason: 'customer_request' });
  return `${placed.status} cancelled ${cancelled.status}`;
}

async function run(bench: BenchStack, orders: number, atOnce: number, uses: number): Promise<boolean> {
  const transactions = connect(bench.stack.serviceEnvironment.DATABASE_URL ?? '', POOL, (error) => {
    throw error;
  });
  const outcomes = new Map<string, number>();
  let [next, taken, most] = [0, 0, 0];
  try {
    await publishCoupon(transactions, uses);
    const checkUses = async () => {
      const { used, live } = await readUses(transactions);
      most = Math.max(most, used, live);
    };
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (let n = next++; n < orders; n = next++) {
          const outcome = await buy(bench, n, () => (taken += 1) % 2 === 0);
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
          if (n % 10 === 0) await checkUses();
        }
      }),
    );
    const { used, live } = await readUses(transactions);
    const sources = await openAuditSources({ ...process.env, ...bench.stack.serviceEnvironment });
    const audits = await runAudits(sources).finally(() => sources.close());
    const untrue = audits
      .filter(({ outcome }) => outcome !== 'true')
      .map(({ name, findings }) => `${name}: ${JSON.stringify(findings)}`);
    const { replayed, unreplayable } = await replayStack(bench.stack);
    process.stdout.write(
      [
        `${orders} orders with one coupon of ${uses} uses, ${atOnce} at a time`,
        ...[...outcomes].sort().map(([outcome, count]) => `  ${count} x ${outcome}`),
        `  most uses at any time ${most}; at the end ${used} uses, ${live} live orders with a use`,
        `  ${audits.length - untrue.length} of ${audits.length} audits are true`,
        ...untrue,
        `  ${replayed} histories replayed, ${unreplayable.length} broken`,
        ...unreplayable,
        '',
      ].join('\n'),
    );
    return most <= uses && used === live && untrue.length + unreplayable.length === 0;
  } finally {
    await transactions.close();
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      orders: { type: 'string', default: '2000' },
      'at-once': { type: 'string', default: '200' },
      uses: { type: 'string', default: '100' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const stopping = new AbortController();
  const bench = await startBenchStack(
    'embedded',
    stopping.signal,
    () => undefined,
    (message) => {
      stopping.abort(new Error(message));
    },
  );
  try {
    if (!(await run(bench, Number(values.orders), Number(values['at-once']), Number(values.uses))))
      process.exitCode = 1;
  } finally {
    await bench.destroy();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
