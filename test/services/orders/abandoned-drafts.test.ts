import { pino } from 'pino';
import { connect, type Transactions } from '../../../src/books/transactions';
import { markStarted } from '../../../src/books/orders/orders';
import { SYSTEM } from '../../../src/contracts/caller';
import { withOwner } from '../../../src/embedded/postgres/databases';
import { findMissingSteps } from '../../../src/services/interventions/missing-steps';
import { AbandonedDraftSweeper } from '../../../src/services/orders/abandoned-drafts';
import type { OrderStart, OrderWorkflows } from '../../../src/services/orders/order-workflows';
import type { OutboxSender } from '../../../src/services/outbox-sender';
import { BareRows } from '../../states/bare-rows';
import { createTestDatabase, type TestDatabase } from '../../support/database';

const DAY_MS = 86_400_000;
const ago = (ms: number) => new Date(Date.now() - ms);

let database: TestDatabase;
let transactions: Transactions;
let rows: BareRows;
beforeEach(async () => {
  database = await createTestDatabase();
  rows = await BareRows.open(database.ownerUrl);
  transactions = connect(database.appUrl, 4, (error) => {
    throw error;
  });
});
afterEach(async () => {
  await rows.close();
  await transactions.close();
  await database.drop();
});

/** Makes a sweeper whose Temporal starts no order of `broken`; lists those that it started, in order. */
function sweeperWhere(broken: readonly string[], outbox: () => Promise<number> = () => Promise.resolve(0)) {
  const started: string[] = [];
  const tries = { onTry: (_orderId: string): Promise<void> => Promise.resolve() };
  const workflows = {
    ensureStarted: async ({ orderId }: OrderStart) => {
      await tries.onTry(orderId);
      if (broken.includes(orderId)) throw new Error(`${orderId} cannot be started`);
      started.push(orderId);
    },
  } as unknown as OrderWorkflows;
  const sender = { sweep: outbox } as unknown as OutboxSender;
  const sweeper = new AbandonedDraftSweeper(transactions, sender, workflows, pino({ level: 'silent' }));
  return { sweeper, started, broken: tries };
}
const owner = (text: string) => withOwner(database.ownerUrl, (client) => client.query(text));
async function drafts(...ids: string[]): Promise<void> {
  for (const [n, id] of ids.entries()) {
    await rows.insert('orders', { id, status: 'draft', startLeaseUntil: ago(60_000 - n) });
    await rows.insert('payment', { orderId: id, number: 1 });
  }
}

test('a draft that cannot be started delays no other', async () => {
  await drafts('ord_1', 'ord_2', 'ord_3');
  const { sweeper, started } = sweeperWhere(['ord_1']);
  await sweeper.sweep();
  expect(started).toEqual(['ord_2', 'ord_3']);
});

test('drafts that fail in a row end the round, and wait behind the others in the next one', async () => {
  await drafts('ord_1', 'ord_2', 'ord_3', 'ord_4');
  const { sweeper, started } = sweeperWhere(['ord_1', 'ord_2', 'ord_3']);
  await expect(sweeper.sweep()).rejects.toThrow('ord_3 cannot be started');
  expect(started).toEqual([]);
  await sweeper.sweep();
  expect(started).toEqual(['ord_4']);
});

test('drafts that fail between others end no round, and the oldest lease comes first', async () => {
  for (const [n, id] of ['ord_5', 'ord_4', 'ord_3', 'ord_2', 'ord_1'].entries()) {
    await rows.insert('orders', { id, status: 'draft', startLeaseUntil: ago(60_000 - n) });
    await rows.insert('payment', { orderId: id, number: 1 });
  }
  const { sweeper, started } = sweeperWhere(['ord_5', 'ord_4', 'ord_2']);
  await sweeper.sweep();
  expect(started).toEqual(['ord_3', 'ord_1']);
});

test('a draft that another process started meanwhile is not put off to be started again', async () => {
  await drafts('ord_1');
  const { sweeper, broken } = sweeperWhere(['ord_1']);
  broken.onTry = (orderId) => transactions.run(SYSTEM, (tx) => markStarted(tx, orderId));
  await sweeper.sweep();
  const { rows: leased } = await owner('select id from orders where "startLeaseUntil" is not null');
  expect(leased).toEqual([]);
});

