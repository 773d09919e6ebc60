import type { PostgresPool, PostgresPoolClient } from 'kysely';
import { DatabaseError, type Pool, type PoolClient } from 'pg';

/** Statements kept per connection: beyond them, rare ones are planned each time. */
const MAX_STATEMENTS = 300;

/** What PostgreSQL says of a prepared statement whose table a migration has changed. */
export const STALE_PLAN = '0A000';

/**
 * Lets every statement with parameters be prepared once per connection: under row-level security, planning a read costs
 * PostgreSQL several times what running it does. A connection whose plans a migration made stale is closed, not reused. So is
 * one on which a statement is not answered within `statementLimitMs`: a link may be dead without a sign, and would keep its
 * place in the pool for good. The statement fails with pg's own "Connection terminated".
 */
export function preparing(pool: Pool, statementLimitMs: number): PostgresPool {
  const wrapped = new WeakMap<PoolClient, PostgresPoolClient>();
  return {
    connect: async () => {
      const client = await pool.connect();
      const known = wrapped.get(client) ?? prepare(client, statementLimitMs);
      wrapped.set(client, known);
      return known;
    },
    end: () => pool.end(),
  };
}

function prepare(client: PoolClient, statementLimitMs: number): PostgresPoolClient {
  const names = new Map<string, string>();
  let stale = false;
  const nameOf = (text: string): string | undefined => {
    const known = names.get(text);
    if (known !== undefined || names.size >= MAX_STATEMENTS) return known;
    const name = `s${names.size}`;
    names.set(text, name);
    return name;
  };
  const query = async (text: string, values: readonly unknown[]) => {
    const name = values.length > 0 ? nameOf(text) : undefined;
    // With a statement under way, `end` cuts the connection at once.
    const timer = setTimeout(() => { void client.end(); }, statementLimitMs);
    try {
      return await client.query({ text, values: [...values], ...(name === undefined ? {} : { name }) });
    } catch (error) {
      stale ||= error instanceof DatabaseError && error.code === STALE_PLAN;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };
  // Cursors, the other form of `query`, come only to a dialect that was given them.
  return { query: query as unknown as PostgresPoolClient['query'], release: () => { client.release(stale); } };
}
