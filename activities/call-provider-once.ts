import { Context } from '@temporalio/activity';
import { beginOperation, type Operation } from '../src/books/operations';
import type { Transactions, Tx } from '../src/books/transactions';
import { SYSTEM } from '../src/contracts/caller';

/** A local Activity has three seconds, which must also hold the transactions around the call. */
const LOCAL_MS = 2_000;
const REGULAR_MS = 15_000;

/** Describes one effect at a provider: how to find it by key, bring it about, and record its result. */
export interface ProviderCall<Request, Result> {
  readonly operation: Omit<Operation, 'request'> & { readonly request: Request };
  /**
   * Throws when the effect is not wanted any more; called in the transaction that first writes the operation. An
   * attempt that timed out may run after its compensation, which cannot undo an effect that it does not know.
   */
  readonly assertWanted?: (tx: Tx) => Promise<void>;
  /** Asks the provider what it holds under the key; undefined when it does not know the key. */
  readonly find: (key: string, signal: AbortSignal) => Promise<Result | undefined>;
  readonly perform: (agreed: Agreed<Request>, signal: AbortSignal) => Promise<Result>;
  /** Writes the result of the first request. May run more than once for one effect: check the operation's row. */
  readonly record: (tx: Tx, result: Result, agreed: Agreed<Request>) => Promise<void>;
}

/** Holds what the first attempt wrote: every later one repeats it, even when tariffs or addresses changed since. */
export interface Agreed<Request> {
  readonly key: string;
  readonly request: Request;
}

/**
 * Brings about one effect exactly once. Writes the operation before the call and completes it after; after an attempt
 * without an answer, asks the provider by key before it calls again. Does nothing when the operation is complete.
 * Throws `ProviderUnavailable` while there is no answer, and Temporal retries.
 */
export async function callProviderOnce<Request extends Readonly<Record<string, unknown>>, Result>(
  transactions: Transactions,
  call: ProviderCall<Request, Result>,
): Promise<void> {
  const begun = await transactions.run(SYSTEM, async (tx) => {
    const operation = await beginOperation(tx, call.operation);
    if (!operation.attempted) await call.assertWanted?.(tx);
    return operation;
  });
  if (begun.status !== 'started') return;
  const agreed = { key: begun.providerKey, request: begun.request as Request };
  const earlier = begun.attempted ? await call.find(agreed.key, providerTimeout()) : undefined;
  const result = earlier ?? (await call.perform(agreed, providerTimeout()));
  await transactions.run(SYSTEM, (tx) => call.record(tx, result, agreed));
}

/** Limits the time of a provider's answer: 2 seconds in a local Activity, 15 in a regular one. */
export function providerTimeout(): AbortSignal {
  return AbortSignal.timeout(Context.current().info.isLocal ? LOCAL_MS : REGULAR_MS);
}
