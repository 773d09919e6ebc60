import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyMigrations } from '../../../src/books/migrations';
import { withOwner } from '../../../src/embedded/postgres/databases';
import { createTestDatabase, type TestDatabase } from '../../support/database';

let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => database.drop());
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'migrations-'));
  await sql('DROP TABLE _prisma_migrations');
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await sql('DROP TABLE IF EXISTS first, second');
});

const sql = (text: string) =>
  withOwner(database.ownerUrl, async (client) => (await client.query<Record<string, unknown>>(text)).rows);
const migrate = () => applyMigrations(database.ownerUrl, folder);

function write(name: string, text: string): void {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'migration.sql'), text);
}

test('applies what is missing, in order, once', async () => {
  write('2_second', 'CREATE TABLE second (id int REFERENCES first)');
  write('1_first', 'CREATE TABLE first (id int PRIMARY KEY); INSERT INTO first VALUES (1)');
  expect(await migrate()).toEqual(['1_first', '2_second']);
  expect(await migrate()).toEqual([]);
  expect(
    await sql(
      'SELECT migration_name, applied_steps_count, finished_at IS NOT NULL AS done FROM _prisma_migrations ORDER BY 1',
    ),
  ).toEqual([
    { migration_name: '1_first', applied_steps_count: 1, done: true },
    { migration_name: '2_second', applied_steps_count: 1, done: true },
  ]);
});

test('two at once apply each migration once', async () => {
  write('1_first', 'CREATE TABLE first (id int); SELECT pg_sleep(0.1)');
  const applied = await Promise.all([migrate(), migrate()]);
  expect(applied.flat()).toEqual(['1_first']);
});

test('undoes a migration that fails, names it, and applies it once it is corrected', async () => {
  write('1_first', 'CREATE TABLE first (id int); SELECT nonsense');
  await expect(migrate()).rejects.toThrow(/Migration 1_first failed and was undone: .*nonsense/);
  expect(await sql(`SELECT to_regclass('first') AS made`)).toEqual([{ made: null }]);
  expect(await sql('SELECT finished_at, rolled_back_at IS NOT NULL AS undone FROM _prisma_migrations')).toEqual([
    { finished_at: null, undone: true },
  ]);
  write('1_first', 'CREATE TABLE first (id int)');
  expect(await migrate()).toEqual(['1_first']);
});

test('refuses an applied migration that was edited', async () => {
  write('1_first', 'CREATE TABLE first (id int)');
  await migrate();
  write('1_first', 'CREATE TABLE first (id bigint)');
  await expect(migrate()).rejects.toThrow('Migration 1_first was edited after it was applied');
});

test('refuses a migration that the Prisma CLI left half applied', async () => {
  write('1_first', 'CREATE TABLE first (id int)');
  await migrate();
  await sql('UPDATE _prisma_migrations SET finished_at = NULL');
  await expect(migrate()).rejects.toThrow('Migration 1_first is half applied');
});

test("the application's role logs in and owns nothing", async () => {
  const rows = await withOwner(
    database.appUrl,
    async (client) =>
      (
        await client.query<Record<string, unknown>>(
          `SELECT current_user AS me,
            (SELECT count(*)::int FROM pg_class WHERE relowner = current_user::regrole) AS owned,
            (SELECT rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = current_user) AS above`,
        )
      ).rows,
  );
  expect(rows).toEqual([{ me: 'mallflow_app', owned: 0, above: false }]);
});
