import { finishOperation } from '../../src/books/operations';
import { lastSeq, hasEventSince } from '../../src/books/timeline';
import type { Tx } from '../../src/books/transactions';
import { refusedPermanently } from '../failures';

/** Describes one attempt of a money move. The first has the move's own key; later ones append a number to it. */
interface Attempt {
  readonly key: string;
  readonly n: number;
  readonly status: 'started' | 'succeeded' | 'refused';
  readonly result: unknown;
}

/** Describes why an attempt was refused, and the number of the order's last event at that time. */
type Refused = { readonly reason: string; readonly seq: number };

async function lastAttempt(tx: Tx, orderId: string, move: string): Promise<Attempt | undefined> {
  const rows = await tx
    .selectFrom('operation')
    .select(['key', 'status', 'result'])
    .where('orderId', '=', orderId)
    .where((eb) => eb.or([eb('key', '=', move), eb('key', 'like', `${move}:%`)]))
    .execute();
  const attempts = rows.map((row) => ({ ...row, n: row.key === move ? 1 : Number(row.key.slice(move.length + 1)) }));
  return attempts.sort((a, b) => a.n - b.n).at(-1);
}

/**
 * Returns the key of the next attempt of a money move. It is that of the last attempt, or a new one when the gateway
 * refused that and staff requested a retry since. A gateway gives the same answer to the same key, so the old key would
 * change nothing. Throws a failure that is not retried when it was refused and nobody requested a retry.
 */
export async function nextAttemptKey(tx: Tx, orderId: string, move: string): Promise<string> {
  const last = await lastAttempt(tx, orderId, move);
  if (last?.status !== 'refused') return last?.key ?? move;
  const { reason, seq } = last.result as Refused;
  if (!(await hasEventSince(tx, orderId, 'retry.requested', seq))) throw refusedPermanently(last.key, reason);
  return `${move}:${last.n + 1}`;
}

/** Names the key of a money move's last attempt; no attempt follows one that succeeded. */
export const currentAttemptKey = async (tx: Tx, orderId: string, move: string): Promise<string> =>
  (await lastAttempt(tx, orderId, move))?.key ?? move;

/** Ends an attempt that the gateway refused. Only a retry requested after this starts another attempt. */
export async function endRefusedAttempt(tx: Tx, orderId: string, key: string, reason: string): Promise<void> {
  await finishOperation(tx, key, 'refused', { reason, seq: await lastSeq(tx, orderId) } satisfies Refused);
}

/** Throws a failure that is not retried when the attempt was refused. */
export async function assertNotRefused(tx: Tx, key: string): Promise<void> {
  const { status, result } = await tx
    .selectFrom('operation')
    .select(['status', 'result'])
    .where('key', '=', key)
    .executeTakeFirstOrThrow();
  if (status === 'refused') throw refusedPermanently(key, (result as Refused).reason);
}
