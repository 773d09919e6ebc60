import { sql } from 'kysely';
import type { Tx } from '../transactions';

/** A webhook whose signature held. `parkedFor` is set while what it speaks of is not known yet. */
export interface ReceivedWebhook {
  readonly provider: string;
  readonly eventId: string;
  readonly payload: unknown;
}

/** Records a webhook. Answers false for one that was recorded before: it must have no further effect. */
export async function recordWebhook(tx: Tx, webhook: ReceivedWebhook): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('webhook_event')
    .values({ ...webhook, payload: JSON.stringify(webhook.payload), receivedAt: new Date() })
    .onConflict((conflict) => conflict.columns(['provider', 'eventId']).doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

/**
 * Lets one transaction at a time decide about a reference that is not known yet: who parks a webhook and who makes its
 * subject known would miss each other otherwise. Held until the transaction ends.
 */
export async function lockReference(tx: Tx, provider: string, reference: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${provider} ${reference}`}, 0))`.execute(tx);
}

/** Parks a webhook under the reference it speaks of. */
export async function parkWebhook(tx: Tx, webhook: ReceivedWebhook, parkedFor: string): Promise<void> {
  await tx
    .updateTable('webhook_event')
    .set({ parkedFor })
    .where('provider', '=', webhook.provider)
    .where('eventId', '=', webhook.eventId)
    .execute();
}

/**
 * Takes what was parked for a reference, oldest first; what comes from now on waits until the transaction has made it
 * known.
 */
export async function unpark(tx: Tx, provider: string, reference: string): Promise<unknown[]> {
  await lockReference(tx, provider, reference);
  const rows = await tx
    .updateTable('webhook_event')
    .set({ parkedFor: null })
    .where('provider', '=', provider)
    .where('parkedFor', '=', reference)
    .returning(['payload', 'receivedAt'])
    .execute();
  return rows.sort((a, b) => a.receivedAt.getTime() - b.receivedAt.getTime()).map((row) => row.payload);
}

/** How long webhooks are remembered, for deduplication and for what is parked. */
export const WEBHOOK_RETENTION_DAYS = 7;

/** Forgets webhooks past their retention. Answers how many. */
export async function forgetOldWebhooks(tx: Tx, now: Date): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('webhook_event')
    .where('receivedAt', '<', new Date(now.getTime() - WEBHOOK_RETENTION_DAYS * 86_400_000))
    .executeTakeFirst();
  return Number(numDeletedRows);
}
