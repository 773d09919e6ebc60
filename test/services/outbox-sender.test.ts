import type { Client } from '@temporalio/client';
import { sql } from 'kysely';
import { pino } from 'pino';
import { enqueueOrderSignal, type OrderSignal } from '../../src/books/outbox';
import { connect, type Transactions } from '../../src/books/transactions';
import { OutboxSender } from '../../src/services/outbox-sender';
import { SYSTEM } from '../../src/contracts/caller';
import { orderWorkflowId } from '../../src/contracts/temporal-names';
import { until } from '../sandboxes/sandboxes';
import { createTestDatabase, type TestDatabase } from '../support/database';

const [FIRST, SECOND, THIRD] = ['ord_1', 'ord_2', 'ord_3'] as const;
const packed = (fulfillmentId: string): OrderSignal => ({ signal: 'parcelPacked', payload: { fulfillmentId } });

let database: TestDatabase;
let transactions: Transactions;
beforeAll(async () => {
  database = await createTestDatabase();
  transactions = connect(database.appUrl, 10, (error) => {
    throw error;
  });
}, 60_000);
afterEach(() => transactions.run(SYSTEM, (tx) => tx.deleteFrom('workflow_message').execute()));
afterAll(async () => {
  await transactions.close();
  await database.drop();
});

const commit = (orderId: string, ...fulfillmentIds: string[]): Promise<void> =>
  transactions.run(SYSTEM, async (tx) => {
    for (const id of fulfillmentIds) await enqueueOrderSignal(tx, orderId, packed(id));
  });

/** Lists what is queued, the oldest first, with the seconds until it is due. */
const queued = () =>
  transactions.run(SYSTEM, (tx) =>
    tx
      .selectFrom('workflow_message')
      .select([
        'workflowId',
        'attempts',
        'lastError',
        sql<number>`extract(epoch from "dueAt" - now())::float8`.as('pause'),
      ])
      .orderBy('id')
      .execute(),
  );
const dueNow = () =>
  transactions.run(SYSTEM, (tx) =>
    tx
      .updateTable('workflow_message')
      .set({ dueAt: new Date(0) })
      .execute(),
  );

/** Makes a sender whose Temporal takes what `take` lets pass, and the list of what it took, in order. */
function senderTo(take: (workflowId: string, fulfillmentId: string) => Promise<void>): {
  sender: OutboxSender;
  taken: string[];
} {
  const taken: string[] = [];
  const signal =
    (workflowId: string) =>
    async (_name: string, { fulfillmentId }: { fulfillmentId: string }): Promise<void> => {
      await take(workflowId, fulfillmentId);
      taken.push(fulfillmentId);
    };
  const temporal = {
    withDeadline: (_deadline: number, work: () => Promise<unknown>) => work(),
    workflow: { getHandle: (workflowId: string) => ({ signal: signal(workflowId) }) },
  } as unknown as Client;
  return { sender: new OutboxSender(transactions, temporal, pino({ level: 'silent' })), taken };
}

test('no sender overtakes another: an order gets its signals in the order of their facts', async () => {
  let letPass = (): void => undefined;
  let begun = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    letPass = resolve;
  });
  const sending = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const { sender, taken } = senderTo((_workflowId, fulfillmentId) => {
    begun();
    return fulfillmentId === 'ful_1' ? passed : Promise.resolve();
  });
  await commit(FIRST, 'ful_1');
  const flushed = sender.flush(FIRST);
  await sending;
  await commit(FIRST, 'ful_2');
  const others = [sender.flush(FIRST), sender.sweep(-1)];
  // Another order's messages are sent meanwhile.
  await commit(SECOND, 'ful_3');
  await sender.flush(SECOND);
  expect(taken).toEqual(['ful_3']);
  let settled = false;
  const settling = sender.idle().then(() => {
    settled = true;
  });
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  expect(settled).toBe(false);
  letPass();
  await Promise.all([settling, flushed, ...others]);
  expect(taken).toEqual(['ful_3', 'ful_1', 'ful_2']);
});

test('an order whose signals are slow holds no sweep, and gets the rest in the next ones', async () => {
  const slow = Array.from({ length: 12 }, (_, n) => `slow_${n}`);
  await commit(FIRST, ...slow);
  let now = Date.now();
  const clock = jest.spyOn(Date, 'now').mockImplementation(() => now);
  const { sender, taken } = senderTo(async () => {
    now += 1_500;
  });
  try {
    expect(await sender.sweep(-1)).toBe(3);
    await commit(SECOND, 'quick');
    expect(await sender.sweep(-1)).toBeLessThan(10);
  } finally {
    clock.mockRestore();
  }
  expect(taken).toContain('quick');
  while ((await queued()).length > 0) await sender.sweep(-1);
  expect(taken.filter((id) => id !== 'quick')).toEqual(slow);
});

test('a message whose own sender found the one before it held is sent by that one', async () => {
  await commit(FIRST, 'ful_1');
  const run = transactions.run.bind(transactions);
  let written = false;
  // The second is written, and its sender finds the first one held, just before that is deleted.
  const spy = jest.spyOn(transactions, 'run').mockImplementation(async (caller, work) => {
    const result = await run(caller, work);
    if (result === undefined && !written) {
      written = true;
      await commit(FIRST, 'ful_2');
    }
    return result;
  });
  const { sender, taken } = senderTo(() => Promise.resolve());
  await sender.flush(FIRST);
  spy.mockRestore();
  expect(taken).toEqual(['ful_1', 'ful_2']);
});

