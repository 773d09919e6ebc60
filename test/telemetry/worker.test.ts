import { CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import type { Transactions } from '../../src/books/transactions';
import { SYSTEM } from '../../src/contracts/caller';
import { ProviderUnavailable } from '../../src/providers/unavailable';
import { serveMetrics } from '../../src/telemetry/endpoint';
import { createWorkerMetrics, type WorkerMetrics } from '../../src/telemetry/worker-metrics';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { connectTo } from '../support/mall';

/** Stands for a provider with private state, such as the real ones have. */
class Counting {
  readonly code = 'test-carrier';
  #booked = 0;

  async book(weightG: number): Promise<number> {
    if (weightG < 0) throw new ProviderUnavailable(this.code, '503');
    if (weightG === 0) throw new DOMException('too late', 'TimeoutError');
    this.#booked += 1;
    return this.#booked;
  }

  async unmeasured(): Promise<string> {
    return this.code;
  }
}

let database: TestDatabase;
let transactions: Transactions;
let metrics: WorkerMetrics;
beforeAll(async () => {
  database = await createTestDatabase();
  transactions = connectTo(database.appUrl, 1);
  metrics = createWorkerMetrics(transactions);
});
afterAll(async () => {
  await transactions.close();
  await database.drop();
});

const counts = async (name: string): Promise<Record<string, number>> => {
  const text = await metrics.registry.metrics();
  return Object.fromEntries(
    [...text.matchAll(new RegExp(`^${name}_count\\{(.*)\\} (\\d+)$`, 'gm'))].map(([, labels, count]) => [
      labels ?? '',
      Number(count),
    ]),
  );
};

test('calls to a provider are measured by outcome, and their results stay the same', async () => {
  const provider = metrics.provider(new Counting(), ['book']);
  expect([await provider.book(10), await provider.book(10), await provider.unmeasured(), provider.code]).toEqual([
    1,
    2,
    'test-carrier',
    'test-carrier',
  ]);
  await expect(provider.book(-1)).rejects.toThrow(ProviderUnavailable);
  await expect(provider.book(0)).rejects.toThrow('too late');
  const labels = (outcome: string) => `provider="test-carrier",call="book",outcome="${outcome}"`;
  expect(await counts('mallflow_provider_call_duration_seconds')).toEqual({
    [labels('completed')]: 2,
    [labels('unavailable')]: 2,
  });
});

test('attempts of activities are measured by name and outcome', async () => {
  const { context } = new MockActivityEnvironment({ activityType: 'bookShipment' });
  const attempt = (work: () => Promise<unknown>) =>
    metrics.activities(context).inbound?.execute?.({ args: [], headers: {} }, work);
  expect(await attempt(async () => 'done')).toBe('done');
  await expect(
    attempt(async () => {
      throw new Error('broken');
    }),
  ).rejects.toThrow('broken');
  await expect(
    attempt(async () => {
      throw new CancelledFailure('stopped');
    }),
  ).rejects.toThrow('stopped');
  const labels = (outcome: string) => `activity="bookShipment",outcome="${outcome}"`;
  expect(await counts('mallflow_activity_duration_seconds')).toEqual({
    [labels('completed')]: 1,
    [labels('failed')]: 1,
    [labels('cancelled')]: 1,
  });
});

test('transactions are measured by outcome, and the pool by its current state', async () => {
  const measured = metrics.transactions;
  let text = '';
  await measured
    .run(SYSTEM, async () => {
      const waits = measured.snapshot(SYSTEM, async () => 1);
      text = await metrics.registry.metrics();
      return [waits];
    })
    .then(([waits]) => waits);
  await expect(
    measured.run(SYSTEM, async () => {
      throw new Error('refused');
    }),
  ).rejects.toThrow('refused');
  expect(text).toMatch(/^mallflow_database_connections\{state="used"\} 1$/m);
  expect(text).toMatch(/^mallflow_database_waiting 1$/m);
  expect(await counts('mallflow_database_transaction_duration_seconds')).toEqual({
    'mode="run",outcome="committed"': 1,
    'mode="snapshot",outcome="committed"': 1,
    'mode="run",outcome="rolled_back"': 1,
  });
});

test('a worker serves its metrics on its own port, to callers that may read them', async () => {
  const endpoint = await serveMetrics(
    metrics.registry,
    { host: '127.0.0.1', port: 0, token: 'a-token-of-the-scraper' },
    pino({ level: 'silent' }),
  );
  try {
    const ask = (path: string, authorization: string) =>
      fetch(`http://127.0.0.1:${endpoint.port}${path}`, { headers: { authorization } });
    const answered = await ask('/metrics', 'Bearer a-token-of-the-scraper');
    expect([answered.status, await answered.text()]).toEqual([
      200,
      expect.stringContaining('mallflow_activity_duration_seconds'),
    ]);
    expect([
      (await ask('/metrics', 'Bearer another')).status,
      (await ask('/', 'Bearer a-token-of-the-scraper')).status,
    ]).toEqual([401, 404]);
  } finally {
    await endpoint.close();
  }
});
