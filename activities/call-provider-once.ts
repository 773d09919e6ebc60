import { Context } from '@temporalio/activity';
import { beginOperation, type Operation } from '../src/books/operations';
import type { Transactions, Tx } from '../src/books/transactions';
import { SYSTEM } from '../src/contracts/caller';

/** A local try must leave room in its three seconds for the transactions around it. */
const QUICK_MS = 2_000;
const PATIENT_MS = 15_000;

/** One effect on the outside: how to ask for it by key, how to do it, how to write what came of it. */
export interface ProviderCall<Request, Result> {
  readonly operation: Omit<Operation, 'request'> & { readonly request: Request };
  /**
   * Throws when the effect is not wanted any more; asked in the transaction that first writes the operation. A try that
   * was given up may come after what undoes it: that undoes nothing that it does not know of.
   */
  readonly assertWanted?: (tx: Tx) => Promise<void>;
  /** Asks the provider what it holds under the key. Undefined: it never saw it. */
  readonly find: (key: string, signal: AbortSignal) => Promise<Result | undefined>;
  readonly perform: (request: Request, signal: AbortSignal) => Promise<Result>;
  /**
   * Writes the result of what was asked for at first. It may run more than once for one effect: the operation's row
   * tells.
   */
  readonly record: (tx: Tx, result: Result, agreed: Request) => Promise<void>;
}

/**
 * Brings about one effect exactly once: the operation is written before the call and completed after it, and after an
 * attempt without an answer the provider is asked by key before it is called again. Does nothing when the operation is
 * complete. Throws `ProviderUnavailable` while there is no answer: Temporal retries.
 */
export async function callProviderOnce<Request extends Readonly<Record<string, unknown>>, Result>(
  transactions: Transactions,
  call: ProviderCall<Request, Result>,
): Promise<void> {
  const { key } = call.operation;
  const begun = await transactions.run(SYSTEM, async (tx) => {
    const operation = await beginOperation(tx, call.operation);
    if (!operation.attempted) await call.assertWanted?.(tx);
    return operation;
  });
  if (begun.status !== 'started') return;
  const earlier = begun.attempted ? await call.find(key, timeLimit()) : undefined;
  const agreed = begun.request as Request;
  const result = earlier ?? (await call.perform(agreed, timeLimit()));
  await transactions.run(SYSTEM, (tx) => call.record(tx, result, agreed));
}

/** How long the outside may take: little inside a workflow task, more in a regular activity. */
export function timeLimit(): AbortSignal {
  return AbortSignal.timeout(Context.current().info.isLocal ? QUICK_MS : PATIENT_MS);
}
