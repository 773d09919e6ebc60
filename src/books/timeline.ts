import { sql } from 'kysely';
import type { Caller } from '../contracts/caller';
import type { TimelineEvent, TimelineEventType } from '../contracts/timeline';
import type { Tx } from './transactions';

/**
 * A fact to be told. `data` holds references, codes and amounts only, so that erasing a customer leaves the chain
 * whole.
 */
export interface TimelineFact {
  readonly type: TimelineEventType;
  /** Set on what concerns one merchant's part only: other merchants do not see it. */
  readonly merchantId?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Appends facts to an order's chain. Call it last: it holds the order's head until the transaction ends. */
export async function appendEvents(tx: Tx, orderId: string, facts: readonly TimelineFact[]): Promise<void> {
  if (facts.length === 0) return;
  const events = facts.map(({ type, merchantId, data }) => ({
    type,
    merchantId: merchantId ?? null,
    data: data ?? {},
  }));
  await sql`select append_timeline(${orderId}, ${JSON.stringify(events)}::jsonb)`.execute(tx);
}

/** Tells whether an event says that it was brought about by a request; what asks may then be a repetition. */
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

/** Tells whether an order had an event of a type after a sequence number. */
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

/** What a merchant is told of an event that is about the whole order: nothing of what its other merchants sold. */
const ABOUT_NO_MERCHANT: readonly string[] = ['reference', 'currency', 'agreedOn', 'code', 'reason'];
const withoutOthers = (data: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(data).filter(([field]) => ABOUT_NO_MERCHANT.includes(field)));

/**
 * Reads an order's events after a sequence number, oldest first: those that the transaction's caller may see, and of
 * them what it may. A merchant's events of the whole order lack what their hash was made of.
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
