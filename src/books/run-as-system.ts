import { sql } from 'kysely';
import type { Tx } from './transactions';

/**
 * Runs work as the system within a caller's transaction. Goods that a merchant receives fill backorders that it may not
 * see. Row-level security applies to the system meanwhile; the audit trail still names the caller. Work that throws
 * must end the transaction, as the caller is restored only when it succeeds.
 */
export async function runAsSystem<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
  const { rows } = await sql<{
    role: string;
  }>`select current_setting('app.role') as role, set_config('app.role', 'system', true)`.execute(tx);
  const result = await work();
  await sql`select set_config('app.role', ${rows[0]?.role ?? ''}, true)`.execute(tx);
  return result;
}
