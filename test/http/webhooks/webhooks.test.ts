import fc from 'fast-check';
import { sql } from 'kysely';
import { Webhook } from 'standardwebhooks';
import type { Tx } from '../../../src/books/transactions';
import { takeParkedWebhooks } from '../../../src/books/webhooks/received-webhooks';
import { SYSTEM } from '../../../src/contracts/caller';
import { until } from '../../sandboxes/sandboxes';
import { countRows } from '../../support/database';
import { startApi, WEBHOOK_SECRET, type TestApi } from '../api';
import { labelled, releasedOrder } from '../orders/fulfillment';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.close();
});

const CARRIER = '/v1/webhooks/carriers/sandbox-carrier';
const PAYMENT = '/v1/webhooks/payments/sandbox-gateway';
const scanned = (trackingNumber: string, scan = 'in_transit', place: string | null = null) =>
  JSON.stringify({ type: 'parcel.scanned', data: { trackingNumber, scan, at: '2026-11-23T10:00:00Z', place } });

let events = 0;
function signed(
  body: string,
  { id = `evt_${++events}`, ageSeconds = 0, secret = WEBHOOK_SECRET } = {},
): Record<string, string> {
  const at = new Date(Date.now() - ageSeconds * 1000);
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, at, body),
  };
}
const send = (url: string, payload: string, headers = signed(payload)) =>
  api.app.inject({ method: 'POST', url, payload, headers });
const rows = () => countRows(api.database.ownerUrl, ['webhook_event', 'timeline_event', 'workflow_message']);

test('a scan is applied once, however often it comes', async () => {
  const released = await releasedOrder(api, api.mall.skus.lamp);
  await labelled(api, released, 'SW1', '^XA^XZ');
  const body = scanned('SW1', 'refused');
  const headers = signed(body);
  expect((await send(CARRIER, body, headers)).json()).toEqual({ received: 'applied' });
  expect(api.signals).toContainEqual({ workflowId: `order:${released.orderId}`, signal: 'carrierReported' });
  const before = await rows();
  const again = await send(CARRIER, body, headers);
  expect([again.statusCode, again.json()]).toEqual([200, { received: 'duplicate' }]);
  expect(await rows()).toEqual(before);
});

test('a webhook about an unknown subject is acknowledged and parked', async () => {
  const body = scanned('NOBODY');
  expect((await send(CARRIER, body)).json()).toEqual({ received: 'parked' });
  const paid = JSON.stringify({
    type: 'payment.authorized',
    data: { key: 'ord_x:authorize:1', status: 'authorized', at: '2026-11-23T10:00:00Z' },
  });
  expect((await send(PAYMENT, paid)).json()).toEqual({ received: 'parked' });
});

test.each<[string, (body: string) => Record<string, string>]>([
  ['forged', (body) => signed(body, { secret: `whsec_${Buffer.alloc(24, 9).toString('base64')}` })],
  ['stale', (body) => signed(body, { ageSeconds: 301 })],
  ['from the future', (body) => signed(body, { ageSeconds: -303 })],
  ['unsigned', () => ({ 'content-type': 'application/json' })],
  ['signed for another body', () => signed('{}')],
])('a webhook that is %s gets 401 and writes nothing', async (_what, headers) => {
  const before = await rows();
  const body = scanned('SW1');
  for (const url of [CARRIER, PAYMENT]) {
    const answered = await send(url, body, headers(body));
    expect([answered.statusCode, answered.json<{ code: string }>().code]).toEqual([401, 'webhook_signature_invalid']);
  }
  expect(await rows()).toEqual(before);
});

test.each([
  '{"type":',
  '{}',
  'null',
  '',
  scanned('SW1', 'teleported'),
  scanned('SW1', 'in_transit', 'a\0b'),
  scanned(''),
])('a signed body that does not fit its schema gets 422 and writes nothing: %p', async (body) => {
  const before = await rows();
  const answered = await send(CARRIER, body);
  expect([answered.statusCode, answered.json<{ code: string }>().code]).toEqual([422, 'validation_failed']);
  expect(await rows()).toEqual(before);
});

test('an event id that is too long gets 422', async () => {
  const body = scanned('NOBODY');
  expect((await send(CARRIER, body, signed(body, { id: 'x'.repeat(5_000) }))).statusCode).toBe(422);
});

test('an unknown provider is not found; a body over the limit is refused unverified', async () => {
  const body = scanned('SW1');
  expect((await send('/v1/webhooks/carriers/nobody', body)).json()).toMatchObject({ code: 'not_found' });
  expect((await send('/v1/webhooks/carriers/sandbox-gateway', body)).json()).toMatchObject({ code: 'not_found' });
  expect((await send(CARRIER, 'x'.repeat(256 * 1024 + 1), signed(''))).json()).toMatchObject({
    code: 'body_too_large',
  });
});

test('a scan that comes while its label is being written is applied, not parked', async () => {
  await labelled(api, await releasedOrder(api, api.mall.skus.lamp), 'EARLY1', '^XA^XZ');
  const receptions: Promise<string>[] = [];
  await api.transactions.run(SYSTEM, async (tx) => {
    await tx.updateTable('shipment').set({ trackingNumber: 'LATE1' }).where('trackingNumber', '=', 'EARLY1').execute();
    expect(await takeParkedWebhooks(tx, 'sandbox-carrier', 'LATE1')).toEqual([]);
    receptions.push(send(CARRIER, scanned('LATE1', 'exception')).then((response) => response.body));
    const waits = (other: Tx) =>
      sql<{
        count: number;
      }>`select count(*)::int as count from pg_locks where locktype = 'advisory' and not granted`.execute(other);
    await until(async () => (await api.transactions.run(SYSTEM, waits)).rows[0]?.count === 1);
  });
  expect(await Promise.all(receptions)).toEqual(['{"received":"applied"}']);
});

test('a webhook is verified whatever its Content-Type says', async () => {
  const body = scanned('ELSEWHERE');
  const { 'content-type': _json, ...headers } = signed(body);
  expect((await send(CARRIER, body, { ...headers, 'content-type': 'text/plain' })).json()).toEqual({
    received: 'parked',
  });
});

test('no signed body makes the API fail, and an unsigned one writes nothing', async () => {
  const event = fc.record({
    trackingNumber: fc.string({ unit: 'binary' }),
    scan: fc.constantFrom('in_transit', 'signed', 'lost'),
    at: fc.constantFrom('2026-11-23T10:00:00Z', '0000-01-01T00:00:00Z', '9999-12-31T23:59:59Z', 'now'),
    place: fc.option(fc.string({ unit: 'binary' })),
  });
  const bodies = fc.oneof(
    event.map((data) => JSON.stringify({ type: 'parcel.scanned', data })),
    fc.json(),
    fc.string({ unit: 'binary' }),
  );
  await fc.assert(
    fc.asyncProperty(bodies, fc.boolean(), async (body, honest) => {
      const before = await rows();
      const answered = await send(CARRIER, body, signed(honest ? body : `${body} `));
      expect(answered.statusCode).toBeLessThan(500);
      if (!honest) expect(answered.statusCode).toBe(401);
      if (answered.statusCode !== 200) expect(await rows()).toEqual(before);
    }),
    { numRuns: 120 },
  );
}, 60_000);
