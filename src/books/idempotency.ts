import { createHash } from 'node:crypto';
import { refuse, type Refusal } from '../contracts/errors';
import { daysBefore } from '../domain/dates';
import { deleteOldest } from './delete-oldest';
import type { Tx } from './transactions';

/** How long the first request with a key may run before a repetition may take over. */
const LEASE_SECONDS = 30;

/** Describes the answer to the first request with a key, as repetitions get it. */
export interface StoredAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly location: string | null;
}

/** Says what a request with a key may do: continue, resume, or repeat a stored answer. */
export type Claim =
  | { readonly claimed: 'first' }
  /** An earlier request with the key died before it answered; `resourceId` names what it had begun to create. */
  | { readonly claimed: 'resumed'; readonly resourceId: string | null }
  | { readonly claimed: 'answered'; readonly answer: StoredAnswer; readonly resourceId: string | null };

/** Identifies a request that takes effect once, however often it is sent: its Idempotency-Key and its hash. */
export interface IdempotentRequest {
  readonly key: string;
  readonly requestHash: Buffer;
  /** The hash that release 0.5 or earlier stored for this request; a repetition may come after an upgrade. */
  readonly earlierHash?: Buffer;
}

/** Hashes a request, to distinguish a reused key from a repetition. The order of an object's members counts nothing. */
export const hashRequest = (method: string, url: string, body: unknown): Buffer =>
  sha256(`${method} ${url}\n${JSON.stringify(body, inOrder)}`);

/** Hashes a request as release 0.5 did: by its body as it was understood, with the defaults of that release. */
export const hashAsBefore = (method: string, url: string, understood: unknown): Buffer =>
  sha256(`${method} ${url}\n${understood === undefined ? '' : JSON.stringify(understood)}`);

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Puts the members of objects in one order. */
const inOrder = (_name: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/**
 * Claims a key for a request: the first one continues, a repetition gets the first one's answer. Refused while the
 * first still runs, and when the key came with another request (draft-ietf-httpapi-idempotency-key-header).
 */
export async function claimKey(
  tx: Tx,
  caller: string,
  { key, requestHash, earlierHash }: IdempotentRequest,
  resourceId: string | null,
): Promise<Claim | Refusal> {
  const leaseUntil = new Date(Date.now() + LEASE_SECONDS * 1000);
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('idempotency_record')
    .values({ caller, key, requestHash, resourceId, leaseUntil })
    .onConflict((conflict) => conflict.columns(['caller', 'key']).doNothing())
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows === 1n) return { claimed: 'first' };
  const row = await tx
    .selectFrom('idempotency_record')
    .selectAll()
    .where('caller', '=', caller)
    .where('key', '=', key)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const isRepetition = [requestHash, earlierHash].some((hash) => hash !== undefined && row.requestHash.equals(hash));
  if (!isRepetition) return refuse('idempotency_key_reused');
  if (row.status !== null)
    return {
      claimed: 'answered',
      answer: { status: row.status, body: row.body, location: row.location },
      resourceId: row.resourceId,
    };
  if (row.leaseUntil > new Date()) return refuse('idempotency_in_flight');
  await tx
    .updateTable('idempotency_record')
    .set({ leaseUntil })
    .where('caller', '=', caller)
    .where('key', '=', key)
    .execute();
  return { claimed: 'resumed', resourceId: row.resourceId };
}

/** Stores the answer that repetitions get. */
export async function storeAnswer(
  tx: Tx,
  caller: string,
  key: string,
  { status, body, location }: StoredAnswer,
): Promise<void> {
  await tx
    .updateTable('idempotency_record')
    .set({ status, body: JSON.stringify(body), location })
    .where('caller', '=', caller)
    .where('key', '=', key)
    .execute();
}

/** Ends a key's lease, so that a repetition may take over at once: the first request's outcome is unknown. */
export async function reopenKey(tx: Tx, caller: string, key: string): Promise<void> {
  await tx
    .updateTable('idempotency_record')
    .set({ leaseUntil: new Date() })
    .where('caller', '=', caller)
    .where('key', '=', key)
    .execute();
}

/** How long answers are repeated. */
const RETENTION_DAYS = 7;

/** Deletes keys past their retention, `limit` at most, and returns how many. */
export const forgetOldKeys = (tx: Tx, now: Date, limit: number): Promise<number> =>
  deleteOldest(tx, { table: 'idempotency_record', at: 'createdAt', until: daysBefore(now, RETENTION_DAYS), limit });

/** Deletes an unanswered key: its request failed on our side without effect, so a repetition may try at once. */
export async function forgetKey(tx: Tx, caller: string, key: string): Promise<void> {
  await tx
    .deleteFrom('idempotency_record')
    .where('caller', '=', caller)
    .where('key', '=', key)
    .where('status', 'is', null)
    .execute();
}
