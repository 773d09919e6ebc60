import type { PriceBreakdown } from '../../../src/contracts/pricing/quote';
import type { PromotionResource } from '../../../src/contracts/pricing/promotion-api';
import { SYSTEM } from '../../../src/contracts/caller';
import { until } from '../../sandboxes/sandboxes';
import { waitingForLocks } from '../../support/database';
import { placeOrderBody } from '../../support/mall';
import { posting, reading, startApi, type TestApi } from '../api';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.close();
});

type Key = 'merchant' | 'platform' | 'storefront';
const post = async (key: Key, url: string, payload: object = {}) => {
  const answered = await api.app.inject({
    method: 'POST',
    url: `/v1${url}`,
    headers: posting(api.mall.keys[key]),
    payload,
  });
  return {
    status: answered.statusCode,
    body: answered.json<
      PromotionResource &
        PriceBreakdown & { code: string; detail: string; errors: { pointer: string }[]; items: PromotionResource[] }
    >(),
  };
};
const get = async (key: Key, url: string) =>
  (await api.app.inject({ url: `/v1${url}`, headers: reading(api.mall.keys[key]) })).json<
    PromotionResource & PriceBreakdown & { status: unknown; items: PromotionResource[] }
  >();
const tenth = (change: object = {}) => ({ kind: 'percentage', name: 'Tenth', currency: 'BRL', rate: 1_000, ...change });
const cart = () => ({
  currency: 'BRL',
  lines: [
    { skuId: api.mall.skus.lamp.id, quantity: 1 },
    { skuId: api.mall.skus.cup.id, quantity: 1 },
  ],
});
const discountNow = async (): Promise<number> => (await post('storefront', '/quotes', cart())).body.discount.amount;

test('a merchant drafts, previews, publishes, pauses and resumes; only its own lines are cheaper', async () => {
  const { body: draft, status } = await post('merchant', '/promotions', { definition: tenth() });
  expect([status, draft]).toEqual([
    201,
    expect.objectContaining({
      merchantId: api.mall.merchantIds[0],
      status: 'draft',
      version: 0,
      definition: null,
      draft: expect.objectContaining({ rate: 1_000 }),
    }),
  ]);
  expect(await discountNow()).toBe(0);
  const preview = await post('merchant', `/promotions/${draft.id}/preview`, { ...cart(), lines: [cart().lines[0]] });
  expect(preview.body).toMatchObject({ discount: { amount: 899 }, rules: [{ promotionId: draft.id, version: 1 }] });
  expect(await discountNow()).toBe(0);
  expect((await post('merchant', `/promotions/${draft.id}/publication`)).body).toMatchObject({
    status: 'live',
    version: 1,
    draft: null,
    definition: { rate: 1_000 },
  });
  expect(await discountNow()).toBe(899);
  expect((await post('merchant', `/promotions/${draft.id}/publication`)).body).toMatchObject({
    code: 'promotion_not_ready',
  });
  expect((await post('merchant', `/promotions/${draft.id}/pause`)).body).toMatchObject({ status: 'paused' });
  expect(await discountNow()).toBe(0);
  expect((await post('merchant', `/promotions/${draft.id}/resumption`)).body).toMatchObject({ status: 'live' });
  expect(await discountNow()).toBe(899);
  await post('merchant', `/promotions/${draft.id}/pause`);
});

test('a new version is for new orders; an order keeps the version that it was priced with', async () => {
  const {
    body: { id },
  } = await post('platform', '/promotions', { definition: tenth({ name: 'Versioned' }) });
  await post('platform', `/promotions/${id}/publication`);
  const placed = await api.app.inject({
    method: 'POST',
    url: '/v1/orders',
    headers: posting(api.mall.keys.storefront),
    payload: placeOrderBody([api.mall.skus.lamp]),
  });
  const orderId = placed.json<{ id: string }>().id;
  expect(
    (await post('platform', `/promotions/${id}/draft`, { definition: tenth({ name: 'Versioned', rate: 5_000 }) })).body,
  ).toMatchObject({ version: 1, definition: { rate: 1_000 }, draft: { rate: 5_000 } });
  expect((await get('storefront', `/orders/${orderId}/price`)).rules).toEqual([
    expect.objectContaining({ version: 1, amount: { amount: 899, currency: 'BRL' } }),
  ]);
  expect((await post('platform', `/promotions/${id}/publication`)).body).toMatchObject({
    version: 2,
    definition: { rate: 5_000 },
  });
  expect((await get('storefront', `/orders/${orderId}/price`)).rules).toEqual([
    expect.objectContaining({ version: 1 }),
  ]);
  expect(await discountNow()).toBe(5_490);
  await post('platform', `/promotions/${id}/pause`);
});

