import { createHash } from 'node:crypto';
import { callerOf } from '../../books/access/api-keys';
import type { Transactions } from '../../books/transactions';
import { SYSTEM, type Caller } from '../../contracts/caller';

const REMEMBER_MS = 5_000;
const MAX_REMEMBERED = 10_000;

type Remembered<T> = Map<string, { readonly found: T; readonly until: number }>;

/**
 * Finds the caller that an API key acts for. The database's answer is cached for five seconds, so a revoked key fails
 * within them; requests with the same key at the same time ask once.
 */
export class Authenticator {
  readonly #known: Remembered<Caller> = new Map();
  /** Kept apart, so that tried keys push no valid one out of the cache. */
  readonly #unknown: Remembered<undefined> = new Map();
  readonly #asking = new Map<string, Promise<Caller | undefined>>();

  constructor(private readonly transactions: Transactions) {}

  /** Finds a key's caller; undefined for unknown and revoked keys. Throws while the database is unavailable. */
  async callerOf(secret: string): Promise<Caller | undefined> {
    const hash = hashOf(secret);
    const remembered = this.#known.get(hash) ?? this.#unknown.get(hash);
    if (remembered && remembered.until > Date.now()) return remembered.found;
    const asking = this.#asking.get(hash) ?? this.#ask(hash, secret);
    this.#asking.set(hash, asking);
    return asking;
  }

  /** Says, without asking the database, whether a key was valid when it was last looked up. */
  knows(secret: string): boolean {
    return this.#known.has(hashOf(secret));
  }

  async #ask(hash: string, secret: string): Promise<Caller | undefined> {
    try {
      const caller = await this.transactions.snapshot(SYSTEM, (tx) => callerOf(tx, secret));
      this.#known.delete(hash);
      this.#unknown.delete(hash);
      if (caller) remember(this.#known, hash, caller);
      else remember(this.#unknown, hash, undefined);
      return caller;
    } finally {
      this.#asking.delete(hash);
    }
  }
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64');

function remember<T>(memory: Remembered<T>, hash: string, found: T): void {
  const oldest = memory.size >= MAX_REMEMBERED ? memory.keys().next().value : undefined;
  if (oldest !== undefined) memory.delete(oldest);
  memory.set(hash, { found, until: Date.now() + REMEMBER_MS });
}
