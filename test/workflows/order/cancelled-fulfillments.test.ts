import { sql } from 'kysely';
import { moveFulfillment } from '../../../src/books/orders/fulfillments';
import { completeTask } from '../../../src/books/warehouse/tasks';
import { SYSTEM } from '../../../src/contracts/caller';
import type { TaskKind } from '../../../src/contracts/statuses';
import { until } from '../../sandboxes/sandboxes';
import { lateTry } from '../../support/cut-off';
import { callerFor, granted, intent } from '../../support/people';
import { startSuite } from '../../support/suite';

/* The floor works on a fulfillment while its order is cancelled: whoever is first, the order goes no further. */
const suite = startSuite();
const FLOOR = callerFor('platform');
afterEach(() => jest.restoreAllMocks());

const openTasks = (orderId: string) =>
  suite.world.transactions.run(SYSTEM, (tx) =>
    tx
      .selectFrom('task')
      .select(['id', 'kind'])
      .where('orderId', '=', orderId)
      .where('status', 'in', ['open', 'claimed'])
      .execute(),
  );
const taskOf = async (orderId: string, kind: TaskKind) => {
  const task = (await openTasks(orderId)).find((one) => one.kind === kind);
  if (!task) throw new Error(`no ${kind} task is open`);
  return task.id;
};
const statuses = async (orderId: string) => (await suite.people.read(orderId)).fulfillments.map(({ status }) => status);
const cancelling = (orderId: string) =>
  lateTry(suite.world.activities.beginCancellation, { orderId, reason: 'customer_request', actor: 'support:test' });
const work = async (orderId: string, kind: TaskKind) =>
  granted(await suite.world.tasks.complete(FLOOR, intent(), await taskOf(orderId, kind), {}));
/** Counts our transactions that wait for a lock. */
const waiting = async (): Promise<number> =>
  (
    await suite.world.transactions.run(SYSTEM, (tx) =>
      sql<{ n: number }>`
        select count(*)::int as n from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(tx),
    )
  ).rows[0]?.n ?? 0;

/** Counts how often the most repeated transaction has begun: more than once after a deadlock. */
function tries(): () => number {
  const run = suite.world.transactions.run.bind(suite.world.transactions);
  let most = 0;
  jest.spyOn(suite.world.transactions, 'run').mockImplementation((caller, work) => {
    let tried = 0;
    return run(caller, (tx) => {
      most = Math.max(most, (tried += 1));
      return work(tx);
    });
  });
  return () => most;
}

/** Locks a task, and returns what unlocks it. */
async function hold(taskId: string): Promise<() => Promise<void>> {
  let end = (): void => undefined;
  let locked = false;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const held = suite.world.transactions.run(SYSTEM, async (tx) => {
    await tx.selectFrom('task').select('id').where('id', '=', taskId).forUpdate().executeTakeFirstOrThrow();
    locked = true;
    await ended;
  });
  await until(() => locked);
  return () => {
    end();
    return held;
  };
}

test.each<[TaskKind, TaskKind[]]>([
  ['pick', []],
  ['recheck', ['pick']],
  ['pack', ['pick', 'recheck']],
])(
  'a cancellation that comes while a %s task is completed waits for it, and leaves no task open',
  async (kind, earlierThan) => {
    const { id } = await suite.people.place({}, [suite.mall.skus.cup]);
    for (const earlier of earlierThan) await work(id, earlier);
    const taskId = await taskOf(id, kind);
    const mostTries = tries();
    const release = await hold(taskId);
    const before = await waiting();
    const done = suite.world.tasks.complete(FLOOR, intent(), taskId, {});
    await until(async () => (await waiting()) > before);
    const cancelled = cancelling(id);
    await until(async () => (await waiting()) > before + 1);
    await release();
    granted(await done);
    expect(await cancelled).toEqual({ outcome: 'cancelled' });
    expect(await openTasks(id)).toEqual([]);
    expect(mostTries()).toBe(1);
    await suite.world.outbox.flush(id);
    await suite.people.untilStatus(id, 'cancelled');
    expect(await statuses(id)).toEqual(['cancelled']);
  },
  30_000,
);

test('a cancellation that is not committed yet when the floor completes a task comes first', async () => {
  const { id } = await suite.people.place({}, [suite.mall.skus.cup]);
  const taskId = await taskOf(id, 'pick');
  const mostTries = tries();
  const release = await hold(taskId);
  const before = await waiting();
  const cancelled = cancelling(id);
  await until(async () => (await waiting()) > before);
  const done = suite.world.tasks.complete(FLOOR, intent(), taskId, {});
  await until(async () => (await waiting()) > before + 1);
  await release();
  expect(await cancelled).toEqual({ outcome: 'cancelled' });
  expect(await done).toMatchObject({ refused: 'task_not_open' });
  expect(await openTasks(id)).toEqual([]);
  expect(mostTries()).toBe(1);
}, 30_000);

test('an open task of a cancelled fulfillment cannot be completed, nor the fulfillment packed', async () => {
  const { id } = await suite.people.place({}, [suite.mall.skus.cup]);
  await work(id, 'pick');
  await work(id, 'recheck');
  const taskId = await taskOf(id, 'pack');
  granted(await suite.world.orders.cancel(suite.people.storefront, intent(), id, { reason: 'customer_request' }));
  await suite.people.untilStatus(id, 'cancelled');
  await suite.world.transactions.run(SYSTEM, (tx) =>
    tx.updateTable('task').set({ status: 'open', doneAt: null }).where('id', '=', taskId).execute(),
  );
  const before = await suite.people.eventTypes(id);
  const refused = await suite.world.transactions.run(FLOOR, (tx) => completeTask(tx, taskId, FLOOR.actor, {}));
  expect(refused).toMatchObject({ refused: 'task_not_open', detail: 'Its fulfillment is cancelled' });
  expect(await statuses(id)).toEqual(['cancelled']);
  expect(await suite.people.eventTypes(id)).toEqual(before);
  const [fulfillment] = (await suite.people.read(id)).fulfillments;
  await suite.world.transactions.run(SYSTEM, (tx) => moveFulfillment(tx, fulfillment?.id ?? '', 'packed'));
  expect(await statuses(id)).toEqual(['cancelled']);
}, 30_000);