test('a merchant neither sees nor changes the promotions of others, nor makes the mall pay', async () => {
  const {
    body: { id },
  } = await post('platform', '/promotions', { definition: tenth({ name: "The mall's" }) });
  const { body: other } = await post('platform', '/promotions', {
    definition: tenth({ name: "Another's", platformShare: 5_000 }),
    merchantId: api.mall.merchantIds[1],
  });
  expect(other.merchantId).toBe(api.mall.merchantIds[1]);
  for (const promotionId of [id, other.id]) {
    expect(await get('merchant', `/promotions/${promotionId}`)).toMatchObject({ code: 'not_found' });
    for (const what of ['publication', 'pause', 'resumption'])
      expect((await post('merchant', `/promotions/${promotionId}/${what}`)).status).toBe(404);
    expect((await post('merchant', `/promotions/${promotionId}/draft`, { definition: tenth() })).status).toBe(404);
    expect(
      (await post('merchant', `/promotions/${promotionId}/limits`, { total: 1, perCustomer: null, budget: null }))
        .status,
    ).toBe(404);
  }
  const seen = await get('merchant', '/promotions?limit=100');
  expect(new Set(seen.items.map((item) => item.merchantId))).toEqual(new Set([api.mall.merchantIds[0]]));
  expect((await get('platform', '/promotions?limit=100')).items.length).toBeGreaterThan(seen.items.length);
  expect((await post('merchant', '/promotions', { definition: tenth({ platformShare: 1 }) })).body).toMatchObject({
    code: 'validation_failed',
    errors: [{ pointer: '/definition/platformShare' }],
  });
  expect(
    (await post('merchant', '/promotions', { definition: tenth(), merchantId: api.mall.merchantIds[1] })).body,
  ).toMatchObject({ code: 'validation_failed', errors: [{ pointer: '/merchantId' }] });
});

test('a coupon code belongs to one promotion, whoever owns it; limits take effect at once', async () => {
  const coupon = { coupon: { code: 'LIMITED' }, limits: { total: 5 } };
  const {
    body: { id },
  } = await post('platform', '/promotions', { definition: tenth(coupon) });
  expect((await post('platform', `/promotions/${id}/publication`)).body).toMatchObject({
    limits: { total: 5, perCustomer: null, budget: null },
  });
  const {
    body: { id: second },
  } = await post('merchant', '/promotions', { definition: tenth(coupon) });
  expect((await post('merchant', `/promotions/${second}/publication`)).body).toMatchObject({
    code: 'promotion_code_taken',
  });
  const quote = () => post('storefront', '/quotes', { ...cart(), couponCodes: ['LIMITED'] });
  expect((await quote()).body.rules).toHaveLength(1);
  expect(
    (await post('platform', `/promotions/${id}/limits`, { total: 5, perCustomer: null, budget: 100 })).body,
  ).toMatchObject({ limits: { budget: 100 } });
  expect((await quote()).body.notApplied).toMatchObject([{ promotionId: id, code: 'budget_spent' }]);
});

test('an order whose coupon another takes meanwhile is refused, and may be sent again with the same key', async () => {
  const {
    body: { id },
  } = await post('platform', '/promotions', { definition: tenth({ coupon: { code: 'LAST' }, limits: { total: 1 } }) });
  await post('platform', `/promotions/${id}/publication`);
  const headers = posting(api.mall.keys.storefront);
  const place = (couponCodes: readonly string[]) =>
    api.app.inject({
      method: 'POST',
      url: '/v1/orders',
      headers,
      payload: placeOrderBody([api.mall.skus.lamp], { couponCodes }),
    });
  const orders: ReturnType<typeof place>[] = [];
  await api.transactions.run(SYSTEM, async (tx) => {
    await tx.updateTable('promotion_counter').set({ used: 1 }).where('promotionId', '=', id).execute();
    // Prices see the coupon unused until this commits; its use waits for this.
    orders.push(place(['LAST']));
    await until(async () => (await waitingForLocks(api.database.ownerUrl)) > 0);
  });
  const [refused] = await Promise.all(orders);
  expect([refused?.statusCode, refused?.json()]).toMatchObject([409, { code: 'coupon_not_applicable' }]);
  const again = await place([]);
  expect([again.statusCode, again.json()]).toMatchObject([202, { status: 'draft' }]);
});

