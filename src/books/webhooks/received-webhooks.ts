import { sql } from 'kysely';
import { daysBefore } from '../../domain/dates';
import { deleteOldest } from '../delete-oldest';
import type { Tx } from '../transactions';

/** Describes a webhook with a valid signature. */
export interface ReceivedWebhook {
  readonly provider: string;
  readonly eventId: string;
  readonly payload: unknown;
}

/** Records a webhook. Returns false for one that was recorded before: it must have no further effect. */
export async function recordWebhook(tx: Tx, webhook: ReceivedWebhook): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('webhook_event')
    .values({ ...webhook, payload: JSON.stringify(webhook.payload), receivedAt: new Date() })
    .onConflict((conflict) => conflict.columns(['provider', 'eventId']).doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

/**
 * Locks an unknown reference until the transaction ends. Otherwise a transaction that parks a webhook and one that
 * writes the webhook's subject could miss each other.
 */
export async function lockWebhookReference(tx: Tx, provider: string, reference: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${provider} ${reference}`}, 0))`.execute(tx);
}

/** Parks a webhook under the unknown reference that it names. */
export async function parkWebhook(tx: Tx, webhook: ReceivedWebhook, parkedFor: string): Promise<void> {
  await tx
    .updateTable('webhook_event')
    .set({ parkedFor })
    .where('provider', '=', webhook.provider)
    .where('eventId', '=', webhook.eventId)
    .execute();
}

/** Takes the webhooks parked for a reference, oldest first; later ones wait until the transaction ends. */
export async function takeParkedWebhooks(tx: Tx, provider: string, reference: string): Promise<unknown[]> {
  await lockWebhookReference(tx, provider, reference);
  const rows = await tx
    .updateTable('webhook_event')
    .set({ parkedFor: null })
    .where('provider', '=', provider)
    .where('parkedFor', '=', reference)
    .returning(['payload', 'receivedAt'])
    .execute();
  return rows.sort((a, b) => a.receivedAt.getTime() - b.receivedAt.getTime()).map((row) => row.payload);
}

/** How long webhooks are kept, for deduplication and while they are parked. */
export const WEBHOOK_RETENTION_DAYS = 7;

/** Deletes webhooks past their retention, `limit` at most, and returns how many. */
export const forgetOldWebhooks = (tx: Tx, now: Date, limit: number): Promise<number> =>
  deleteOldest(tx, { table: 'webhook_event', at: 'receivedAt', until: daysBefore(now, WEBHOOK_RETENTION_DAYS), limit });
