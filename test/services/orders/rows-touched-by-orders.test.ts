import { sql } from 'kysely';
import { Client } from 'pg';
import { listAttention } from '../../../src/services/interventions/read-attention';
import { findOrdersToExamine } from '../../../src/services/interventions/orders-to-examine';
import { AbandonedDraftSweeper } from '../../../src/services/orders/abandoned-drafts';
import { SYSTEM, type Caller } from '../../../src/contracts/caller';
import { ListAttention } from '../../../src/contracts/interventions/interventions';
import { readFigures } from '../../../src/telemetry/business-figures';
import { seedMall, type TestMall } from '../../support/mall';
import { People, callerFor } from '../../support/people';
import { startWorld, type World } from '../../support/world';
import { log } from '../../support/log';

const CLOSED = 3_000;
/** Limits the rows of one table that an order of two lines may touch in its life, each as often as it is read. */
const OWN_ROWS = 1_000;

/** The number of the world's connections, so that each is used when so many are at once. */
const POOL_SIZE = 10;

let world: World;
let mall: TestMall;
let people: People;
let owner: Client;
beforeAll(async () => {
  world = await startWorld();
  mall = await seedMall(world.transactions);
  people = new People(world, mall);
  owner = new Client({ connectionString: world.database.ownerUrl });
  await owner.connect();
  // Nothing takes new statistics meanwhile: plans from when the tables were nearly empty stay.
  await owner.query(`
    DO $$ DECLARE t text; BEGIN
      FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('ALTER TABLE %I SET (autovacuum_enabled = false)', t); END LOOP;
    END $$`);
  await multiply(await play());
}, 180_000);
afterAll(async () => {
  await owner.end();
  await world.close();
});

/** Takes an order from checkout to the doorstep. Everybody reads it at every step, often enough that plans are kept. */
async function play(): Promise<string> {
  const { id } = await people.place();
  const look = async (): Promise<void> => {
    const lookers: Caller[] = [people.storefront, callerFor('merchant', mall.merchantIds[0]), callerFor('support')];
    for (const looker of lookers) for (let time = 0; time < 3; time += 1) await people.read(id, looker);
  };
  await look();
  await people.pack(id);
  await look();
  await people.handOver(id);
  await people.scan(id, 'in_transit', 'out_for_delivery', 'delivered', 'signed');
  await people.untilStatus(id, 'completed');
  await look();
  return id;
}

/**
 * Runs what the processes run by themselves: the figures for the metrics, the watchdog, the sweeper; and lists the
 * orders that need a person.
 */
async function round(): Promise<void> {
  await readFigures(world.transactions);
  await world.transactions.run(SYSTEM, (tx) =>
    findOrdersToExamine(tx, { receive: 60, pick: 60, ship: 60, cancelling: 60, step: 24 * 3600, timeZone: 'UTC' }),
  );
  await new AbandonedDraftSweeper(world.transactions, world.outbox, world.workflows, log).sweep();
  await world.transactions.run(callerFor('support'), (tx) => listAttention(tx, ListAttention.parse({})));
}

/** Repeats all that an ended order left in the books, under other ids. */
async function multiply(orderId: string): Promise<void> {
  const ofOrder = `"orderId" = '${orderId}'`;
  const left = {
    orders: `id = '${orderId}'`,
    customer: `id = (SELECT "customerId" FROM orders WHERE id = '${orderId}')`,
    webhook_event: '"eventId" IS NOT NULL',
    allocation: `"reservationId" IN (SELECT id FROM reservation WHERE ${ofOrder})`,
    ledger_entry: `"transactionId" IN (SELECT id FROM ledger_transaction WHERE ${ofOrder})`,
    timeline_event: ofOrder,
    timeline_head: ofOrder,
    order_line: ofOrder,
    order_price: ofOrder,
    payment: ofOrder,
    fulfillment: ofOrder,
    reservation: ofOrder,
    task: ofOrder,
    shipment: ofOrder,
    operation: ofOrder,
    ledger_transaction: ofOrder,
  };
  await owner.query('SET session_replication_role = replica');
  for (const [table, condition] of Object.entries(left)) {
    const { rowCount } = await owner.query(`
      INSERT INTO ${table} SELECT r.*
      FROM ${table} t, generate_series(1, ${CLOSED}) i, jsonb_populate_record(NULL::${table},
        regexp_replace(to_jsonb(t)::text,
          '((?:ord|cus|lin|pay|ful|rsv|tsk|shp|ltx)_)[0-9A-Z]{10}', '\\1' || lpad(i::text, 10, '0'), 'g')::jsonb
        || CASE '${table}' WHEN 'shipment' THEN jsonb_build_object('trackingNumber', t.ctid::text || i)
           WHEN 'ledger_transaction' THEN jsonb_build_object('operationKey', t.ctid::text || i)
           WHEN 'webhook_event' THEN jsonb_build_object('eventId', t.ctid::text || i)
           WHEN 'customer' THEN jsonb_build_object('referenceIndex', '\\x' || lpad(i::text, 8, '0')) ELSE '{}' END) r
      WHERE t.${condition}`);
    if ((rowCount ?? 0) < CLOSED) throw new Error(`${table}: ${rowCount} rows in place of ${CLOSED} or more`);
  }
  // Every SKU has had its deliveries, which were sold: each left an empty lot.
  await owner.query(`
    INSERT INTO lot (id, "skuId", "warehouseId", "locationId", code, "onHand")
    SELECT 'lot_' || l.id || i, "skuId", "warehouseId", "locationId", 'sold ' || l.id || i, 0
    FROM lot l, generate_series(1, ${CLOSED}) i`);
  await owner.query('RESET session_replication_role');
}

/** Reads how many rows of each table were read until now, by index or sequentially. */
async function rowsRead(): Promise<ReadonlyMap<string, number>> {
  // A session reports what it read at the end of a transaction, now and then or when forced to: each of the pool ends
  // one.
  await Promise.all(
    Array.from({ length: POOL_SIZE }, () =>
      world.transactions.run(SYSTEM, (tx) => sql`select pg_stat_force_next_flush(), pg_sleep(0.2)`.execute(tx)),
    ),
  );
  const { rows } = await owner.query<{ relname: string; n: string }>(
    'SELECT relname, seq_tup_read + coalesce(idx_tup_fetch, 0) AS n FROM pg_stat_user_tables',
  );
  return new Map(rows.map(({ relname, n }) => [relname, Number(n)]));
}

/** Lists the tables of which something reads more rows than one order has, with the number of rows. */
async function readTooMuchOf(work: () => Promise<unknown>): Promise<[string, number][]> {
  const before = await rowsRead();
  await work();
  const touched = [...(await rowsRead())].map(([table, n]): [string, number] => [table, n - (before.get(table) ?? 0)]);
  expect(touched.find(([table]) => table === 'orders')?.[1]).toBeGreaterThan(0);
  return touched.filter(([, n]) => n > OWN_ROWS);
}

test('an order touches only its own rows, however many have ended since the plans were made', async () => {
  expect(await readTooMuchOf(play)).toEqual([]);
}, 60_000);

test('background work and the lists of staff touch no order that has ended', async () => {
  await owner.query('ANALYZE');
  expect(await readTooMuchOf(round)).toEqual([]);
}, 60_000);
