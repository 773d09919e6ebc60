import { randomUUID } from 'node:crypto';
import { applySupplierAnswer } from '../../../src/books/purchasing/supplier-answers';
import { SYSTEM } from '../../../src/contracts/caller';
import type { ReplenishmentResource } from '../../../src/contracts/purchasing/replenishment';
import { posting, reading, startApi, type TestApi } from '../api';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(async () => {
  await api.close();
});

const ID = 'rpl_01ARZ3NDEKTSV4RRFFQ69G5FAV';
const ANSWER = { quantity: 8, expectedOn: '2099-01-31', reference: 'AB-1' };

/** Writes a replenishment whose purchase order went by mail: the merchant's lamp, or another merchant's cup. */
const mailed = (status: 'open' | 'requested' = 'requested', sku: 'lamp' | 'cup' = 'lamp') =>
  api.transactions.run(SYSTEM, async (tx) => {
    const { id: skuId, merchantId } = api.mall.skus[sku];
    await tx
      .insertInto('replenishment')
      .values({
        id: ID,
        skuId,
        warehouseId: api.mall.warehouseIds[0],
        merchantId,
        status,
        asked: 10,
        openedAt: new Date(),
        ...(status === 'open' ? {} : { sentBy: 'email', provider: 'smtp', providerReference: '<m@x>' }),
      })
      .execute();
  });
const answer = async (payload: object, key: string, headers = posting(key)) => {
  const response = await api.app.inject({ method: 'POST', url: `/v1/replenishments/${ID}/answers`, headers, payload });
  return {
    status: response.statusCode,
    body: response.json<ReplenishmentResource & { code?: string }>(),
    replayed: response.headers['idempotent-replayed'],
  };
};
const answers = () =>
  api.transactions.run(SYSTEM, (tx) =>
    tx.selectFrom('supplier_answer').select(['quantity', 'reference', 'provider', 'actor']).orderBy('id').execute(),
  );

test('merchant and staff record the answers of a supplier, once per key, each as their own actor', async () => {
  await mailed();
  const headers = posting(api.mall.keys.merchant);
  const first = await answer(ANSWER, api.mall.keys.merchant, headers);
  expect(first).toMatchObject({
    status: 200,
    body: {
      status: 'confirmed',
      confirmed: 8,
      expectedOn: '2099-01-31',
      sentBy: 'email',
      answeredBy: expect.stringMatching(/^merchant:key_/),
    },
  });
  expect(await answer(ANSWER, api.mall.keys.merchant, headers)).toMatchObject({ replayed: 'true' });
  expect(await answer(ANSWER, api.mall.keys.merchant)).toMatchObject({ status: 200 });
  expect(await answer({ quantity: 0, expectedOn: '2099-02-28' }, api.mall.keys.support)).toMatchObject({
    status: 200,
    body: { status: 'requested', confirmed: 0 },
  });
  expect(await answers()).toEqual([
    { quantity: 8, reference: 'AB-1', provider: null, actor: expect.stringMatching(/^merchant:key_/) },
    { quantity: 8, reference: 'AB-1', provider: null, actor: expect.stringMatching(/^merchant:key_/) },
    { quantity: 0, reference: null, provider: null, actor: expect.stringMatching(/^support:key_/) },
  ]);
  const { items } = (
    await api.app.inject({ url: '/v1/replenishments', headers: reading(api.mall.keys.warehouse) })
  ).json<{ items: ReplenishmentResource[] }>();
  expect(items).toMatchObject([{ id: ID, answeredBy: expect.stringMatching(/^support:key_/) }]);
});

test("another merchant's replenishment is not found", async () => {
  await mailed('requested', 'cup');
  expect(await answer(ANSWER, api.mall.keys.merchant)).toMatchObject({ status: 404 });
  expect(await answers()).toEqual([]);
});

