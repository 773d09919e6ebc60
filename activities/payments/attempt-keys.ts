import { finishOperation } from '../../src/books/operations';
import { lastSeq, hasEventSince } from '../../src/books/timeline';
import type { Tx } from '../../src/books/transactions';
import { refusedForGood } from '../failures';

/** One try of a move. The first has the move's own key; later ones are numbered behind it. */
interface Try {
  readonly key: string;
  readonly n: number;
  readonly status: 'started' | 'succeeded' | 'refused';
  readonly result: unknown;
}

/** How a refused try ended: why, and after which event of the order's timeline. */
type Refused = { readonly reason: string; readonly seq: number };

async function lastTry(tx: Tx, orderId: string, move: string): Promise<Try | undefined> {
  const rows = await tx
    .selectFrom('operation')
    .select(['key', 'status', 'result'])
    .where('orderId', '=', orderId)
    .where((eb) => eb.or([eb('key', '=', move), eb('key', 'like', `${move}:%`)]))
    .execute();
  const tries = rows.map((row) => ({ ...row, n: row.key === move ? 1 : Number(row.key.slice(move.length + 1)) }));
  return tries.sort((a, b) => a.n - b.n).at(-1);
}

/**
 * Names the key under which a move of money is to be tried: that of its last try, or, when the gateway refused that and
 * staff asked for a retry since, another. A gateway gives the same answer to the same key, so asking again under it
 * would change nothing. Throws what is not retried when it was refused and nobody has asked.
 */
export async function nextAttemptKey(tx: Tx, orderId: string, move: string): Promise<string> {
  const last = await lastTry(tx, orderId, move);
  if (last?.status !== 'refused') return last?.key ?? move;
  const { reason, seq } = last.result as Refused;
  if (!(await hasEventSince(tx, orderId, 'retry.requested', seq))) throw refusedForGood(last.key, reason);
  return `${move}:${last.n + 1}`;
}

/** Names the key of the try of a move that stands: its last, as none follows one that succeeded. */
export const currentAttemptKey = async (tx: Tx, orderId: string, move: string): Promise<string> =>
  (await lastTry(tx, orderId, move))?.key ?? move;

/** Ends a try that the gateway refused. Only a retry that is asked for after this is another try. */
export async function endRefusedAttempt(tx: Tx, orderId: string, key: string, reason: string): Promise<void> {
  await finishOperation(tx, key, 'refused', { reason, seq: await lastSeq(tx, orderId) } satisfies Refused);
}

/** Throws what is not retried when a try was refused. */
export async function assertNotRefused(tx: Tx, key: string): Promise<void> {
  const { status, result } = await tx
    .selectFrom('operation')
    .select(['status', 'result'])
    .where('key', '=', key)
    .executeTakeFirstOrThrow();
  if (status === 'refused') throw refusedForGood(key, (result as Refused).reason);
}
