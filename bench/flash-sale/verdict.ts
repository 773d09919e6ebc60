import { runAudits } from '../../src/audit/run-audits';
import { openAuditSources } from '../../src/embedded/audit-sources';
import { withOwner } from '../../src/embedded/postgres/databases';
import type { Stack } from '../../src/embedded/stack';
import { untilFact } from '../soak/until-fact';

/** Is short, because nothing may be under way once everything has ended. */
const GRACE_MS = 1_000;

/** Reports the state of the books and the gateway at the end. */
export interface Verdict {
  /** Orders with money authorized at the gateway and without stock; a key of no order stands for itself. */
  readonly chargedWithoutStock: readonly string[];
  /** The reserved units of each SKU. */
  readonly holders: ReadonlyMap<string, number>;
  /** The number of orders without a verdict, or that wait although they should not. */
  readonly stuck: number;
  /** The number of deadlocks that PostgreSQL ended since its start; each transaction was tried again. */
  readonly deadlocks: number;
  readonly audits: number;
  readonly falseAudits: readonly string[];
}

/** Waits until nothing is under way, then compares the books with the gateway, and runs every audit. */
export async function checkBooks(stack: Stack): Promise<Verdict> {
  const rowsOf = <T extends object>(text: string): Promise<T[]> =>
    withOwner(stack.urls.databaseOwner ?? '', async (client) => {
      await client.query("select set_config('app.role', 'system', false)");
      return (await client.query<T>(text)).rows;
    });
  const stuck = async () =>
    (await rowsOf(`select id from orders where status in ('draft', 'awaiting_payment', 'cancelling')`)).length;
  await untilFact('every order has its verdict and every payment window has ended', async () => (await stuck()) === 0);
  await untilFact(
    'every signal is sent',
    async () => (await rowsOf('select 1 from workflow_message limit 1')).length === 0,
  );
  const holders = await rowsOf<{ skuId: string; orders: number }>(
    `select "skuId", sum(quantity)::int as orders from reservation where status in ('held', 'allocated') group by 1`,
  );
  const [deadlocks] = await rowsOf<{ deadlocks: number }>(
    'select deadlocks::int from pg_stat_database where datname = current_database()',
  );
  const withStock = new Set(
    (
      await rowsOf<{ orderId: string }>(
        `select distinct "orderId" from reservation where status in ('held', 'allocated')`,
      )
    ).map(({ orderId }) => orderId),
  );
  const orderOf = new Map(
    (
      await rowsOf<{ key: string; orderId: string }>(
        `select "providerKey" as key, "orderId" from operation
         where "subjectType" = 'payment' and "orderId" is not null`,
      )
    ).map(({ key, orderId }) => [key, orderId]),
  );
  const sources = await openAuditSources({ ...process.env, ...stack.serviceEnvironment });
  try {
    const open = new Map<string, number>();
    for await (const { key, kind, status, amount } of sources.payments.journal()) {
      const orderId = orderOf.get(key) ?? key;
      if (kind === 'authorize' && status === 'authorized') open.set(orderId, (open.get(orderId) ?? 0) + amount);
      if (kind === 'void') open.set(orderId, (open.get(orderId) ?? 0) - amount);
    }
    const audits = await runAudits(sources, { graceMs: GRACE_MS });
    return {
      chargedWithoutStock: [...open]
        .filter(([orderId, amount]) => amount > 0 && !withStock.has(orderId))
        .map(([orderId]) => orderId),
      holders: new Map(holders.map(({ skuId, orders }) => [skuId, orders])),
      stuck: await stuck(),
      deadlocks: deadlocks?.deadlocks ?? 0,
      audits: audits.length,
      falseAudits: audits
        .filter(({ outcome }) => outcome !== 'true')
        .map(({ name, findings, reason }) => `${name}: ${reason ?? JSON.stringify(findings)}`),
    };
  } finally {
    await sources.close();
  }
}
