import {
  claimKey,
  hashAsBefore,
  hashRequest,
  storeAnswer,
  type IdempotentRequest,
  type StoredAnswer,
} from '../books/idempotency';
import type { Transactions, Tx } from '../books/transactions';
import type { Caller } from '../contracts/caller';
import { isRefusal, type Refusal } from '../contracts/errors';

export type { IdempotentRequest };

/** Describes a request that changes something, as it came in. */
export interface ChangingRequest {
  readonly method: string;
  readonly url: string;
  readonly key: string;
  /** The body as it was sent. A default that a later release adds does not change what was asked for. */
  readonly sent: unknown;
  /** The body as it was understood. */
  readonly understood: unknown;
}

/** Identifies a request by key and content: the same key with another method, URL or body is another request. */
export const idempotentRequest = ({ method, url, key, sent, understood }: ChangingRequest): IdempotentRequest => ({
  key,
  requestHash: hashRequest(method, url, sent ?? null),
  earlierHash: hashAsBefore(method, url, understood ?? null),
});

/** Describes the answer of a POST. `replayed` is set when an earlier request with the key gave it. */
export interface Answer<T> {
  readonly status: number;
  readonly body: T;
  readonly location: string | null;
  readonly replayed: boolean;
}

/** Builds the answer of a POST. */
export const buildAnswer = <T>(
  status: number,
  body: T,
  location: string | null = null,
  replayed = false,
): Answer<T> => ({ status, body, location, replayed });

/** Builds the answer to a repetition from the stored answer. */
export const replayStoredAnswer = <T>(stored: StoredAnswer): Answer<T> => ({
  status: stored.status,
  body: stored.body as T,
  location: stored.location,
  replayed: true,
});

/**
 * Commits work together with its idempotency record, in one transaction. A repetition at the same time waits for the
 * first and gets its answer. Refusals leave no record: the caller may correct its request and use the key again.
 */
export async function runIdempotently<T>(
  transactions: Transactions,
  caller: Caller,
  intent: IdempotentRequest,
  work: (tx: Tx) => Promise<Answer<T> | Refusal>,
): Promise<Answer<T> | Refusal> {
  const refused = new Map<'refusal', Refusal>();
  try {
    return await transactions.run(caller, async (tx) => {
      const claim = await claimKey(tx, caller.subject, intent, null);
      if (isRefusal(claim)) return claim;
      if (claim.claimed === 'answered') return replayStoredAnswer<T>(claim.answer);
      const result = await work(tx);
      if (isRefusal(result)) {
        refused.set('refusal', result);
        throw new RolledBack();
      }
      await storeAnswer(tx, caller.subject, intent.key, result);
      return result;
    });
  } catch (error) {
    const refusal = refused.get('refusal');
    if (error instanceof RolledBack && refusal) return refusal;
    throw error;
  }
}

/** Thrown to roll a transaction back because its work was refused. */
class RolledBack extends Error {
  override readonly name = 'RolledBack';
}