test('an answer is refused before the purchase order is sent, after the end, and when malformed', async () => {
  expect(await answer(ANSWER, api.mall.keys.merchant)).toMatchObject({ status: 404 });
  await mailed('open');
  expect(await answer(ANSWER, api.mall.keys.merchant)).toMatchObject({
    status: 409,
    body: { code: 'answer_not_awaited' },
  });
  expect(await answer(ANSWER, api.mall.keys.warehouse)).toMatchObject({ status: 403 });
  expect(await answer({ quantity: -1, expectedOn: 'soon' }, api.mall.keys.merchant)).toMatchObject({ status: 422 });
  await api.app.inject({
    method: 'POST',
    url: `/v1/replenishments/${ID}/closure`,
    headers: { ...posting(api.mall.keys.merchant), 'idempotency-key': randomUUID() },
    payload: { reason: 'not_needed' },
  });
  expect(await answer(ANSWER, api.mall.keys.merchant)).toMatchObject({
    status: 409,
    body: { code: 'answer_not_awaited' },
  });
  expect(await answers()).toEqual([]);
});

describe('answers that arrive in another order than they were given', () => {
  const SUPPLIER = 'sandbox-supplier';
  const KEY = `${ID}:purchase:1`;
  const soon = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
  /** Applies an answer that the supplier gave at a time, as its signed webhook does. */
  const answeredAt = (at: string, quantity: number) =>
    api.transactions.run(SYSTEM, (tx) =>
      applySupplierAnswer(tx, SUPPLIER, { key: KEY, reference: 'pur_1', quantity, expectedOn: '2099-01-31', at }),
    );
  const confirmed = async () => {
    const { items } = (
      await api.app.inject({ url: '/v1/replenishments', headers: reading(api.mall.keys.merchant) })
    ).json<{ items: ReplenishmentResource[] }>();
    return [items[0]?.confirmed, items[0]?.answeredBy?.split(':')[0]];
  };
  const quantities = async () => (await answers()).map(({ quantity }) => quantity);

  beforeEach(async () => {
    await mailed('open');
    await api.transactions.run(SYSTEM, (tx) =>
      tx
        .insertInto('operation')
        .values({
          providerKey: KEY,
          subjectType: 'replenishment',
          subjectId: ID,
          kind: 'purchase',
          number: 1,
          provider: SUPPLIER,
          request: '{}',
          status: 'started',
          startedAt: new Date(),
        })
        .execute(),
    );
  });

  test('an older answer changes nothing, and is recorded once', async () => {
    await answeredAt('2026-03-01T10:00:02.000Z', 5);
    await answeredAt('2026-03-01T10:00:01.000Z', 9);
    await answeredAt('2026-03-01T10:00:01.000Z', 9);
    expect([await confirmed(), await quantities()]).toEqual([
      [5, 'system'],
      [5, 9],
    ]);
    await answeredAt('2026-03-01T10:00:03.000Z', 7);
    expect([await confirmed(), await quantities()]).toEqual([
      [7, 'system'],
      [5, 9, 7],
    ]);
  });

  test('an answer between two equal ones is older than the second', async () => {
    await answeredAt('2026-03-01T10:00:01.000Z', 5);
    await answeredAt('2026-03-01T10:00:03.000Z', 5);
    await answeredAt('2026-03-01T10:00:02.000Z', 9);
    expect([await confirmed(), await quantities()]).toEqual([
      [5, 'system'],
      [5, 5, 9],
    ]);
  });

  test("a person's answer is newer than earlier ones, though the supplier's clock is ahead", async () => {
    const ahead = soon(5);
    await answeredAt(ahead, 9);
    expect(await answer({ ...ANSWER, quantity: 4 }, api.mall.keys.support)).toMatchObject({
      status: 200,
      body: { confirmed: 4 },
    });
    await answeredAt(soon(-1), 6);
    await answeredAt(ahead, 9);
    expect([await confirmed(), await quantities()]).toEqual([
      [4, 'support'],
      [9, 4, 6],
    ]);
    await answeredAt(soon(6), 3);
    expect(await confirmed()).toEqual([3, 'system']);
  });
});