test('a sweep that is stopped ends after the message under way', async () => {
  await commit(FIRST, 'ful_1', 'ful_2', 'ful_3');
  let stopped = false;
  const { sender, taken } = senderTo(async () => {
    stopped = true;
  });
  await sender.sweep(-1, () => !stopped);
  expect(taken).toEqual(['ful_1']);
});

test('an order that refuses its signals delays no other, and keeps them', async () => {
  const { sender, taken } = senderTo((workflowId) =>
    workflowId === orderWorkflowId(FIRST)
      ? Promise.reject(new Error('It has had too many signals'))
      : Promise.resolve(),
  );
  await commit(FIRST, 'ful_1');
  await commit(SECOND, 'ful_2', 'ful_3');
  await expect(sender.sweep(-1)).resolves.toBe(2);
  expect(taken).toEqual(['ful_2', 'ful_3']);
  expect(await queued()).toMatchObject([{ workflowId: orderWorkflowId(FIRST) }]);
});

test('a signal that failed is put off, longer each time, and sent in its turn', async () => {
  let refuses = true;
  const { sender, taken } = senderTo(() => (refuses ? Promise.reject(new TypeError('no')) : Promise.resolve()));
  await commit(FIRST, 'ful_1', 'ful_2');
  const pauses: number[] = [];
  for (let attempt = 1; attempt <= 6; attempt += 1) {
    await sender.flush(FIRST);
    // Before its time, nobody tries it.
    await sender.flush(FIRST);
    const [head, next] = await queued();
    expect([head?.attempts, head?.lastError, next?.attempts]).toEqual([attempt, 'TypeError', 0]);
    pauses.push(Math.ceil(head?.pause ?? 0));
    await dueNow();
  }
  expect(pauses).toEqual([1, 2, 4, 8, 15, 15]);
  refuses = false;
  await sender.flush(FIRST);
  expect([taken, await queued()]).toEqual([['ful_1', 'ful_2'], []]);
});

test('a sender ends only when what failed is put off', async () => {
  const run = transactions.run.bind(transactions);
  let hasFailed = false;
  const spy = jest.spyOn(transactions, 'run').mockImplementation(async (caller, work) => {
    if (hasFailed) await new Promise((resolve) => setTimeout(resolve, 50));
    return run(caller, work);
  });
  const { sender } = senderTo(() => {
    hasFailed = true;
    return Promise.reject(new TypeError('no'));
  });
  await commit(FIRST, 'ful_1');
  await sender.flush(FIRST);
  spy.mockRestore();
  expect(await queued()).toMatchObject([{ attempts: 1, lastError: 'TypeError' }]);
});

test('a signal whose sender died is held for a time, and then sent by another', async () => {
  const dead = senderTo(() => new Promise(() => undefined));
  await commit(FIRST, 'ful_1', 'ful_2');
  void dead.sender.flush(FIRST);
  await until(async () => (await queued())[0]?.attempts === 1);
  const { sender, taken } = senderTo(() => Promise.resolve());
  await sender.flush(FIRST);
  expect(taken).toEqual([]);
  expect((await queued())[0]?.pause).toBeGreaterThan(5);
  await dueNow();
  await sender.flush(FIRST);
  expect(taken).toEqual(['ful_1', 'ful_2']);
});

test('senders that wait for Temporal hold no connection', async () => {
  const { sender } = senderTo(() => new Promise(() => undefined));
  const ids = Array.from({ length: 60 }, (_, n) => `ord_${n}`);
  for (const id of ids) await commit(id, 'ful_1');
  for (const id of ids) void sender.flush(id);
  await until(async () => (await queued()).every(({ attempts }) => attempts === 1));
  expect(transactions.pool()).toMatchObject({ waiting: 0 });
});

test('a workflow with many signals on a slow link gets each once, whoever sends them', async () => {
  const { sender, taken } = senderTo(() => new Promise((resolve) => setTimeout(resolve, 60)));
  const names = Array.from({ length: 50 }, (_, n) => `ful_${n}`);
  await commit(FIRST, ...names);
  await Promise.all([sender.flush(FIRST), sender.flush(FIRST)]);
  // Who wrote them waits no longer than two seconds; the sweeper sends the others.
  expect(taken.length).toBeLessThan(names.length);
  await sender.sweep(-1);
  expect([taken, await queued()]).toEqual([names, []]);
});

test('a Temporal that takes nothing ends the sweep, and nothing is lost', async () => {
  const { sender } = senderTo(() => Promise.reject(new Error('UNAVAILABLE')));
  for (const orderId of [FIRST, SECOND, THIRD]) await commit(orderId, 'ful_1');
  await expect(sender.sweep(-1)).rejects.toThrow('UNAVAILABLE');
  await expect(sender.flush(FIRST)).resolves.toBeUndefined();
  expect(await queued()).toHaveLength(3);
});
