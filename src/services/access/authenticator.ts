import { createHash } from 'node:crypto';
import { callerOf } from '../../books/access/api-keys';
import type { Transactions } from '../../books/transactions';
import { SYSTEM, type Caller } from '../../contracts/caller';

const REMEMBER_MS = 5_000;
const MAX_REMEMBERED = 10_000;

type Remembered<T> = Map<string, { readonly found: T; readonly until: number }>;

/**
 * Finds whom an API key speaks for. What the database said of a key, good or not, is remembered for five seconds, so a
 * revoked one dies within them; requests that show one key at the same time ask once.
 */
export class Authenticator {
  readonly #known: Remembered<Caller> = new Map();
  /** Kept apart, so that keys which are tried push none out that is good. */
  readonly #unknown: Remembered<undefined> = new Map();
  readonly #asking = new Map<string, Promise<Caller | undefined>>();

  constructor(private readonly transactions: Transactions) {}

  /** Undefined for unknown and revoked keys. Throws while the database is out of reach. */
  async callerOf(secret: string): Promise<Caller | undefined> {
    const hash = hashOf(secret);
    const remembered = this.#known.get(hash) ?? this.#unknown.get(hash);
    if (remembered && remembered.until > Date.now()) return remembered.found;
    const asking = this.#asking.get(hash) ?? this.#ask(hash, secret);
    this.#asking.set(hash, asking);
    return asking;
  }

  /** Tells, without asking, whether a key was good when it was last looked up, however long ago. */
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
