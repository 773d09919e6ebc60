import {
  finishOperation,
  listOperations,
  readOperation,
  type OperationName,
  type OperationRow,
  type OperationSeries,
} from '../../src/books/operations';
import { lastSeq, hasEventSince } from '../../src/books/timeline';
import type { Tx } from '../../src/books/transactions';
import { refusedPermanently } from '../failures';

/** Describes why an attempt was refused, and the number of the order's last event at that time. */
type Refused = { readonly reason: string; readonly seq: number };

const lastAttempt = async (tx: Tx, move: OperationSeries): Promise<OperationRow | undefined> =>
  (await listOperations(tx, move)).at(-1);

/**
 * Names the next attempt at a money move. It is the last one, or a new one when the gateway refused that and staff
 * requested a retry since. A gateway gives the same answer to the same key, so the old attempt would change nothing.
 * Throws a failure that is not retried when it was refused and nobody requested a retry.
 */
export async function nextAttempt(tx: Tx, orderId: string, move: OperationSeries): Promise<OperationName> {
  const last = await lastAttempt(tx, move);
  if (last?.status !== 'refused') return { ...move, number: last?.number ?? 1 };
  const { reason, seq } = last.result as Refused;
  if (!(await hasEventSince(tx, orderId, 'retry.requested', seq))) throw refusedPermanently(last.providerKey, reason);
  return { ...move, number: last.number + 1 };
}

/** Returns the key of a money move's last attempt; no attempt follows one that succeeded. */
export const lastKey = async (tx: Tx, move: OperationSeries): Promise<string | undefined> =>
  (await lastAttempt(tx, move))?.providerKey;

/** Ends an attempt that the gateway refused. Only a retry requested after this starts another attempt. */
export async function endRefusedAttempt(tx: Tx, orderId: string, name: OperationName, reason: string): Promise<void> {
  await finishOperation(tx, name, 'refused', { reason, seq: await lastSeq(tx, orderId) } satisfies Refused);
}

/** Throws a failure that is not retried when the attempt was refused. */
export async function assertNotRefused(tx: Tx, name: OperationName): Promise<void> {
  const attempt = await readOperation(tx, name);
  if (attempt?.status === 'refused') throw refusedPermanently(attempt.providerKey, (attempt.result as Refused).reason);
}
