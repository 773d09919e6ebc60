import { sql } from 'kysely';
import type { Caller } from '../contracts/caller';
import type { TimelineEvent, TimelineEventType } from '../contracts/timeline';
import type { Tx } from './transactions';

/**
 * Describes a fact to append to a timeline. `data` holds references, codes and amounts only, so that the chain stays
 * whole when a customer is erased.
 */
export interface TimelineFact {
  readonly type: TimelineEventType;
  /** Set on a fact about one merchant's goods: other merchants do not see it. */
  readonly merchantId?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Appends facts to an order's timeline. Call it last: it locks the order's head until the transaction ends. */
export async function appendEvents(tx: Tx, orderId: string, facts: readonly TimelineFact[]): Promise<void> {
  if (facts.length === 0) return;
  const events = facts.map(({ type, merchantId, data }) => ({
    type,
    merchantId: merchantId ?? null,
    data: data ?? {},
  }));
  await sql`select append_timeline(${orderId}, ${JSON.stringify(events)}::jsonb)`.execute(tx);
}

/** Says whether an event names a request as its cause: that request is then a repetition. */
export async function hasEventOfRequest(tx: Tx, orderId: string, request: string): Promise<boolean> {
  const event = await tx
    .selectFrom('timeline_event')
    .select('seq')
    .where('orderId', '=', orderId)
    .where(sql<boolean>`data->>'request' = ${request}`)
    .executeTakeFirst();
  return event !== undefined;
}

/** Reads the sequence number of an order's latest event; its first is written with the order. */
export async function lastSeq(tx: Tx, orderId: string): Promise<number> {
  const { last } = await tx
    .selectFrom('timeline_event')
    .select((eb) => eb.fn.max('seq').as('last'))
    .where('orderId', '=', orderId)
    .executeTakeFirstOrThrow();
  return last;
}

/** Says whether an order had an event of a type after a sequence number. */
export async function hasEventSince(tx: Tx, orderId: string, type: TimelineEventType, seq: number): Promise<boolean> {
  const event = await tx
    .selectFrom('timeline_event')
    .select('seq')
    .where('orderId', '=', orderId)
    .where('seq', '>', seq)
    .where('type', '=', type)
    .executeTakeFirst();
  return event !== undefined;
}

/** Lists the fields of whole-order events that merchants may read: nothing about what other merchants sold. */
const ABOUT_NO_MERCHANT: readonly string[] = ['reference', 'currency', 'agreedOn', 'code', 'reason'];
const withoutOthers = (data: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(data).filter(([field]) => ABOUT_NO_MERCHANT.includes(field)));

/**
 * Reads the events of an order that the caller may see, after a sequence number, oldest first. For a merchant, events
 * about the whole order lack fields that their hash was made of.
 */
export async function readTimeline(
  tx: Tx,
  { role }: Caller,
  orderId: string,
  after: number,
  limit: number,
): Promise<TimelineEvent[]> {
  const rows = await tx
    .selectFrom('timeline_event')
    .selectAll()
    .where('orderId', '=', orderId)
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    seq: row.seq,
    type: row.type as TimelineEventType,
    at: row.at.toISOString(),
    actor: row.actor,
    merchantId: row.merchantId,
    data:
      role === 'merchant' && row.merchantId === null
        ? withoutOthers(row.data as Record<string, unknown>)
        : (row.data as Record<string, unknown>),
    hash: row.hash,
  }));
}
