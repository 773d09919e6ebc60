import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import { withOwnConnection } from './own-connection';

/** The key of the lock of Prisma's schema engine, so that its CLI and this runner never migrate at once. */
const LOCK_KEY = 72_707_369;
const LOCK_TIMEOUT = '60s';

const TABLE = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id varchar(36) PRIMARY KEY NOT NULL,
    checksum varchar(64) NOT NULL,
    finished_at timestamptz,
    migration_name varchar(255) NOT NULL,
    logs text,
    rolled_back_at timestamptz,
    started_at timestamptz NOT NULL DEFAULT now(),
    applied_steps_count integer NOT NULL DEFAULT 0
  )`;

/** Describes one migration's name, statements and checksum. */
interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}
interface AppliedRow {
  migration_name: string;
  checksum: string;
  finished_at: Date | null;
}

/**
 * Applies the migrations of a folder that a database lacks, and returns their names. They are `<name>/migration.sql`,
 * in the order of their names. Keeps `_prisma_migrations` as the Prisma CLI does, so either may be used on one
 * database. Each migration is one transaction: one that fails leaves nothing behind but the record of its failure, and
 * is tried again by the next call. Rejects, naming the migration, when one fails, when an applied one was edited
 * afterwards, and when the Prisma CLI left one half applied. `ownerUrl` is the connection of the role that owns the
 * tables.
 */
export async function applyMigrations(
  ownerUrl: string,
  directory: string,
  onApplied: (name: string) => void = () => undefined,
): Promise<string[]> {
  const migrations = await readMigrations(directory);
  // The end of the session also releases the lock.
  return withOwnConnection({ connectionString: ownerUrl }, async (client) => {
    await client.query(`SET lock_timeout = '${LOCK_TIMEOUT}'`);
    await client.query('SELECT pg_advisory_lock($1)', [LOCK_KEY]);
    await client.query('RESET lock_timeout');
    await client.query(TABLE);
    const pending = pendingOf(migrations, await readApplied(client));
    for (const migration of pending) {
      await applyOne(client, migration);
      onApplied(migration.name);
    }
    return pending.map((migration) => migration.name);
  });
}

async function readMigrations(directory: string): Promise<Migration[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(directory, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function readApplied(client: Client): Promise<Map<string, AppliedRow>> {
  const { rows } = await client.query<AppliedRow>(
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  );
  return new Map(rows.map((row) => [row.migration_name, row]));
}

function pendingOf(migrations: readonly Migration[], applied: ReadonlyMap<string, AppliedRow>): Migration[] {
  return migrations.filter((migration) => {
    const row = applied.get(migration.name);
    if (row === undefined) return true;
    if (row.finished_at === null) {
      throw new Error(
        `Migration ${migration.name} is half applied: ` +
          'repair the database, then mark it with `prisma migrate resolve`.',
      );
    }
    if (row.checksum !== migration.checksum) {
      throw new Error(
        `Migration ${migration.name} was edited after it was applied: restore the file and write a new migration.`,
      );
    }
    return false;
  });
}

async function applyOne(client: Client, { name, sql, checksum }: Migration): Promise<void> {
  const id = randomUUID();
  await client.query('BEGIN');
  try {
    await client.query('INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ($1, $2, $3)', [
      id,
      checksum,
      name,
    ]);
    await client.query(sql);
    await client.query(
      'UPDATE _prisma_migrations SET finished_at = clock_timestamp(), applied_steps_count = 1 WHERE id = $1',
      [id],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, logs, rolled_back_at)
       VALUES ($1, $2, $3, $4, now())`,
      [id, checksum, name, String(error)],
    );
    throw new Error(
      `Migration ${name} failed and was undone: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}
