import fc from 'fast-check';
import { buildGateway } from '../../../src/sandboxes/payments/gateway';
import { UnexpectedAnswer } from '../../../src/providers/http';
import { SandboxPaymentProvider, SandboxPaymentWebhookReader } from '../../../src/providers/payments/sandbox-gateway';
import type { PaymentJournalEntry } from '../../../src/providers/payments/payment-provider';
import { API_KEY, Bench, SECRET, until, type Receiver, type Sandbox } from '../sandboxes';

const bench = new Bench();
let clock = () => new Date();
let hook: Receiver;
let gateway: Sandbox;
let provider: SandboxPaymentProvider;

beforeAll(async () => {
  hook = await bench.receive();
  gateway = await bench.start(buildGateway, { webhookUrl: hook.url, now: () => clock() });
  provider = new SandboxPaymentProvider({ url: gateway.url, apiKey: API_KEY, timeoutMs: 2_000 });
});
afterAll(() => bench.close());
beforeEach(() => {
  clock = () => new Date();
});

let count = 0;
const newKey = () => `ord_${++count}:pay/ü:1`;
const cny = (amount: number) => ({ amount, currency: 'CNY' as const });
const request = (token = 'tok_ok', key = newKey(), amount = 1_000) => ({
  key,
  orderId: 'ord_1',
  method: 'card',
  token,
  amount: cny(amount),
});
const collect = async () => {
  const entries: PaymentJournalEntry[] = [];
  for await (const entry of provider.journal()) entries.push(entry);
  return entries;
};

describe('authorizing', () => {
  test('repeats the authorization of a key and refuses the key for another request', async () => {
    const requested = request();
    const first = await provider.authorize(requested);
    expect(first).toEqual({ status: 'authorized', reference: expect.stringMatching(/^auth_/) as string });
    expect(await provider.authorize(requested)).toEqual(first);
    expect(await provider.findAuthorizationByKey(requested.key)).toEqual(first);
    await expect(provider.authorize({ ...requested, amount: cny(999) })).rejects.toThrow(UnexpectedAnswer);
    expect((await collect()).filter(({ key }) => key === requested.key)).toHaveLength(1);
  });

  test('finds nothing under an unknown key', async () => {
    expect(await provider.findAuthorizationByKey('never:seen:1')).toBeUndefined();
    expect(await provider.findMoneyMoveByKey('never:seen:1')).toBeUndefined();
  });

  test.each([
    ['tok_declined', 'declined'],
    ['tok_insufficient_funds', 'insufficient_funds'],
    ['tok_expired_card', 'expired_card'],
    ['visa', 'invalid_token'],
  ])('declines %s as %s', async (token, declineCode) => {
    expect(await provider.authorize(request(token))).toMatchObject({ status: 'declined', declineCode });
  });

  test('authorizes any other token that begins with tok_', async () => {
    expect(await provider.authorize(request('tok_anything'))).toMatchObject({ status: 'authorized' });
  });

  test('refuses a caller without the API key, and one with another key', async () => {
    expect((await fetch(`${gateway.url}/v1/journal`)).status).toBe(401);
    const unauthenticated = new SandboxPaymentProvider({ url: gateway.url, apiKey: 'wrong', timeoutMs: 2_000 });
    await expect(unauthenticated.authorize(request())).rejects.toThrow(
      'sandbox-gateway: 401 to POST /v1/authorizations',
    );
  });

  test('answers 400 with the member that does not fit', async () => {
    const answer = await gateway.call('POST', '/v1/authorizations', {
      key: 'k',
      orderId: 'o',
      method: 'card',
      token: 'tok_ok',
      amount: 0,
      currency: 'XXX',
    });
    expect(answer.status).toBe(400);
    expect(answer.body.message).toMatch(/amount[\s\S]*currency/);
  });
});

