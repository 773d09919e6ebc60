import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

/** Writes rows that stand alone, for tests of what a function does to one row. */
export class BareRows {
  private constructor(private readonly client: Client) {}

  /** Opens a test database and drops its foreign keys, so that no row needs another. */
  static async open(ownerUrl: string): Promise<BareRows> {
    const client = new Client({ connectionString: ownerUrl });
    await client.connect();
    await client.query(`DO $$ DECLARE key record; BEGIN
      FOR key IN SELECT conrelid::regclass AS owner, conname FROM pg_constraint WHERE contype = 'f' LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', key.owner, key.conname);
      END LOOP;
    END $$`);
    return new BareRows(client);
  }

  /** Inserts a row with these values; every other column that needs one gets some value of its type. */
  async insert(table: string, values: Readonly<Record<string, unknown>>): Promise<string> {
    const id = randomUUID();
    const { rows: columns } = await this.client.query<{ name: string; filler: string }>(
      `SELECT column_name AS name, CASE
         WHEN data_type IN ('integer', 'bigint') THEN '1'
         WHEN data_type = 'boolean' THEN 'false'
         WHEN data_type LIKE 'timestamp%' OR data_type = 'date' THEN '2026-01-01'
         WHEN data_type = 'bytea' THEN ''
         WHEN data_type = 'ARRAY' THEN '{}'
         WHEN data_type LIKE 'json%' THEN '{}'
         WHEN data_type = 'USER-DEFINED' THEN (
           SELECT e.enumlabel FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid
           WHERE t.typname = udt_name ORDER BY e.enumsortorder LIMIT 1)
         ELSE left(gen_random_uuid()::text, coalesce(character_maximum_length, 36)) END AS filler
       FROM information_schema.columns
       WHERE table_schema = 'public' AND table_name = $1 AND is_nullable = 'NO' AND column_default IS NULL`,
      [table],
    );
    const fillers = Object.fromEntries(columns.map(({ name, filler }) => [name, filler]));
    const row = Object.entries({ ...fillers, id, ...values });
    const names = row.map(([name]) => `"${name}"`).join(', ');
    const places = row.map((_, index) => `$${index + 1}`).join(', ');
    await this.client.query(
      `INSERT INTO "${table}" (${names}) VALUES (${places})`,
      row.map(([, value]) => value),
    );
    return id;
  }

  /** Reads the status of a row. */
  async statusOf(table: string, id: string): Promise<string> {
    const { rows } = await this.client.query<{ status: string }>(`SELECT status FROM "${table}" WHERE id = $1`, [id]);
    return rows[0]?.status ?? '';
  }

  close(): Promise<void> {
    return this.client.end();
  }
}
