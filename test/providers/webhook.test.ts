import { Webhook } from 'standardwebhooks';
import { SandboxCarrierWebhookReader } from '../../src/providers/carriers/sandbox-carrier';
import { SandboxPaymentWebhookReader } from '../../src/providers/payments/sandbox-gateway';
import { WebhookNotUnderstood } from '../../src/providers/webhook';
import { SECRET } from '../sandboxes/sandboxes';

const reader = new SandboxCarrierWebhookReader(SECRET);
const data = { trackingNumber: 'ST1', scan: 'delivered', at: '2026-03-01T10:00:00Z', place: null };
const good = JSON.stringify({ type: 'parcel.scanned', data });

function sign(body: string, { ageSeconds = 0, secret = SECRET } = {}): Record<string, string> {
  const at = new Date(Date.now() - ageSeconds * 1_000);
  return {
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign('evt_1', at, body),
  };
}

test('a signed webhook becomes an event of our contracts', () => {
  expect(reader.read(sign(good), good)).toEqual({ eventId: 'evt_1', event: data });
  const paid = JSON.stringify({ type: 'payment.authorized', data: { key: 'k', status: 'authorized', at: data.at } });
  expect(new SandboxPaymentWebhookReader(SECRET).read(sign(paid), paid)?.event).toEqual({
    key: 'k',
    status: 'authorized',
    at: data.at,
  });
});

test('one valid signature of several is enough, as during the change of a secret', () => {
  const headers = sign(good);
  headers['webhook-signature'] = `v1,${Buffer.alloc(32).toString('base64')} ${headers['webhook-signature'] ?? ''}`;
  expect(reader.read(headers, good)).toBeDefined();
});

test.each([
  ['older', 301],
  ['newer', -303],
])('a time-stamp more than five minutes %s is stale', (_word, ageSeconds) => {
  expect(reader.read(sign(good, { ageSeconds }), good)).toBeUndefined();
});

test('a time-stamp almost five minutes old is not stale', () => {
  expect(reader.read(sign(good, { ageSeconds: 290 }), good)).toBeDefined();
});

test.each<[string, Record<string, string>, string]>([
  ['another secret', sign(good, { secret: `whsec_${Buffer.alloc(24, 8).toString('base64')}` }), good],
  ['another body', sign(good), good.replace('delivered', 'in_transit')],
  ['another id', { ...sign(good), 'webhook-id': 'evt_2' }, good],
  ['another time', { ...sign(good), 'webhook-timestamp': String(Math.floor(Date.now() / 1_000) - 7) }, good],
  [
    'a signature of the right length',
    { ...sign(good), 'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')}` },
    good,
  ],
  ['a signature without its version', { ...sign(good), 'webhook-signature': 'v1' }, good],
  ['a time that is no number', { ...sign(good), 'webhook-timestamp': 'now' }, good],
  ['no headers', {}, good],
])('the signature is invalid: %s', (_name, headers, body) => {
  expect(reader.read(headers, body)).toBeUndefined();
});

test.each([
  ['no JSON', 'hello'],
  ['an empty body', ''],
  ['another type', JSON.stringify({ type: 'parcel.lost', data })],
  ['an unknown scan', JSON.stringify({ type: 'parcel.scanned', data: { ...data, scan: 'lost' } })],
])('a signed webhook with %s is not understood', (_name, body) => {
  expect(() => reader.read(sign(body), body)).toThrow(WebhookNotUnderstood);
});

test('a payment webhook whose type contradicts its status is not understood', () => {
  const body = JSON.stringify({ type: 'payment.authorized', data: { key: 'k', status: 'declined', at: data.at } });
  expect(() => new SandboxPaymentWebhookReader(SECRET).read(sign(body), body)).toThrow('does not fit its schema: type');
});
