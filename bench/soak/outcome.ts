import { runAudits } from '../../src/audit/run-audits';
import { openAuditSources, type OpenAuditSources } from '../../src/embedded/audit-sources';
import { withOwner } from '../../src/embedded/postgres/databases';
import { describeOpenRuns } from './open-runs';
import { replayStack, withTemporal, type Replayed } from '../replay/replay-stack';
import type { Shop } from './shop';
import { untilFact } from './until-fact';

/** Is short, because nothing may be under way once everything has ended. */
const GRACE_MS = 1_000;

/** Reports the effects and the faults at the end of a run. The lists of faults are empty when all is well. */
export interface Outcome extends Replayed {
  readonly audits: number;
  readonly falseAudits: readonly string[];
  /** The number of effects by kind, from the providers' journals. */
  readonly effects: Readonly<Record<string, number>>;
  readonly doubled: readonly string[];
}

/**
 * Waits until nothing is under way, runs every audit, counts the effects in the providers' journals, and replays every
 * history.
 */
export async function checkOutcome(shop: Shop): Promise<Outcome> {
  await Promise.all([shop.gateway.clear(), shop.carrier.clear()]);
  await untilFact(
    'every webhook is delivered',
    async () => (await shop.gateway.undelivered()) + (await shop.carrier.undelivered()) === 0,
  );
  await untilFact('every signal is sent', () => allSent(shop));
  const sources = await openAuditSources({ ...process.env, ...shop.stack.serviceEnvironment });
  try {
    const audits = await runAudits(sources, { graceMs: GRACE_MS });
    const falseAudits = audits
      .filter(({ outcome }) => outcome !== 'true')
      .map(({ name, findings, reason }) => `${name}: ${reason ?? JSON.stringify(findings)}`);
    if (falseAudits.length > 0) falseAudits.push(...(await withTemporal(shop.stack, describeOpenRuns)));
    return {
      audits: audits.length,
      falseAudits,
      ...(await countEffects(sources, await readOwners(shop))),
      ...(await replayStack(shop.stack)),
    };
  } finally {
    await sources.close();
  }
}

const allSent = ({ stack }: Shop): Promise<boolean> =>
  withOwner(
    stack.urls.databaseOwner ?? '',
    async (client) => (await client.query('select 1 from workflow_message limit 1')).rowCount === 0,
  );

/** Counts effects, and finds doubled ones: a key, a live label of a fulfillment, a live authorization of an order. */
async function countEffects(
  { payments, carriers }: OpenAuditSources,
  owners: ReadonlyMap<string, string>,
): Promise<Pick<Outcome, 'effects' | 'doubled'>> {
  const effects = new Map<string, number>();
  const seen = new Map<string, number>();
  const count = (counts: Map<string, number>, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
  for await (const { key, kind, status } of payments.journal()) {
    count(effects, kind);
    count(seen, key);
    if (kind === 'authorize' && status === 'authorized') count(seen, `${owners.get(key) ?? key}: authorizations`);
  }
  for await (const { key, status } of carriers.journal()) {
    count(effects, status === 'voided' ? 'label_voided' : 'label_live');
    count(seen, key);
    if (status === 'booked') count(seen, `${owners.get(key) ?? key}: live labels`);
  }
  return {
    effects: Object.fromEntries([...effects].sort()),
    doubled: [...seen].filter(([, times]) => times > 1).map(([effect, times]) => `${effect} ${times} times`),
  };
}

/** Reads the order of each authorization, and the fulfillment of each booking, by the key of its operation. */
const readOwners = ({ stack }: Shop): Promise<Map<string, string>> =>
  withOwner(stack.urls.databaseOwner ?? '', async (client) => {
    const { rows } = await client.query<{ key: string; owner: string }>(
      `select "providerKey" as key, case kind when 'authorize' then "orderId" else "subjectId" end as owner
       from operation where kind in ('authorize', 'book')`,
    );
    return new Map(rows.map(({ key, owner }) => [key, owner]));
  });
