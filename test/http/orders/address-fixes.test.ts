import { holdForAddress, linkToken } from '../../../src/books/orders/address-holds';
import { SYSTEM } from '../../../src/contracts/caller';
import { placeOrderBody, testVault } from '../../support/mall';
import { posting, reading, startApi, type TestApi } from '../api';

let api: TestApi;
const UNTIL = new Date(Date.now() + 600_000);

beforeAll(async () => {
  api = await startApi();
  // The order's workflow does this first when an address is not valid.
  api.workflows.onStart = ({ orderId }) => api.transactions.run(SYSTEM, (tx) => holdForAddress(tx, orderId, UNTIL));
}, 120_000);
afterAll(() => api.close());

const VALID = {
  name: 'Recipient One',
  phone: '+55 11 91234-5678',
  email: 'recipient@example.com',
  address: { country: 'BR', region: 'SP', city: 'São Paulo', line1: 'Rua Augusta 100', postcode: '01305-000' },
};
const INCOMPLETE = { ...VALID, phone: '', address: { ...VALID.address, postcode: '1305000' } };

interface Held {
  id: string;
  status: string;
  addressFix: { until: string; findings: { pointer: string; code: string; suggestion?: string }[] };
}

const place = async (recipient: unknown, more: object = {}): Promise<{ status: number; order: Held }> => {
  const answered = await api.app.inject({
    method: 'POST',
    url: '/v1/orders',
    headers: posting(api.mall.keys.storefront),
    payload: placeOrderBody([api.mall.skus.cup], { recipient, ...more }),
  });
  return { status: answered.statusCode, order: answered.json() };
};
const put = (orderId: string, payload: object, headers = posting(api.mall.keys.storefront)) =>
  api.app.inject({ method: 'PUT', url: `/v1/orders/${orderId}/recipient`, headers, payload });

test('an incomplete order is taken and held: 201 names each field, its fault and a suggestion', async () => {
  const { status, order } = await place(INCOMPLETE);
  expect(status).toBe(201);
  expect(order).toMatchObject({
    status: 'awaiting_address',
    recipient: null,
    addressFix: {
      until: UNTIL.toISOString(),
      findings: [
        { pointer: '/recipient/phone', code: 'missing' },
        { pointer: '/recipient/address/postcode', code: 'malformed_postcode', suggestion: '01305-000' },
      ],
    },
  });
  expect(order.addressFix.findings[0]).not.toHaveProperty('suggestion');
  const read = await api.app.inject({ url: `/v1/orders/${order.id}`, headers: reading(api.mall.keys.storefront) });
  expect(read.json()).toMatchObject({ addressFix: order.addressFix, recipient: { phone: '' } });
});

test('the storefront corrects it with an Idempotency-Key; remaining faults have pointers into the body', async () => {
  const { order } = await place(INCOMPLETE);
  const keyless = await put(order.id, VALID, {
    authorization: `Bearer ${api.mall.keys.storefront}`,
    'content-type': 'application/json',
  });
  expect([keyless.statusCode, keyless.json<{ code: string }>().code]).toEqual([400, 'idempotency_key_missing']);
  const wrong = await put(order.id, INCOMPLETE);
  expect(wrong.statusCode).toBe(422);
  expect(wrong.json()).toMatchObject({
    code: 'address_incomplete',
    until: UNTIL.toISOString(),
    errors: [{ pointer: '/phone' }, { pointer: '/address/postcode', suggestion: '01305-000' }],
  });
  expect((await put(order.id, VALID, posting(api.mall.keys.merchant))).statusCode).toBe(403);

  const corrected = await put(order.id, VALID);
  // The payment is not decided yet.
  expect([corrected.statusCode, corrected.headers['retry-after']]).toEqual([202, '2']);
  expect(api.workflows.corrected).toContain(order.id);
  expect(api.signals).toContainEqual({ workflowId: `order:${order.id}`, signal: 'addressMended' });
  expect((await put(order.id, VALID)).json()).toMatchObject({ code: 'address_not_awaited', status: 409 });
});

test('an address fix changes the destination, and nothing else that was sealed with it', async () => {
  const sealed = { gift: { message: 'Well done' }, fapiao: { type: 'individual', title: 'Recipient One' } };
  const { order } = await place(INCOMPLETE, sealed);
  expect((await put(order.id, VALID)).statusCode).toBe(202);
  const read = await api.app.inject({ url: `/v1/orders/${order.id}`, headers: reading(api.mall.keys.storefront) });
  expect(read.json()).toMatchObject({
    recipient: { address: { postcode: '01305-000' } },
    giftMessage: 'Well done',
    fapiao: sealed.fapiao,
  });
});

test('the link needs no key, shows the faults, works once, and cannot be forged', async () => {
  const { order } = await place(INCOMPLETE);
  const url = `/v1/address-fixes/${linkToken(testVault(), order.id, UNTIL)}`;
  const shown = await api.app.inject({ url });
  expect([shown.statusCode, shown.headers['cache-control']]).toEqual([200, 'no-store']);
  expect(shown.json()).toMatchObject({
    orderId: order.id,
    recipient: { name: 'Recipient One' },
    findings: [{ pointer: '/phone' }, { pointer: '/address/postcode' }],
  });
  const send = (to: string, payload: object) =>
    api.app.inject({ method: 'POST', url: to, headers: { 'content-type': 'application/json' }, payload });
  expect((await send(`${url}x`, VALID)).json()).toMatchObject({ code: 'address_link_invalid', status: 404 });
  expect((await send(url, INCOMPLETE)).json()).toMatchObject({ code: 'address_incomplete' });
  expect((await send(url, { ...VALID, admin: true })).json()).toMatchObject({ code: 'validation_failed' });
  const corrected = await send(url, VALID);
  expect([corrected.statusCode, corrected.json()]).toEqual([202, { orderId: order.id, status: 'draft' }]);
  expect((await send(url, VALID)).json()).toMatchObject({ code: 'address_not_awaited', status: 409 });
});

test('a valid address is kept as it came, normalized', async () => {
  const { order } = await place({ ...VALID, name: ' Recipient   One ' });
  const read = await api.app.inject({ url: `/v1/orders/${order.id}`, headers: reading(api.mall.keys.storefront) });
  expect(read.json()).toMatchObject({ recipient: { ...VALID, phone: '+5511912345678' } });
});
