import { randomUUID } from 'node:crypto';
import { SYSTEM } from '../../src/contracts/caller';
import type { ReplenishmentResource } from '../../src/contracts/replenishment';
import { posting, reading, startApi, type TestApi } from './api';

let api: TestApi;
beforeEach(async () => { api = await startApi(); });
afterEach(async () => { await api.close(); });

const ID = 'rpl_01ARZ3NDEKTSV4RRFFQ69G5FAV';
const ANSWER = { quantity: 8, expectedOn: '2099-01-31', reference: 'AB-1' };

/** Writes a replenishment, of the merchant's lamp or another's cup, that its supplier has by mail. */
const mailed = (status: 'open' | 'requested' = 'requested', sku: 'lamp' | 'cup' = 'lamp') => api.transactions.run(SYSTEM, async (tx) => {
  const { id: skuId, merchantId } = api.mall.skus[sku];
  await tx.insertInto('replenishment').values({
    id: ID, skuId, warehouseId: api.mall.warehouseIds[0], merchantId, status, asked: 10, openedAt: new Date(), ...(status === 'open' ? {} : { sentBy: 'email', provider: 'smtp', providerReference: '<m@x>' }),
  }).execute();
});
const answer = async (payload: object, key: string, headers = posting(key)) => {
  const said = await api.app.inject({ method: 'POST', url: `/v1/replenishments/${ID}/answers`, headers, payload });
  return { status: said.statusCode, body: said.json<ReplenishmentResource & { code?: string }>(), replayed: said.headers['idempotent-replayed'] };
};
const answers = () => api.transactions.run(SYSTEM, (tx) => tx.selectFrom('supplier_answer').select(['quantity', 'reference', 'provider', 'actor']).orderBy('id').execute());

test('merchant and staff record what a supplier said, once per key, each under their own name', async () => {
  await mailed();
  const headers = posting(api.mall.keys.merchant);
  const first = await answer(ANSWER, api.mall.keys.merchant, headers);
  expect(first).toMatchObject({ status: 200, body: { status: 'confirmed', confirmed: 8, expectedOn: '2099-01-31', sentBy: 'email', answeredBy: expect.stringMatching(/^merchant:key_/) } });
  expect(await answer(ANSWER, api.mall.keys.merchant, headers)).toMatchObject({ replayed: 'true' });
  expect(await answer(ANSWER, api.mall.keys.merchant)).toMatchObject({ status: 200 });
  expect(await answer({ quantity: 0, expectedOn: '2099-02-28' }, api.mall.keys.support)).toMatchObject({ status: 200, body: { status: 'requested', confirmed: 0 } });
  expect(await answers()).toEqual([
    { quantity: 8, reference: 'AB-1', provider: null, actor: expect.stringMatching(/^merchant:key_/) },
    { quantity: 0, reference: null, provider: null, actor: expect.stringMatching(/^support:key_/) },
  ]);
  const { items } = (await api.app.inject({ url: '/v1/replenishments', headers: reading(api.mall.keys.warehouse) })).json<{ items: ReplenishmentResource[] }>();
  expect(items).toMatchObject([{ id: ID, answeredBy: expect.stringMatching(/^support:key_/) }]);
});

test('another merchant\'s is not there', async () => {
  await mailed('requested', 'cup');
  expect(await answer(ANSWER, api.mall.keys.merchant)).toMatchObject({ status: 404 });
  expect(await answers()).toEqual([]);
});

test('what has not reached the supplier, has ended, or says nothing is refused', async () => {
  expect(await answer(ANSWER, api.mall.keys.merchant)).toMatchObject({ status: 404 });
  await mailed('open');
  expect(await answer(ANSWER, api.mall.keys.merchant)).toMatchObject({ status: 409, body: { code: 'answer_not_awaited' } });
  expect(await answer(ANSWER, api.mall.keys.warehouse)).toMatchObject({ status: 403 });
  expect(await answer({ quantity: -1, expectedOn: 'soon' }, api.mall.keys.merchant)).toMatchObject({ status: 422 });
  await api.app.inject({ method: 'POST', url: `/v1/replenishments/${ID}/closure`, headers: { ...posting(api.mall.keys.merchant), 'idempotency-key': randomUUID() }, payload: { reason: 'not_needed' } });
  expect(await answer(ANSWER, api.mall.keys.merchant)).toMatchObject({ status: 409, body: { code: 'answer_not_awaited' } });
  expect(await answers()).toEqual([]);
});
