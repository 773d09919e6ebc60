import { connectTo } from '../support/mall';
import { Authenticator } from '../../src/services/access/authenticator';
import { SYSTEM } from '../../src/contracts/caller';
import { posting, reading, startApi, type TestApi } from './api';

let api: TestApi;
let temporal: () => Promise<void> = () => Promise.resolve();
let authenticate: ((secret: string) => Promise<never>) | undefined;
beforeAll(async () => {
  api = await startApi((transactions) => {
    const authenticator = new Authenticator(transactions);
    return {
      readiness: { database: () => transactions.ping(), temporal: () => temporal() },
      authenticate: (secret) => (authenticate ? authenticate(secret) : authenticator.callerOf(secret)),
    };
  });
});
afterAll(async () => {
  await api.close();
});
afterEach(() => {
  temporal = () => Promise.resolve();
  authenticate = undefined;
});

const listOrders = () => api.app.inject({ url: '/v1/orders', headers: reading(api.mall.keys.support) });

test('a process is alive, and is ready while every system answers', async () => {
  for (const url of ['/healthz', '/readyz']) expect((await api.app.inject({ url })).json()).toEqual({ status: 'ok' });
});

test.each<[string, () => Promise<void>]>([
  ['fails', () => Promise.reject(new Error('connection refused at 10.0.0.1'))],
  ['says nothing', () => new Promise(() => undefined)],
])('it is not ready while a system %s, and names it', async (_what, check) => {
  temporal = check;
  const answered = await api.app.inject({ url: '/readyz' });
  expect([answered.statusCode, answered.json()]).toMatchObject([503, { code: 'starting', missing: ['temporal'] }]);
  expect(answered.body).not.toContain('10.0.0.1');
  expect((await api.app.inject({ url: '/healthz' })).statusCode).toBe(200);
});

test('while the database is unavailable, callers get 503 with Retry-After', async () => {
  const unavailable = connectTo('postgres://nobody:x@127.0.0.1:1/none');
  authenticate = (secret) => unavailable.run(SYSTEM, () => Promise.reject(new Error(secret)));
  const answered = await listOrders();
  expect([answered.statusCode, answered.json(), answered.headers['retry-after']]).toMatchObject([
    503,
    { code: 'starting' },
    '2',
  ]);
  await unavailable.close();
});

test('a defect is answered 500 without its message', async () => {
  authenticate = () => Promise.reject(new Error('column "secret" does not exist'));
  const answered = await listOrders();
  expect([answered.statusCode, answered.json()]).toMatchObject([500, { code: 'internal' }]);
  expect(answered.body).not.toContain('secret');
});

test('a revoked key stops working when the cache of keys expires', async () => {
  const { transactions, mall } = api;
  jest.useFakeTimers({
    doNotFake: [
      'nextTick',
      'setImmediate',
      'setTimeout',
      'setInterval',
      'clearTimeout',
      'clearInterval',
      'queueMicrotask',
      'performance',
      'hrtime',
    ],
  });
  try {
    const authenticator = new Authenticator(transactions);
    expect(await authenticator.callerOf(mall.keys.merchant)).toMatchObject({
      role: 'merchant',
      subject: mall.merchantIds[0],
    });
    await transactions.run(SYSTEM, (tx) =>
      tx.updateTable('api_key').set({ revokedAt: new Date() }).where('role', '=', 'merchant').execute(),
    );
    jest.advanceTimersByTime(5_001);
    expect(await authenticator.callerOf(mall.keys.merchant)).toBeUndefined();
  } finally {
    jest.useRealTimers();
  }
});

test('every answer has security headers and the id of its request', async () => {
  const { headers } = await api.app.inject({ method: 'POST', url: '/v1/orders', headers: posting('mf_none') });
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'content-security-policy': expect.stringContaining("default-src 'none'") as string,
    'x-request-id': expect.any(String) as string,
  });
});
