import { sql } from 'kysely';
import type { Tx } from './transactions';

/**
 * Deletes the oldest rows of a table, those from before a time, `limit` at most. Returns how many. A table has an index
 * on its column of times, so that each call reads only what it deletes.
 */
export async function deleteOldest(
  tx: Tx,
  {
    table,
    at,
    until,
    limit,
  }: { readonly table: string; readonly at: string; readonly until: Date; readonly limit: number },
): Promise<number> {
  const [rows, time] = [sql.table(table), sql.ref(at)];
  const { numAffectedRows } = await sql`
    delete from ${rows} where ctid = any(array(
      select ctid from ${rows} where ${time} < ${until} order by ${time} limit ${limit}
    ))`.execute(tx);
  return Number(numAffectedRows);
}
