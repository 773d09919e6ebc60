import { sql } from 'kysely';
import { Link } from '../../bench/soak/link';
import { connect, type Transactions } from '../../src/books/transactions';
import { withOwner } from '../../src/embedded/postgres/databases';
import { isUnavailable } from '../../src/services/unavailable';
import { SYSTEM } from '../../src/contracts/caller';
import { until } from '../sandboxes/sandboxes';
import { createTestDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;
let transactions: Transactions;
const broken: Error[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  transactions = connect(database.appUrl, 2, (error) => {
    broken.push(error);
  });
});
afterAll(async () => {
  await transactions.close();
  await database.drop();
});

/** Ends a connection from the server's side, as a server that shuts down or dies does. */
async function terminate(pid: number): Promise<void> {
  await withOwner(database.ownerUrl, (owner) => owner.query('select pg_terminate_backend($1)', [pid]));
}

test('a connection that breaks between two statements fails only its transaction, as unavailable', async () => {
  const error: unknown = await transactions
    .run(SYSTEM, async (tx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
      await terminate(rows[0]?.pid ?? 0);
      await until(() => broken.length > 0);
      await sql`select 1`.execute(tx);
    })
    .catch((thrown: unknown) => thrown);
  expect(isUnavailable(error)).toBe(true);
  const again = await transactions.run(SYSTEM, (tx) => sql<{ one: number }>`select 1 as one`.execute(tx));
  expect(again.rows).toEqual([{ one: 1 }]);
});

test('a connection that breaks while idle is reported and replaced', async () => {
  const before = broken.length;
  const { rows } = await transactions.run(SYSTEM, (tx) =>
    sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx),
  );
  await terminate(rows[0]?.pid ?? 0);
  await until(() => broken.length > before);
  expect(broken.length).toBeGreaterThan(before);
  await transactions.ping();
});

test("the owner's connection that breaks between two statements fails the next one, and ends no process", async () => {
  const work = withOwner(database.ownerUrl, async (owner) => {
    const { rows } = await owner.query<{ pid: number }>('select pg_backend_pid() as pid');
    const ended = new Promise((resolve) => owner.once('end', resolve));
    await terminate(rows[0]?.pid ?? 0);
    await ended;
    await owner.query('select 1');
  });
  await expect(work).rejects.toThrow(/not queryable/);
});

test('a link that dies silently fails the transaction in time, and keeps no place in the pool', async () => {
  const link = await Link.open();
  const url = new URL(database.appUrl);
  link.connectTo(url.hostname, Number(url.port));
  url.port = String(link.port);
  const overLink = connect(url.href, 1, () => undefined, 300);
  try {
    const error: unknown = await overLink
      .run(SYSTEM, async (tx) => {
        await sql`select pg_advisory_xact_lock(7)`.execute(tx);
        link.cut('silent');
        await sql`select 1`.execute(tx);
      })
      .catch((thrown: unknown) => thrown);
    expect(isUnavailable(error)).toBe(true);
    link.restore();
    await overLink.ping();
    // The server, which gets no answer either, frees the lock.
    await transactions.run(SYSTEM, (tx) => sql`select pg_advisory_xact_lock(7)`.execute(tx));
  } finally {
    await overLink.close();
    await link.close();
  }
});

test('the server itself ends a statement that waits too long for a lock, as unavailable', async () => {
  const hasty = connect(database.appUrl, 1, () => undefined, 300);
  try {
    const error: unknown = await transactions.run(SYSTEM, async (tx) => {
      await sql`select pg_advisory_xact_lock(8)`.execute(tx);
      return hasty
        .run(SYSTEM, (other) => sql`select pg_advisory_xact_lock(8)`.execute(other))
        .catch((thrown: unknown) => thrown);
    });
    expect(error).toMatchObject({ code: '57014' });
    expect(isUnavailable(error)).toBe(true);
    await hasty.ping();
  } finally {
    await hasty.close();
  }
});

test('each caller waits for a connection within its own limit, and a late one goes back to the pool', async () => {
  let limitMs = 5_000;
  const pool = connect(
    database.appUrl,
    1,
    () => undefined,
    undefined,
    () => ({ connectionMs: limitMs }),
  );
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  try {
    const holding = pool.run(SYSTEM, async (tx) => {
      await sql`select 1`.execute(tx);
      await held;
    });
    const one = () => pool.run(SYSTEM, (tx) => sql`select 1`.execute(tx));
    await until(() => pool.pool().open === 1 && pool.pool().idle === 0);
    limitMs = 50;
    const error: unknown = await one().catch((thrown: unknown) => thrown);
    expect(isUnavailable(error)).toBe(true);
    limitMs = 5_000;
    const patient = one();
    letGo();
    await Promise.all([holding, patient, one()]);
    await until(() => pool.pool().idle === 1);
    expect(pool.pool()).toEqual({ open: 1, idle: 1, waiting: 0 });
  } finally {
    await pool.close();
  }
});
