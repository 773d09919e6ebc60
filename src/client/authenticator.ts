import { createHash } from 'node:crypto';
import { callerOf } from '../books/api-keys';
import type { Transactions } from '../books/transactions';
import { SYSTEM, type Caller } from '../contracts/caller';

const REMEMBER_MS = 5_000;
const MAX_REMEMBERED = 10_000;

/** Finds whom an API key speaks for. Known keys are remembered for five seconds, so a revoked one dies within them. */
export class Authenticator {
  readonly #known = new Map<string, { caller: Caller; until: number }>();

  constructor(private readonly transactions: Transactions) {}

  /** Undefined for unknown and revoked keys. Throws while the database is out of reach. */
  async callerOf(secret: string): Promise<Caller | undefined> {
    const hash = createHash('sha256').update(secret).digest('base64');
    const known = this.#known.get(hash);
    if (known && known.until > Date.now()) return known.caller;
    this.#known.delete(hash);
    const caller = await this.transactions.snapshot(SYSTEM, (tx) => callerOf(tx, secret));
    if (caller) this.#remember(hash, caller);
    return caller;
  }

  #remember(hash: string, caller: Caller): void {
    const oldest = this.#known.size >= MAX_REMEMBERED ? this.#known.keys().next().value : undefined;
    if (oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(hash, { caller, until: Date.now() + REMEMBER_MS });
  }
}
