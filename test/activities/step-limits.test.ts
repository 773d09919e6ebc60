import { MockActivityEnvironment } from '@temporalio/testing';
import { sql } from 'kysely';
import { stepLimits } from '../../activities/step-limits';
import { enqueueOrderSignal } from '../../src/books/outbox';
import { connect, type Transactions } from '../../src/books/transactions';
import { SYSTEM } from '../../src/contracts/caller';
import { createTestDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;
let transactions: Transactions;
beforeAll(async () => {
  database = await createTestDatabase();
  transactions = connect(
    database.appUrl,
    4,
    (error) => {
      throw error;
    },
    undefined,
    stepLimits,
  );
}, 60_000);
afterAll(async () => {
  await transactions.close();
  await database.drop();
});

const within = (isLocal: boolean) => new MockActivityEnvironment({ isLocal });
const limitOfStatements = () =>
  transactions.run(
    SYSTEM,
    async (tx) =>
      (await sql<{ ms: string }>`select current_setting($$statement_timeout$$) as ms`.execute(tx)).rows[0]?.ms,
  );

test('a step of a workflow task gives way after a second; a call on a queue waits for its turn', async () => {
  const connectionMs = () => Promise.resolve(stepLimits().connectionMs);
  expect([
    await within(true).run(connectionMs),
    await within(false).run(connectionMs),
    stepLimits().connectionMs,
  ]).toEqual([1_000, 5_000, 5_000]);
});

test('the statements of a step end before the step does, and those of others as usual', async () => {
  expect(await within(true).run(limitOfStatements)).toBe('2500ms');
  expect(await within(false).run(limitOfStatements)).toBe('10s');
  expect(await limitOfStatements()).toBe('10s');
});

test('a step whose time is over writes nothing more, and begins nothing', async () => {
  const step = within(true);
  let begun = 0;
  const work = () =>
    transactions.run(SYSTEM, async (tx) => {
      begun += 1;
      await enqueueOrderSignal(tx, 'ord_late', { signal: 'backorderFilled', payload: {} });
      step.cancel('TIMED_OUT');
      await sql`select 1`.execute(tx);
    });
  await expect(step.run(work)).rejects.toThrow('The time of this step was over before its transaction ended');
  await expect(step.run(work)).rejects.toThrow('The time of this step was over before its transaction ended');
  expect(begun).toBe(1);
  const rows = await transactions.run(SYSTEM, (tx) => tx.selectFrom('workflow_message').select('id').execute());
  expect(rows).toEqual([]);
});

test('a call on a queue that is cancelled ends its transaction: its answer is kept', async () => {
  const call = within(false);
  await call.run(() =>
    transactions.run(SYSTEM, async (tx) => {
      call.cancel('CANCELLED');
      await sql`select 1`.execute(tx);
    }),
  );
});
