import { Authenticator } from '../../src/services/access/authenticator';
import type { Transactions } from '../../src/books/transactions';
import type { LoadLimits } from '../../src/http/deps';
import { placeOrderBody } from '../support/mall';
import { posting, reading, startApi, type TestApi } from './api';

const limitsWith = (perSecond: number): LoadLimits => ({
  placementsInFlight: 64,
  placementsWaiting: 512,
  placementWaitMs: 10_000,
  eventLoopDelayMs: 60_000,
  eventLoopWindowMs: 1_000,
  requestsPerSecond: 10_000,
  unauthenticatedPerSecond: perSecond,
});
const PER_SECOND = 3;
const MANY = 24;

/** Counts the snapshot transactions, which reads open. */
const counting = (
  transactions: Transactions,
): { readonly transactions: Transactions; readonly snapshots: () => number } => {
  let snapshots = 0;
  return {
    snapshots: () => snapshots,
    transactions: {
      ...transactions,
      snapshot: (caller, work) => {
        snapshots += 1;
        return transactions.snapshot(caller, work);
      },
    },
  };
};

let api: TestApi;
let queries: () => number;
const start = async (perSecond: number): Promise<void> => {
  api = await startApi((transactions) => {
    const counted = counting(transactions);
    queries = counted.snapshots;
    const authenticator = new Authenticator(counted.transactions);
    return {
      limits: limitsWith(perSecond),
      authenticate: (secret) => authenticator.callerOf(secret),
      isKnownKey: (secret) => authenticator.knows(secret),
    };
  });
};
afterEach(() => api.close());

const list = (key: string, remoteAddress = '203.0.113.7') =>
  api.app.inject({ url: '/v1/orders', headers: reading(key), remoteAddress });
const atOnce = <T>(request: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: MANY }, (_, n) => request(n)));
const statuses = (answers: readonly { statusCode: number }[], status: number): number =>
  answers.filter(({ statusCode }) => statusCode === status).length;

test('above the limit of an address, unknown keys get 429 without a query; known keys are served', async () => {
  await start(PER_SECOND);
  expect((await list(api.mall.keys.support)).statusCode).toBe(200);
  const before = queries();
  const [answers, served] = await Promise.all([
    atOnce((n) => list(`mf_storefront_guess${n}`)),
    atOnce(() => list(api.mall.keys.support)),
  ]);
  const [unknown, limited] = [statuses(answers, 401), answers.filter(({ statusCode }) => statusCode === 429)];
  expect(unknown + limited.length).toBe(MANY);
  // A burst falls into two windows at most.
  expect(limited.length).toBeGreaterThanOrEqual(MANY - 2 * PER_SECOND);
  expect(queries() - before).toBe(unknown);
  expect([limited[0]?.json(), limited[0]?.headers['retry-after'], limited[0]?.headers['content-type']]).toMatchObject([
    { code: 'rate_limited' },
    '2',
    'application/problem+json',
  ]);
  expect(statuses(served, 200)).toBe(MANY);
  expect((await list('mf_storefront_guess', '203.0.113.8')).statusCode).toBe(401);
  const shed = (await api.app.inject({ url: '/metrics' })).body
    .split('\n')
    .find((line) => line.startsWith('mallflow_http_requests_shed_total{reason="stranger"}'));
  expect(shed).toBe(`mallflow_http_requests_shed_total{reason="stranger"} ${limited.length}`);
});

test('requests without a key and links of messages count; webhooks and health checks do not', async () => {
  await start(PER_SECOND);
  const from = (last: number) => ({ remoteAddress: `203.0.113.${last}` });
  const recipient = placeOrderBody([api.mall.skus.cup]).recipient as object;
  const least = MANY - 2 * PER_SECOND;
  expect(statuses(await atOnce(() => api.app.inject({ url: '/v1/orders', ...from(1) })), 429)).toBeGreaterThanOrEqual(
    least,
  );
  expect(
    statuses(await atOnce(() => api.app.inject({ url: '/v1/address-fixes/forged', ...from(2) })), 429),
  ).toBeGreaterThanOrEqual(least);
  expect(
    statuses(
      await atOnce(() =>
        api.app.inject({ method: 'POST', url: '/v1/address-fixes/forged', payload: recipient, ...from(3) }),
      ),
      429,
    ),
  ).toBeGreaterThanOrEqual(least);
  expect(
    statuses(
      await atOnce(() =>
        api.app.inject({ method: 'POST', url: '/v1/webhooks/carriers/sandbox-carrier', payload: '{}', ...from(4) }),
      ),
      401,
    ),
  ).toBe(MANY);
  expect(statuses(await atOnce(() => api.app.inject({ url: '/healthz', ...from(5) })), 200)).toBe(MANY);
});

test('a limit of 0 means no limit', async () => {
  await start(0);
  expect(statuses(await atOnce((n) => list(`mf_storefront_guess${n}`)), 401)).toBe(MANY);
});

test('a key costs one query, known or not, however many requests send it at once', async () => {
  await start(0);
  const { transactions, snapshots } = counting(api.transactions);
  const authenticator = new Authenticator(transactions);
  const key = posting(api.mall.keys.merchant).authorization?.slice('Bearer '.length) ?? '';
  expect(authenticator.knows(key)).toBe(false);
  expect((await atOnce(() => authenticator.callerOf(key))).map((caller) => caller?.role)).toEqual(
    Array.from({ length: MANY }, () => 'merchant'),
  );
  expect([snapshots(), authenticator.knows(key)]).toEqual([1, true]);
  await atOnce(() => authenticator.callerOf('mf_storefront_unknown'));
  expect(await authenticator.callerOf('mf_storefront_unknown')).toBeUndefined();
  expect([snapshots(), authenticator.knows('mf_storefront_unknown')]).toEqual([2, false]);
});