describe("the customer's action", () => {
  const events = (key: string) => hook.taken.filter(({ body }) => body.includes(key));
  const pay = (url: string, decision: string) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `decision=${decision}`,
    });

  test.each([
    ['tok_redirect', 'redirect', 'approve', 'authorized'],
    ['tok_qr', 'qr_code', 'decline', 'declined'],
  ])('%s: the pay page accepts one decision, and the shop is notified', async (token, type, decision, status) => {
    const requested = request(token);
    const waiting = await provider.authorize(requested);
    if (waiting.status !== 'action_required') throw new Error(waiting.status);
    expect(waiting.nextAction).toMatchObject({ type, url: `${gateway.url}/pay/${waiting.reference}` });
    const page = await (await fetch(waiting.nextAction.url)).text();
    expect(page).toContain('10.00 CNY');
    expect(await (await pay(waiting.nextAction.url, decision)).text()).toContain('The shop is being notified');
    expect((await pay(waiting.nextAction.url, decision)).status).toBe(200);

    await until(() => events(requested.key).length > 0);
    const [notification] = events(requested.key);
    const read = new SandboxPaymentWebhookReader(SECRET).read(
      notification?.headers as Record<string, string>,
      notification?.body ?? '',
    );
    expect(read).toEqual({
      eventId: expect.stringMatching(/^evt_/) as string,
      event: { key: requested.key, status, at: expect.any(String) as string },
    });
    expect(await provider.findAuthorizationByKey(requested.key)).toMatchObject({ status });
    expect(await provider.authorize(requested)).toMatchObject({ status, reference: waiting.reference });
    await until(async () => (await gateway.call('GET', '/healthz')).body.undelivered === 0);
    expect(events(requested.key)).toHaveLength(1);
  });

  test('may be taken once over the API', async () => {
    const { reference } = await provider.authorize(request('tok_redirect'));
    const act = (approve: boolean) => gateway.call('POST', `/v1/authorizations/${reference}/action`, { approve });
    expect(await act(true)).toMatchObject({ status: 200, body: { status: 'authorized' } });
    expect(await act(true)).toMatchObject({ status: 200, body: { status: 'authorized' } });
    expect(await act(false)).toMatchObject({ status: 409, body: { error: 'already_decided' } });
    const { reference: done } = await provider.authorize(request());
    expect(await gateway.call('POST', `/v1/authorizations/${done}/action`, { approve: true })).toMatchObject({
      status: 409,
      body: { error: 'no_action_required' },
    });
  });

  test('expires after 30 minutes and is then refused', async () => {
    const requested = request('tok_redirect');
    const { reference } = await provider.authorize(requested);
    clock = () => new Date(Date.now() + 30 * 60_000 + 1_000);
    expect(await provider.findAuthorizationByKey(requested.key)).toEqual({ status: 'expired', reference });
    expect(await gateway.call('POST', `/v1/authorizations/${reference}/action`, { approve: true })).toMatchObject({
      status: 409,
      body: { error: 'action_expired' },
    });
    expect(await (await pay(`${gateway.url}/pay/${reference}`, 'approve')).text()).toContain('not approved in time');
    expect(await provider.capture({ key: newKey(), authorization: reference, amount: cny(1) })).toEqual({
      status: 'refused',
      reason: 'not_authorized',
    });
  });

  test("escapes the order's id in the page", async () => {
    const { reference } = await provider.authorize({ ...request('tok_redirect'), orderId: '<script>' });
    const response = await fetch(`${gateway.url}/pay/${reference}`);
    expect(await response.text()).not.toContain('<script>');
    expect((await fetch(`${gateway.url}/pay/auth_unknown`)).status).toBe(404);
  });
});

describe('moving money', () => {
  test('never captures and voids more than was authorized, never refunds more than was captured', async () => {
    const moves = fc.array(
      fc.record({ kind: fc.constantFrom('capture', 'void', 'refund'), amount: fc.integer({ min: 1, max: 700 }) }),
      { maxLength: 10 },
    );
    await fc.assert(
      fc.asyncProperty(moves, async (steps) => {
        const { reference } = await provider.authorize(request());
        const sum = { capture: 0, void: 0, refund: 0 };
        for (const { kind, amount } of steps) {
          const allowed = kind === 'refund' ? sum.capture - sum.refund : 1_000 - sum.capture - sum.void;
          const requested = { key: newKey(), authorization: reference, amount: cny(amount) };
          const move = await provider[kind](requested);
          expect(move.status).toBe(amount <= allowed ? 'succeeded' : 'refused');
          expect(await provider[kind](requested)).toEqual(move);
          expect(await provider.findMoneyMoveByKey(requested.key)).toEqual(move);
          if (move.status === 'succeeded') sum[kind] += amount;
        }
        expect(sum.capture + sum.void).toBeLessThanOrEqual(1_000);
        expect(sum.refund).toBeLessThanOrEqual(sum.capture);
      }),
      { numRuns: 25 },
    );
  });

  test('refuses another currency, an unknown authorization, and a key of another move', async () => {
    const { reference } = await provider.authorize(request());
    const key = newKey();
    expect(
      await provider.capture({ key: newKey(), authorization: reference, amount: { amount: 1, currency: 'EUR' } }),
    ).toEqual({ status: 'refused', reason: 'currency_mismatch' });
    expect(await provider.void({ key: newKey(), authorization: 'auth_none', amount: cny(1) })).toEqual({
      status: 'refused',
      reason: 'no_such_authorization',
    });
    await provider.capture({ key, authorization: reference, amount: cny(1) });
    await expect(provider.void({ key, authorization: reference, amount: cny(1) })).rejects.toThrow('409');
  });

  test('lists every operation once, oldest first, over pages', async () => {
    const other = await bench.start(buildGateway);
    const payments = new SandboxPaymentProvider({ url: other.url, apiKey: API_KEY, timeoutMs: 2_000 });
    const { reference } = await payments.authorize(request('tok_ok', 'a:1', 5_000));
    await payments.capture({ key: 'a:2', authorization: reference, amount: cny(6_000) });
    for (let n = 0; n < 1_001; n += 1)
      await payments.capture({ key: `c:${n}`, authorization: reference, amount: cny(1) });
    const keys: string[] = [];
    for await (const entry of payments.journal()) keys.push(`${entry.kind} ${entry.key} ${entry.status}`);
    expect(keys).toHaveLength(1_002);
    expect(keys.slice(0, 2)).toEqual(['authorize a:1 authorized', 'capture c:0 succeeded']);
    expect(keys.at(-1)).toBe('capture c:1000 succeeded');
  });
});
