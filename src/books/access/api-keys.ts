import { createHash, randomBytes } from 'node:crypto';
import type { Caller, KeyRole } from '../../contracts/caller';
import { newId } from '../new-id';
import type { Tx } from '../transactions';

/** The subject of keys that act for the mall itself. */
const MALL = 'mall';

/** Only the hash is kept: a key has 256 random bits, so a fast hash is enough. */
const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** Issues a key and returns its secret, which is never shown again. */
export async function issueKey(tx: Tx, role: KeyRole, subjectId: string | null, label: string): Promise<string> {
  const secret = `mf_${role}_${randomBytes(32).toString('base64url')}`;
  await tx
    .insertInto('api_key')
    .values({ id: newId('key'), hash: hashOf(secret), role, subjectId, label })
    .execute();
  return secret;
}

/** Describes a key that is to exist. */
export interface NewKey {
  readonly role: KeyRole;
  readonly subjectId: string | null;
  readonly label: string;
  /** Revokes a live key of this role, subject and label first: its secret was lost. */
  readonly replace?: boolean;
}

/** Issues a key unless a live one exists that is not to be replaced. Returns the secret of a new key. */
export async function issueMissingKey(
  tx: Tx,
  { role, subjectId, label, replace = false }: NewKey,
): Promise<string | undefined> {
  const live = await tx
    .selectFrom('api_key')
    .select('id')
    .where('role', '=', role)
    .where('label', '=', label)
    .where('subjectId', 'is not distinct from', subjectId)
    .where('revokedAt', 'is', null)
    .execute();
  if (live.length > 0 && !replace) return undefined;
  const ids = live.map(({ id }) => id);
  if (ids.length > 0) await tx.updateTable('api_key').set({ revokedAt: new Date() }).where('id', 'in', ids).execute();
  return issueKey(tx, role, subjectId, label);
}

/** Revokes a live key. Returns false when there is none of this id. */
export async function revokeKey(tx: Tx, id: string): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('api_key')
    .set({ revokedAt: new Date() })
    .where('id', '=', id)
    .where('revokedAt', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Finds the caller that a key acts for; undefined for unknown and revoked keys. */
export async function callerOf(tx: Tx, secret: string): Promise<Caller | undefined> {
  const key = await tx
    .selectFrom('api_key')
    .select(['id', 'role', 'subjectId'])
    .where('hash', '=', hashOf(secret))
    .where('revokedAt', 'is', null)
    .executeTakeFirst();
  return key && { role: key.role, subject: key.subjectId ?? MALL, actor: `${key.role}:${key.id}` };
}
