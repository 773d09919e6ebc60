import { runAudits } from '../../src/audit/run-audits';
import { openAuditSources } from '../../src/embedded/audit-sources';
import { withOwner } from '../../src/embedded/postgres/databases';
import type { Stack } from '../../src/embedded/stack';
import { untilFact } from '../soak/until-fact';

/** When everything has ended nothing may be under way any more. */
const GRACE_MS = 1_000;

/** What the books and the gateway say once all is over. */
export interface Verdict {
  /** Orders whose money the gateway holds, though they have no stock. */
  readonly chargedWithoutStock: readonly string[];
  /** Orders that hold stock of a SKU, by the SKU. */
  readonly holders: ReadonlyMap<string, number>;
  /** Orders that are not judged, or wait for somebody, and should not. */
  readonly stuck: number;
  /** Deadlocks that PostgreSQL broke up since it was started: each was tried again. */
  readonly deadlocks: number;
  readonly audits: number;
  readonly falseAudits: readonly string[];
}

/** Waits until nothing is on its way any more, then compares books and gateway, and runs every audit. */
export async function judge(stack: Stack): Promise<Verdict> {
  const rowsOf = <T extends object>(text: string): Promise<T[]> =>
    withOwner(stack.urls.databaseOwner ?? '', async (client) => {
      await client.query("select set_config('app.role', 'system', false)");
      return (await client.query<T>(text)).rows;
    });
  const stuck = async () =>
    (await rowsOf(`select id from orders where status in ('draft', 'awaiting_payment', 'cancelling')`)).length;
  await untilFact('every order is judged and every window has ended', async () => (await stuck()) === 0);
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
  const sources = await openAuditSources({ ...process.env, ...stack.serviceEnvironment });
  try {
    const open = new Map<string, number>();
    for await (const { key, kind, status, amount } of sources.payments.journal()) {
      const orderId = key.slice(0, key.indexOf(':'));
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
