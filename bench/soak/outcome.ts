import { runAudits } from '../../src/audit/run-audits';
import { openAuditSources, type OpenAuditSources } from '../../src/embedded/audit-sources';
import { withOwner } from '../../src/embedded/postgres/databases';
import type { Shop } from './shop';
import { untilFact } from './until-fact';

/** When everything has ended nothing may be under way any more. */
const GRACE_MS = 1_000;

/** What is wrong at the end; empty lists when nothing is. */
export interface Outcome {
  readonly audits: number;
  readonly falseAudits: readonly string[];
  /** Effects by kind, as the providers have them. */
  readonly effects: Readonly<Record<string, number>>;
  readonly doubled: readonly string[];
}

/**
 * Waits until nothing is on its way any more, then runs every audit and counts the effects in the providers' journals.
 */
export async function judge(shop: Shop): Promise<Outcome> {
  await Promise.all([shop.gateway.clear(), shop.carrier.clear()]);
  await untilFact(
    'every webhook is taken',
    async () => (await shop.gateway.undelivered()) + (await shop.carrier.undelivered()) === 0,
  );
  await untilFact('every signal is sent', () => allSent(shop));
  const sources = await openAuditSources({ ...process.env, ...shop.stack.serviceEnvironment });
  try {
    const audits = await runAudits(sources, { graceMs: GRACE_MS });
    return {
      audits: audits.length,
      falseAudits: audits
        .filter(({ outcome }) => outcome !== 'true')
        .map(({ name, findings, reason }) => `${name}: ${reason ?? JSON.stringify(findings)}`),
      ...(await countEffects(sources)),
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

/**
 * Counts effects, and finds what happened twice: a key, a live label of one part, an authorization of one order that
 * holds.
 */
async function countEffects({ payments, carriers }: OpenAuditSources): Promise<Pick<Outcome, 'effects' | 'doubled'>> {
  const effects = new Map<string, number>();
  const seen = new Map<string, number>();
  const count = (counts: Map<string, number>, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
  for await (const { key, kind, status } of payments.journal()) {
    count(effects, kind);
    count(seen, key);
    if (kind === 'authorize' && status === 'authorized') count(seen, `${subjectOf(key)}: authorizations`);
  }
  for await (const { key, status } of carriers.journal()) {
    count(effects, status === 'voided' ? 'label_voided' : 'label_live');
    count(seen, key);
    if (status === 'booked') count(seen, `${subjectOf(key)}: live labels`);
  }
  return {
    effects: Object.fromEntries([...effects].sort()),
    doubled: [...seen].filter(([, times]) => times > 1).map(([what, times]) => `${what} ${times} times`),
  };
}

/** A key names its subject first: `<order or part>:<operation>:<n>`. */
const subjectOf = (key: string): string => key.slice(0, key.indexOf(':'));
