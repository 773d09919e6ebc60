import { createHash, randomBytes } from 'node:crypto';
import type { Caller, KeyRole } from '../../contracts/caller';
import { newId } from '../new-id';
import type { Tx } from '../transactions';

/** The subject of keys that speak for the mall itself. */
const MALL = 'mall';

/** Only the hash is kept: a key has 256 random bits, so a fast hash is enough. */
const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** Issues a key and answers its secret, which is shown this once. */
export async function issueKey(tx: Tx, role: KeyRole, subjectId: string | null, label: string): Promise<string> {
  const secret = `mf_${role}_${randomBytes(32).toString('base64url')}`;
  await tx
    .insertInto('api_key')
    .values({ id: newId('key'), hash: hashOf(secret), role, subjectId, label })
    .execute();
  return secret;
}

/** Finds whom a key speaks for; undefined for unknown and revoked ones. */
export async function callerOf(tx: Tx, secret: string): Promise<Caller | undefined> {
  const key = await tx
    .selectFrom('api_key')
    .select(['id', 'role', 'subjectId'])
    .where('hash', '=', hashOf(secret))
    .where('revokedAt', 'is', null)
    .executeTakeFirst();
  return key && { role: key.role, subject: key.subjectId ?? MALL, actor: `${key.role}:${key.id}` };
}