test('an invalid definition is refused with its pointer, and one key makes one promotion', async () => {
  expect((await post('platform', '/promotions', { definition: tenth({ rate: 0 }) })).body).toMatchObject({
    code: 'validation_failed',
    errors: [{ pointer: '/definition/rate' }],
  });
  const headers = posting(api.mall.keys.platform);
  const twice = async () =>
    (
      await api.app.inject({ method: 'POST', url: '/v1/promotions', headers, payload: { definition: tenth() } })
    ).json<PromotionResource>().id;
  expect(await twice()).toBe(await twice());
});

test('where the mall pays a share, a merchant neither raises the limits nor publishes', async () => {
  const definition = tenth({
    name: 'Paid together',
    rate: 100,
    platformShare: 5_000,
    limits: { total: 10, budget: 5_000 },
  });
  const {
    body: { id },
  } = await post('platform', '/promotions', { definition, merchantId: api.mall.merchantIds[0] });
  const published = await post('merchant', `/promotions/${id}/publication`);
  expect([published.status, published.body]).toMatchObject([
    403,
    { code: 'forbidden', detail: expect.stringContaining('the mall publishes it') },
  ]);
  expect((await post('platform', `/promotions/${id}/publication`)).status).toBe(200);

  const limits = { total: 10, perCustomer: null, budget: 5_000 };
  for (const wider of [{ budget: null }, { budget: 5_001 }, { total: null }, { total: 11 }]) {
    const { status, body } = await post('merchant', `/promotions/${id}/limits`, { ...limits, ...wider });
    expect([status, body]).toMatchObject([403, { code: 'forbidden', detail: expect.stringContaining('Ask the mall') }]);
  }
  expect((await get('merchant', `/promotions/${id}`)).limits).toEqual(limits);
  expect(
    (await post('merchant', `/promotions/${id}/limits`, { total: 9, perCustomer: 2, budget: 4_000 })).body,
  ).toMatchObject({ limits: { total: 9, perCustomer: 2, budget: 4_000 } });
  expect((await post('merchant', `/promotions/${id}/limits`, limits)).status).toBe(403);
  expect((await post('platform', `/promotions/${id}/limits`, limits)).body).toMatchObject({ limits });

  // After a version that the merchant pays alone, the limits are the merchant's again.
  await post('merchant', `/promotions/${id}/draft`, { definition: tenth({ name: 'Paid alone', rate: 100 }) });
  expect((await post('merchant', `/promotions/${id}/publication`)).status).toBe(200);
  expect(
    (await post('merchant', `/promotions/${id}/limits`, { total: null, perCustomer: null, budget: 1_000_000 })).status,
  ).toBe(200);
  await post('merchant', `/promotions/${id}/pause`);
});

test('only the mall resumes what the mall paused; both resume what the merchant paused', async () => {
  const {
    body: { id },
  } = await post('merchant', '/promotions', { definition: tenth({ rate: 200 }) });
  await post('merchant', `/promotions/${id}/publication`);
  const act = async (key: Key, what: 'pause' | 'resumption') => (await post(key, `/promotions/${id}/${what}`)).body;
  expect(await act('platform', 'pause')).toMatchObject({ status: 'paused', pausedBy: 'platform' });
  // Neither the merchant's own pause nor a new version changes that.
  expect(await act('merchant', 'pause')).toMatchObject({ status: 'paused', pausedBy: 'platform' });
  await post('merchant', `/promotions/${id}/draft`, { definition: tenth({ rate: 300 }) });
  expect((await post('merchant', `/promotions/${id}/publication`)).body).toMatchObject({
    status: 'paused',
    pausedBy: 'platform',
    version: 2,
  });
  expect(await act('merchant', 'resumption')).toMatchObject({
    code: 'forbidden',
    detail: expect.stringContaining('Ask the mall'),
  });
  expect(await get('merchant', `/promotions/${id}`)).toMatchObject({ status: 'paused' });
  const live = await act('platform', 'resumption');
  expect([live.status, 'pausedBy' in live]).toEqual(['live', false]);

  expect(await act('merchant', 'pause')).toMatchObject({ pausedBy: 'merchant' });
  expect(await act('merchant', 'resumption')).toMatchObject({ status: 'live' });
  await act('merchant', 'pause');
  expect(await act('platform', 'pause')).toMatchObject({ pausedBy: 'platform' });
  expect(await act('merchant', 'resumption')).toMatchObject({ code: 'forbidden' });
});
