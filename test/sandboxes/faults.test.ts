import { buildCarrier } from '../../src/sandboxes/carriers/carrier';
import { buildGateway } from '../../src/sandboxes/payments/gateway';
import { SandboxCarrierProvider } from '../../src/providers/carriers/sandbox-carrier';
import { SandboxPaymentProvider } from '../../src/providers/payments/sandbox-gateway';
import { ProviderUnavailable } from '../../src/providers/unavailable';
import { API_KEY, Bench, bookRequest, type Sandbox } from './sandboxes';

const bench = new Bench();
let gateway: Sandbox;
let carrier: Sandbox;
let payments: SandboxPaymentProvider;
let parcels: SandboxCarrierProvider;

beforeAll(async () => {
  gateway = await bench.start(buildGateway);
  carrier = await bench.start(buildCarrier);
  payments = new SandboxPaymentProvider({ url: gateway.url, apiKey: API_KEY, timeoutMs: 300 });
  parcels = new SandboxCarrierProvider({ url: carrier.url, apiKey: API_KEY, timeoutMs: 300 });
});
afterAll(() => bench.close());
afterEach(async () => {
  await gateway.call('DELETE', '/sandbox/faults');
  await carrier.call('DELETE', '/sandbox/faults');
});

let count = 0;
const request = (token = 'tok_ok') => ({
  key: `f:${++count}`,
  orderId: 'ord_1',
  method: 'card',
  token,
  amount: { amount: 1_000, currency: 'CNY' as const },
});

test.each([
  [{ mode: 'down' }, false],
  [{ mode: 'error_before' }, false],
  [{ mode: 'error_after' }, true],
  [{ mode: 'execute_then_timeout' }, true],
  [{ mode: 'execute_then_timeout', delayMs: 10 }, true],
  [{ mode: 'slow', delayMs: 600 }, 'later'],
])('%j leaves the effect of a call: %s', async (fault, executed) => {
  await gateway.fault({ ...fault, times: 1, operation: 'authorize' });
  const requested = request();
  await expect(payments.authorize(requested)).rejects.toThrow(ProviderUnavailable);
  const found = await payments.findAuthorizationByKey(requested.key);
  expect(found?.status).toBe(executed === true ? 'authorized' : undefined);
  expect(await payments.authorize(requested)).toMatchObject({ status: 'authorized' });
});

test.each([
  ['tok_timeout_once', true],
  ['tok_error_after', true],
  ['tok_error_once', false],
])('%s fails its first call only; executed: %s', async (token, executed) => {
  const requested = request(token);
  await expect(payments.authorize(requested)).rejects.toThrow(ProviderUnavailable);
  expect((await payments.findAuthorizationByKey(requested.key)) !== undefined).toBe(executed);
  const answered = await payments.authorize(requested);
  expect(answered.status).toBe('authorized');
  expect(await payments.authorize(requested)).toEqual(answered);
});

test('a fault lasts for its number of calls, of its operation only', async () => {
  await gateway.fault({ mode: 'down', times: 2, operation: 'capture' });
  const { reference } = await payments.authorize(request());
  const capture = { key: `f:${++count}`, authorization: reference, amount: { amount: 1, currency: 'CNY' as const } };
  await expect(payments.capture(capture)).rejects.toThrow('503');
  expect(await payments.findMoneyMoveByKey(capture.key)).toBeUndefined();
  await expect(payments.capture(capture)).rejects.toThrow('503');
  expect(await payments.capture(capture)).toMatchObject({ status: 'succeeded' });
});

test('a fault without an operation affects every call but the journal, until it is removed', async () => {
  await gateway.fault({ mode: 'down', times: 100 });
  await expect(payments.findAuthorizationByKey('any')).rejects.toThrow(ProviderUnavailable);
  await expect(payments.authorize(request())).rejects.toThrow(ProviderUnavailable);
  expect((await gateway.call('GET', '/v1/journal')).status).toBe(200);
  expect((await gateway.call('GET', '/sandbox/faults')).body).toEqual({ faults: [{ mode: 'down', times: 98 }] });
  await gateway.call('DELETE', '/sandbox/faults');
  expect(await payments.authorize(request())).toMatchObject({ status: 'authorized' });
});

test('a carrier that never answers has booked and voided nevertheless', async () => {
  await carrier.fault({ mode: 'execute_then_timeout', operation: 'book' });
  await carrier.fault({ mode: 'execute_then_timeout', operation: 'void' });
  const requested = bookRequest(`f:${++count}`);
  await expect(parcels.book(requested)).rejects.toThrow('no answer to POST /v1/shipments within 300 ms');
  const booking = await parcels.findBookingByKey(requested.key);
  if (booking?.status !== 'booked') throw new Error(booking?.status);
  await expect(parcels.void(booking.reference)).rejects.toThrow(ProviderUnavailable);
  expect(await parcels.findBookingByKey(requested.key)).toEqual({
    status: 'voided',
    reference: booking.reference,
    trackingNumber: booking.trackingNumber,
  });
});

test('an unknown mode or operation is refused', async () => {
  expect((await gateway.call('POST', '/sandbox/faults', { mode: 'sulk' })).status).toBe(400);
  expect((await gateway.call('POST', '/sandbox/faults', { mode: 'down', operation: 'book' })).status).toBe(400);
});

test('the server closes at once while a call hangs', async () => {
  const hanging = await bench.start(buildGateway);
  const provider = new SandboxPaymentProvider({ url: hanging.url, apiKey: API_KEY, timeoutMs: 20_000 });
  const call = expect(provider.authorize(request('tok_timeout_once'))).rejects.toThrow('no connection');
  while (((await hanging.call('GET', '/v1/journal')).body.entries as unknown[]).length === 0);
  const before = Date.now();
  await hanging.app.close();
  await call;
  expect(Date.now() - before).toBeLessThan(2_000);
});
