import { appendFileSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { buildGateway } from '../../src/sandboxes/payments/gateway';
import { Journal } from '../../src/sandboxes/journal';
import { SandboxPaymentProvider } from '../../src/providers/payments/sandbox-gateway';
import { API_KEY, Bench, until, type Sandbox } from './sandboxes';

const bench = new Bench();
afterAll(() => bench.close());

const connect = (gateway: Sandbox) =>
  new SandboxPaymentProvider({ url: gateway.url, apiKey: API_KEY, timeoutMs: 2_000 });
const cny = (amount: number) => ({ amount, currency: 'CNY' as const });
const request = (key: string, token = 'tok_ok') => ({
  key,
  orderId: 'ord_1',
  method: 'card',
  token,
  amount: cny(1_000),
});

test('a restarted gateway has its books again, without an incomplete last line', async () => {
  const journalFile = bench.newJournal();
  const before = await bench.start(buildGateway, { journalFile });
  const { reference } = await connect(before).authorize(request('a'));
  const capture = { key: 'b', authorization: reference, amount: cny(600) };
  const captured = await connect(before).capture(capture);
  const refusal = await connect(before).void({ key: 'c', authorization: reference, amount: cny(401) });
  const listed = (await before.call('GET', '/v1/journal')).body;
  await before.app.close();
  const whole = readFileSync(journalFile, 'utf8');
  appendFileSync(journalFile, '{"entry":"move","kind":"capture","key":"torn","amount":4');

  const after = await bench.start(buildGateway, { journalFile });
  expect(readFileSync(journalFile, 'utf8')).toBe(whole);
  expect((await after.call('GET', '/v1/journal')).body).toEqual(listed);
  expect(await connect(after).capture(capture)).toEqual(captured);
  expect(await connect(after).void({ key: 'c', authorization: reference, amount: cny(401) })).toEqual(refusal);
  expect(await connect(after).findMoneyMoveByKey('torn')).toBeUndefined();
  expect(await connect(after).capture({ key: 'd', authorization: reference, amount: cny(401) })).toEqual({
    status: 'refused',
    reason: 'exceeds_authorized',
  });
  expect(await connect(after).capture({ key: 'e', authorization: reference, amount: cny(400) })).toMatchObject({
    status: 'succeeded',
  });
});

test('an undelivered webhook is sent once after the next start, under the same id', async () => {
  const journalFile = bench.newJournal();
  const before = await bench.start(buildGateway, { journalFile });
  const { reference } = await connect(before).authorize(request('a', 'tok_redirect'));
  await before.call('POST', `/v1/authorizations/${reference}/action`, { approve: true });
  expect((await before.call('GET', '/healthz')).body.undelivered).toBe(1);
  await before.app.close();

  const hook = await bench.receive();
  const after = await bench.start(buildGateway, { journalFile, webhookUrl: hook.url });
  await until(async () => (await after.call('GET', '/healthz')).body.undelivered === 0);
  expect(readFileSync(journalFile, 'utf8')).toContain(`"eventId":"${String(hook.taken[0]?.headers['webhook-id'])}"`);
  await after.app.close();
  const last = await bench.start(buildGateway, { journalFile, webhookUrl: hook.url });
  expect((await last.call('GET', '/healthz')).body.undelivered).toBe(0);
  expect(hook.taken).toHaveLength(1);
});

test('a complete line that is no entry stops the start, and the file stays as it is', () => {
  const file = bench.newJournal();
  const Entry = z.strictObject({ n: z.int() });
  const open = (seen: number[] = []) =>
    Journal.open(file, Entry, ({ n }) => {
      seen.push(n);
    });
  const first = open();
  first.append({ n: 1 });
  const span = first.append({ n: 22 });
  expect(first.read(span)).toEqual({ n: 22 });
  first.close();
  const seen: number[] = [];
  open(seen).close();
  expect(seen).toEqual([1, 22]);
  appendFileSync(file, '{"n":"three"}\n{"n":4}\n');
  const text = readFileSync(file, 'utf8');
  expect(() => open()).toThrow(/Not a journal entry: .* at byte 17/);
  expect(readFileSync(file, 'utf8')).toBe(text);
});
