import { randomBytes } from 'node:crypto';
import { ensureDatabase, withOwner } from '../../src/embedded/postgres/databases';

/** The migrated database that every test database is a copy of. */
export const TEMPLATE_DATABASE = 'mallflow_template';

export interface TestDatabase {
  /** The owner's connection: sees and may do everything; for arranging and looking. */
  readonly ownerUrl: string;
  /** The application's connection: row-level security holds for it. */
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
