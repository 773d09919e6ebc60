import { randomBytes } from 'node:crypto';
import { ensureDatabase, withOwner } from '../../src/embedded/postgres/databases';

/** The migrated database that every test database copies. */
export const TEMPLATE_DATABASE = 'mallflow_template';

export interface TestDatabase {
  /** The owner's connection, which may do everything: to arrange and to look. */
  readonly ownerUrl: string;
  /** The application's connection, under row-level security. */
  readonly appUrl: string;
  drop(): Promise<void>;
}

/** Creates a migrated, empty database of its own for a suite (about 50 ms). The caller drops it. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const maintenanceUrl = fromSetup('TEST_DATABASE_OWNER_URL');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await ensureDatabase(maintenanceUrl, name, TEMPLATE_DATABASE);
  return {
    ownerUrl: onDatabase(maintenanceUrl, name),
    appUrl: onDatabase(fromSetup('TEST_DATABASE_APP_URL'), name),
    drop: () =>
      withOwner(maintenanceUrl, async (client) => {
        await client.query(`DROP DATABASE ${client.escapeIdentifier(name)} WITH (FORCE)`);
      }),
  };
}

/** Counts the rows of tables as their owner sees them, whatever row-level security hides from the application. */
export async function countRows<T extends string>(ownerUrl: string, tables: readonly T[]): Promise<Record<T, number>> {
  return withOwner(ownerUrl, async (client) => {
    const counts = tables.map((table) => {
      const name = client.escapeIdentifier(table);
      return `(select count(*) from ${name}) as ${name}`;
    });
    const { rows } = await client.query<Record<T, string>>(`select ${counts.join(', ')}`);
    const row = rows[0];
    return Object.fromEntries(tables.map((table) => [table, Number(row?.[table])])) as Record<T, number>;
  });
}

/** Counts the connections of a database that wait for the lock of another. */
export const waitingForLocks = (ownerUrl: string): Promise<number> =>
  withOwner(ownerUrl, async (client) => {
    const { rows } = await client.query<{ count: number }>(
      `select count(*)::int as count from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows[0]?.count ?? 0;
  });

function onDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

function fromSetup(name: string): string {
  const value = process.env[name];
  if (value === undefined)
    throw new Error(`${name} is not set: run the test through jest, whose globalSetup starts the database.`);
  return value;
}
