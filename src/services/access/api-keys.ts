import { callerOf, issueKey, revokeKey } from '../../books/access/api-keys';
import { type KeyRole } from '../../contracts/caller';
import type { Transactions } from '../../books/transactions';
import type { Caller } from '../../contracts/caller';

const KEEPER: Caller = { role: 'platform', subject: 'mall', actor: 'platform:keys' };

/** Names the table of the subject of each role's keys; null for keys that act for the mall itself. */
const SUBJECT_TABLE = {
  storefront: 'storefront',
  merchant: 'merchant',
  warehouse: 'warehouse',
  support: null,
  platform: null,
} as const satisfies Record<KeyRole, string | null>;

/** Describes an issued key, without its secret. */
export interface ListedKey {
  readonly id: string;
  readonly role: string;
  readonly subjectId: string | null;
  readonly label: string;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
}

/** Issues, lists and revokes API keys. Only hashes are kept: a secret is returned once, when its key is issued. */
export class ApiKeyService {
  constructor(private readonly transactions: Transactions) {}

  /** Issues a key. Throws one sentence when the role needs a subject that does not exist, or takes none. */
  issue(role: KeyRole, subjectId: string | null, label: string): Promise<{ id: string; secret: string }> {
    return this.transactions.run(KEEPER, async (tx) => {
      const table = SUBJECT_TABLE[role];
      if (table === null && subjectId !== null)
        throw new Error(`A key of the role ${role} belongs to the mall: it takes no subject.`);
      if (table !== null) {
        const found =
          subjectId === null
            ? undefined
            : await tx.selectFrom(table).select('id').where('id', '=', subjectId).executeTakeFirst();
        if (!found) throw new Error(`A key of the role ${role} belongs to a ${table}: name the id of an existing one.`);
      }
      const secret = await issueKey(tx, role, subjectId, label);
      const caller = await callerOf(tx, secret);
      return { id: caller?.actor.slice(role.length + 1) ?? '', secret };
    });
  }

  /** Lists the keys, newest first. */
  list(): Promise<ListedKey[]> {
    return this.transactions.run(KEEPER, (tx) =>
      tx
        .selectFrom('api_key')
        .select(['id', 'role', 'subjectId', 'label', 'createdAt', 'revokedAt'])
        .orderBy('id', 'desc')
        .execute(),
    );
  }

  /** Revokes a key; the API refuses it within five seconds. Returns false when there is no such live key. */
  revoke(id: string): Promise<boolean> {
    return this.transactions.run(KEEPER, (tx) => revokeKey(tx, id));
  }
}
