import { sql, type RawBuilder } from 'kysely';
import type { Tx } from '../books/transactions';

/** How many rows are held in memory at once. */
const BATCH = 10_000;

/** Reads the rows of a query through a cursor; a transaction may have one open at a time. */
export async function* streamRows<Row>(tx: Tx, query: RawBuilder<Row>): AsyncGenerator<Row, void, undefined> {
  await sql`declare audit_rows no scroll cursor for ${query}`.execute(tx);
  for (;;) {
    const { rows } = await sql<Row>`fetch ${sql.lit(BATCH)} from audit_rows`.execute(tx);
    yield* rows;
    if (rows.length < BATCH) break;
  }
  await sql`close audit_rows`.execute(tx);
}

/**
 * Turns off nested loops and JIT, and gives statements more memory, until the transaction ends. The planner guesses
 * badly how many rows a policy lets through, or a newly filled table holds, and would look up millions of rows one by
 * one.
 */
export async function avoidNestedLoops(tx: Tx): Promise<void> {
  await sql`set local enable_nestloop = off`.execute(tx);
  await sql`set local jit = off`.execute(tx);
  await sql`set local work_mem = '64MB'`.execute(tx);
}
