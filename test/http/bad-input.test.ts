import fc from 'fast-check';
import { ERRORS, type ErrorCode } from '../../src/contracts/errors';
import { placeOrderBody } from '../support/mall';
import { countRows } from '../support/database';
import { posting, reading, startApi, type TestApi } from './api';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.close();
});

const WRITTEN = [
  'orders',
  'order_line',
  'payment',
  'customer',
  'reservation',
  'timeline_event',
  'workflow_message',
  'idempotency_record',
] as const;
const written = () => countRows(api.database.ownerUrl, WRITTEN);

interface Problem {
  type: string;
  status: number;
  code: ErrorCode;
  title: string;
  instance: string;
  advice: string;
  errors?: { pointer: string; detail: string }[];
}

async function post(
  payload: string | Buffer | object,
  headers: Record<string, string | undefined> = {},
  url = '/v1/orders',
) {
  const all = Object.entries({ ...posting(api.mall.keys.storefront), ...headers }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return api.app.inject({
    method: 'POST',
    url,
    headers: Object.fromEntries(all),
    payload: typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
  });
}

/** Sends a request that must be refused, and checks that nothing was written or started. */
async function refused(code: ErrorCode, ...request: Parameters<typeof post>): Promise<Problem> {
  const [before, started] = [await written(), api.workflows.started.length];
  const answered = await post(...request);
  const problem = answered.json<Problem>();
  expect(problem).toMatchObject({
    code,
    status: ERRORS[code].status,
    type: `/docs/errors#${code}`,
    title: ERRORS[code].title,
    advice: ERRORS[code].advice,
  });
  expect(answered.statusCode).toBe(ERRORS[code].status);
  expect(answered.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(problem.instance).toBe(`urn:uuid:${String(answered.headers['x-request-id'])}`);
  expect(await written()).toEqual(before);
  expect(api.workflows.started).toHaveLength(started);
  return problem;
}

const pointers = (problem: Problem) => problem.errors?.map(({ pointer }) => pointer);
const lamp = () => api.mall.skus.lamp;
const order = (over: Record<string, unknown> = {}) => placeOrderBody([lamp()], over);
const line = (over: Record<string, unknown>) => order({ lines: [{ skuId: lamp().id, quantity: 1, ...over }] });

describe('an order that is refused', () => {
  test('names the line of an unknown SKU', async () => {
    const lines = [
      { skuId: lamp().id, quantity: 1 },
      { skuId: 'sku_01ARZ3NDEKTSV4RRFFQ69G5FAV', quantity: 1 },
    ];
    expect(pointers(await refused('unknown_sku', order({ lines })))).toEqual(['/lines/1/skuId']);
  });

  test.each([0, -1, 1.5, 1_000, 1e300, '2', null])('names a quantity of %p', async (quantity) => {
    expect(new Set(pointers(await refused('validation_failed', line({ quantity }))))).toEqual(
      new Set(['/lines/0/quantity']),
    );
  });

  test.each(['XXX', 'brl', 986, null])('names a currency of %p', async (currency) => {
    expect(pointers(await refused('validation_failed', order({ currency })))).toEqual(['/currency']);
  });

  test('names the line of a SKU that is sold in another currency', async () => {
    expect(pointers(await refused('currency_not_sold', placeOrderBody([api.mall.skus.foreign])))).toEqual([
      '/lines/0/skuId',
    ]);
  });

  test('names a price or total that differs from ours, with our amount', async () => {
    const amount = lamp().unitAmount - 1;
    const problem = await refused(
      'price_changed',
      order({
        lines: [{ skuId: lamp().id, quantity: 1, unitPrice: { amount, currency: 'BRL' } }],
        total: { amount: 1, currency: 'BRL' },
      }),
    );
    expect(problem.errors).toMatchObject([
      { pointer: '/lines/0/unitPrice', expected: { amount: lamp().unitAmount, currency: 'BRL' } },
      { pointer: '/total', expected: { amount: lamp().unitAmount + 700, currency: 'BRL' } },
    ]);
  });

  test('names the SKU without enough stock', async () => {
    const problem = await refused(
      'out_of_stock',
      placeOrderBody([], { lines: [{ skuId: api.mall.skus.scarce.id, quantity: 2 }] }),
    );
    expect(problem).toMatchObject({ shortages: [{ skuId: api.mall.skus.scarce.id, requested: 2, available: 1 }] });
  });

  test('contains a card number', async () => {
    const card = '4111 1111 1111 1111';
    const problem = await refused(
      'card_number_refused',
      order({ payment: { method: 'card', token: card.replaceAll(' ', '') }, gift: { message: `call ${card}` } }),
    );
    expect(pointers(problem)).toEqual(['/payment/token', '/gift/message']);
    expect(JSON.stringify(problem)).not.toContain('4111');
  });

  test('has unknown members, and each is named', async () => {
    const problem = await refused(
      'validation_failed',
      order({ 'discount/~1': 100, lines: [{ skuId: lamp().id, quantity: 1, price: 1 }] }),
    );
    expect(pointers(problem)?.sort()).toEqual(['/discount~1~01', '/lines/0/price']);
  });

  test.each([
    ['NUL', 'a\0b'],
    ['a lone surrogate', 'a\ud800b'],
  ])('contains %s', async (_what, reference) => {
    expect(pointers(await refused('validation_failed', order({ reference })))).toEqual(['/reference']);
  });

  test('requests a day before this century', async () => {
    expect(pointers(await refused('validation_failed', order({ requestedDate: '0000-01-01' })))).toEqual([
      '/requestedDate',
    ]);
  });

  test('has no lines, or too many', async () => {
    expect(pointers(await refused('validation_failed', order({ lines: [] })))).toEqual(['/lines']);
    const lines = Array.from({ length: 101 }, () => ({ skuId: lamp().id, quantity: 1 }));
    expect(pointers(await refused('validation_failed', order({ lines })))).toEqual(['/lines']);
  });
});

describe('a request that is refused before its handler runs', () => {
  test.each([undefined, '', 'x'.repeat(256), 'schlüssel'])('for an Idempotency-Key of %p', async (key) => {
    expect(pointers(await refused('idempotency_key_missing', order(), { 'idempotency-key': key }))).toEqual([
      'Idempotency-Key',
    ]);
  });

  test.each(['{"a":', 'null,', '\u{feff}{', '{"__proto__":{"a":1}}'])('for malformed JSON: %p', async (body) => {
    await refused('malformed_json', body);
  });

  test('for bytes that are not UTF-8', async () => {
    await refused('malformed_json', Buffer.from([0x22, 0xff, 0x22]));
  });

  test.each(['', '[]', '"x"', 'null'])('for a body that is not an object: %p', async (body) => {
    expect(pointers(await refused('validation_failed', body))).toEqual(['']);
  });

  test('for a body over 256 KiB', async () => {
    await refused('body_too_large', order({ reference: 'x'.repeat(256 * 1024) }));
  });

  test.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded'])(
    'for a body of %s',
    async (type) => {
      await refused('unsupported_media_type', JSON.stringify(order()), { 'content-type': type });
    },
  );

  test('for a missing, unknown or malformed API key', async () => {
    for (const authorization of [undefined, 'Bearer mf_storefront_unknown', 'Basic eDp5', 'Bearer ']) {
      await refused('unauthenticated', order(), { authorization });
    }
  });

  test('for another role', async () => {
    await refused('forbidden', order(), { authorization: `Bearer ${api.mall.keys.merchant}` });
  });

  test('for an unknown route, or a malformed URL', async () => {
    for (const url of ['/v1/nothing', '/v1/orders/%zz', `/v1/orders/${'x'.repeat(300)}/cancellation`])
      await refused('not_found', {}, {}, url);
  });

  test("for an id of another kind, by the parameter's name", async () => {
    expect(
      pointers(await refused('validation_failed', { reason: 'customer_request' }, {}, '/v1/orders/ord_1/cancellation')),
    ).toEqual(['orderId']);
  });
});

test('a query that does not fit its schema names the parameters', async () => {
  const answered = await api.app.inject({
    url: '/v1/orders?limit=0&status=lost&other=1&reference=%00',
    headers: reading(api.mall.keys.support),
  });
  expect(answered.statusCode).toBe(422);
  expect(pointers(answered.json<Problem>())?.sort()).toEqual(['limit', 'other', 'status']);
  const nul = await api.app.inject({ url: '/v1/orders?reference=%00', headers: reading(api.mall.keys.support) });
  expect(pointers(nul.json<Problem>())).toEqual(['reference']);
});

/** Generates arbitrary JSON, and valid orders with one member replaced by arbitrary JSON. */
const bodies = () => {
  const valid = JSON.stringify(
    order({
      lines: [{ skuId: lamp().id, quantity: 1, unitPrice: { amount: 8990, currency: 'BRL' } }],
      gift: { message: 'hi' },
      requestedDate: '2027-01-01',
    }),
  );
  const paths = (value: unknown, path: string[] = []): string[][] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, member]) => [[...path, key], ...paths(member, [...path, key])])
      : [];
  const damaged = fc
    .tuple(fc.constantFrom(...paths(JSON.parse(valid))), fc.jsonValue({ stringUnit: 'binary' }))
    .map(([path, value]) => {
      const body = JSON.parse(valid) as Record<string, unknown>;
      let at = body;
      for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
      at[path.at(-1) ?? ''] = value;
      return JSON.stringify(body);
    });
  return fc.oneof(
    { weight: 4, arbitrary: damaged },
    { weight: 1, arbitrary: fc.json({ stringUnit: 'binary' }) },
    { weight: 1, arbitrary: fc.string() },
  );
};