test('a draft is tried again until it starts, and not after that', async () => {
  await drafts('ord_1');
  const broken = ['ord_1'];
  const { sweeper, started } = sweeperWhere(broken);
  await sweeper.sweep();
  broken.pop();
  await sweeper.sweep();
  expect(started).toEqual([]);
  await transactions.run(SYSTEM, (tx) =>
    tx
      .updateTable('orders')
      .set({ startLeaseUntil: ago(1) })
      .execute(),
  );
  for (let round = 0; round < 2; round += 1) await sweeper.sweep();
  expect(started).toEqual(['ord_1']);
});

test('signals that cannot be sent stop neither drafts nor the deletion of old keys', async () => {
  await drafts('ord_1');
  await keep(['old'], ago(8 * DAY_MS));
  const { sweeper, started } = sweeperWhere([], () => Promise.reject(new Error('Temporal is away')));
  await expect(sweeper.sweep()).rejects.toThrow('Temporal is away');
  expect(started).toEqual(['ord_1']);
  expect(await keys()).toEqual([]);
});

const keep = (names: readonly string[], createdAt: Date) =>
  transactions.run(SYSTEM, (tx) =>
    tx
      .insertInto('idempotency_record')
      .values(
        names.map((key) => ({ caller: 'c', key, requestHash: Buffer.alloc(1), leaseUntil: createdAt, createdAt })),
      )
      .execute(),
  );
const receive = (names: readonly string[], receivedAt: Date) =>
  transactions.run(SYSTEM, (tx) =>
    tx
      .insertInto('webhook_event')
      .values(names.map((eventId) => ({ provider: 'p', eventId, payload: '{}', receivedAt })))
      .execute(),
  );
const keys = () =>
  transactions.run(SYSTEM, async (tx) =>
    (await tx.selectFrom('idempotency_record').select('key').orderBy('key').execute()).map(({ key }) => key),
  );
const events = () =>
  transactions.run(SYSTEM, async (tx) =>
    (await tx.selectFrom('webhook_event').select('eventId').orderBy('eventId').execute()).map(({ eventId }) => eventId),
  );

test('unmet demand is kept for the thirty days that it counts, and deleted after that', async () => {
  await owner(`insert into stock_demand (source, "skuId", "merchantId", requested, available, at)
    values ('inside', 's', 'm', 2, 1, now() - interval '29 days'),
           ('outside', 's', 'm', 2, 1, now() - interval '31 days')`);
  await sweeperWhere([]).sweeper.sweep();
  expect((await owner('select source from stock_demand')).rows).toEqual([{ source: 'inside' }]);
});

test('keys and webhooks are kept for seven days, and deleted after that, however many there are', async () => {
  const [inside, outside] = [ago(7 * DAY_MS - 60_000), ago(7 * DAY_MS + 60_000)];
  const many = Array.from({ length: 2_001 }, (_, n) => `outside ${n}`);
  await keep(['inside'], inside);
  await receive(['inside'], inside);
  await keep(many, outside);
  await receive(many, outside);
  await keep(
    Array.from({ length: 5_000 }, (_, n) => `more ${n}`),
    outside,
  );
  const { sweeper } = sweeperWhere([]);
  await sweeper.sweep();
  // So many need more than one round: the others must not wait for that.
  expect((await keys()).length).toBeGreaterThan(1);
  await sweeper.sweep();
  expect([await keys(), await events()]).toEqual([['inside'], ['inside']]);
});

test('a draft that was not started in time misses a step, one that was just placed does not', async () => {
  await drafts('ord_1', 'ord_2');
  await owner(`insert into timeline_event ("orderId", seq, type, at, actor, data, hash)
    values ('ord_1', 1, 'order.received', now() - interval '21 seconds', 'system', '{}', ''),
           ('ord_2', 1, 'order.received', now() - interval '19 seconds', 'system', '{}', '')`);
  expect(await transactions.run(SYSTEM, (tx) => findMissingSteps(tx, 20, 10))).toEqual(['ord_1']);
});