test('no body makes the API fail, and a refusal writes and starts nothing', async () => {
  await fc.assert(
    fc.asyncProperty(bodies(), async (body) => {
      const [before, started] = [await written(), api.workflows.started.length];
      const answered = await post(body);
      expect(answered.statusCode).toBeLessThan(500);
      if (answered.statusCode < 300) return;
      expect(answered.json<Problem>().code in ERRORS).toBe(true);
      expect(await written()).toEqual(before);
      expect(api.workflows.started).toHaveLength(started);
    }),
    { numRuns: 150 },
  );
}, 60_000);

test('no query or id makes the API fail', async () => {
  const names = fc.constantFrom(
    'status',
    'stage',
    'attention',
    'reference',
    'placedFrom',
    'placedTo',
    'limit',
    'cursor',
    'after',
    'kind',
    'warehouseId',
    'orderId',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('any', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z'),
    fc
      .array(fc.string({ unit: 'binary' }), { maxLength: 2 })
      .map((keys) => Buffer.from(JSON.stringify(keys)).toString('base64url')),
  );
  const encode = (value: string) => encodeURIComponent(value.replaceAll(/\p{Surrogate}/gu, '?'));
  const urls = fc.oneof(
    fc
      .tuple(
        fc.constantFrom('/v1/orders', '/v1/tasks', '/v1/orders/ord_01ARZ3NDEKTSV4RRFFQ69G5FAV/events'),
        fc.array(fc.tuple(names, text), { maxLength: 3 }),
      )
      .map(([path, query]) => `${path}?${query.map(([name, value]) => `${name}=${encode(value)}`).join('&')}`),
    text.map((id) => `/v1/orders/${encode(id)}`),
  );
  await fc.assert(
    fc.asyncProperty(urls, async (url) => {
      const answered = await api.app.inject({ url, headers: reading(api.mall.keys.platform) });
      expect(answered.statusCode).toBeLessThan(500);
    }),
    { numRuns: 200 },
  );
}, 60_000);
