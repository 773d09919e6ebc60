import { readFileSync } from 'node:fs';
import { buildSupplier } from '../../../src/sandboxes/suppliers/supplier';
import type { SupplierJournalEntry } from '../../../src/providers/suppliers/supplier-provider';
import {
  SandboxSupplierProvider,
  SandboxSupplierWebhookReader,
} from '../../../src/providers/suppliers/sandbox-supplier';
import { API_KEY, Bench, SECRET, until, type Receiver, type Sandbox } from '../sandboxes';

const bench = new Bench();
const journalFile = bench.newJournal();
let hook: Receiver;
let supplier: Sandbox;
let provider: SandboxSupplierProvider;

beforeAll(async () => {
  hook = await bench.receive();
  supplier = await bench.start(buildSupplier, {
    webhookUrl: hook.url,
    journalFile,
    now: () => new Date('2026-03-01T10:00:00Z'),
  });
  provider = new SandboxSupplierProvider({ url: supplier.url, apiKey: API_KEY, timeoutMs: 2_000 });
});
afterAll(() => bench.close());

let count = 0;
const request = (change: { quantity?: number; skuCode?: string } = {}) => {
  const reference = `rpl_${++count}`;
  return {
    key: `${reference}:purchase:1`,
    reference,
    supplierCode: 'maker',
    skuCode: 'CUP',
    quantity: 9,
    shipTo: { code: 'SP1', country: 'BR', city: 'São Paulo', postcode: '01000-000' },
    ...change,
  };
};
const manner = async (how: string) => {
  expect((await supplier.call('POST', '/sandbox/manners', { manner: how })).status).toBe(200);
};
const reader = new SandboxSupplierWebhookReader(SECRET);
/** Lists the verified answers that the receiver accepted for a key. */
const answers = (key: string) =>
  hook.taken
    .flatMap(({ headers, body }) => reader.read(headers as Record<string, string>, body) ?? [])
    .filter(({ event }) => event.key === key);
const journal = async () => {
  const entries: SupplierJournalEntry[] = [];
  for await (const entry of provider.journal()) entries.push(entry);
  return entries;
};
const taken = async (how: string) => {
  await manner(how);
  const requested = request();
  const purchase = await provider.purchase(requested);
  if (purchase.status !== 'taken') throw new Error(purchase.status);
  return { ...requested, ...purchase, reference: purchase.reference };
};

test('a key is purchased once, and a signed webhook confirms the units', async () => {
  const requested = request();
  const purchase = await provider.purchase(requested);
  expect(await provider.purchase(requested)).toEqual(purchase);
  expect(await provider.findPurchaseByKey(requested.key)).toEqual(purchase);
  expect(await provider.findPurchaseByKey('none')).toBeUndefined();
  await expect(provider.purchase({ ...requested, quantity: 10 })).rejects.toThrow('409');
  await until(() => answers(requested.key).length === 1);
  expect(answers(requested.key)[0]?.event).toEqual({
    key: requested.key,
    reference: (purchase as { reference: string }).reference,
    quantity: 9,
    expectedOn: '2026-03-04',
    at: '2026-03-01T10:00:00.000Z',
  });
  expect(
    reader.read({ 'webhook-id': 'x', 'webhook-timestamp': '1', 'webhook-signature': 'v1,x' }, '{}'),
  ).toBeUndefined();
});

test('a refusal stays the answer to its key', async () => {
  const requested = request({ skuCode: 'NOT-MADE' });
  expect(await provider.purchase(requested)).toEqual({ status: 'refused', reason: 'not_made' });
  expect(await provider.findPurchaseByKey(requested.key)).toEqual({ status: 'refused', reason: 'not_made' });
  expect((await journal()).map(({ key }) => key)).not.toContain(requested.key);
});

test.each([
  ['half', [4]],
  ['nothing', [0]],
  ['twice', [9, 9]],
  ['never', []],
])('in the manner %s the supplier answers %j', async (how, quantities) => {
  const { key } = await taken(how);
  await until(async () => (await supplier.call('GET', '/healthz')).body.undelivered === 0);
  expect(answers(key).map(({ event }) => event.quantity)).toEqual(quantities);
  expect(new Set(answers(key).map(({ eventId }) => eventId)).size).toBe(quantities.length);
  // Its clock stands still here, and yet each answer is later than the one before.
  expect(answers(key).map(({ event }) => event.at)).toEqual(
    ['2026-03-01T10:00:00.000Z', '2026-03-01T10:00:00.001Z'].slice(0, quantities.length),
  );
});

test('a supplier answers after a reminder, and when a person answers', async () => {
  const late = await taken('when_reminded');
  await provider.remind(late.reference);
  await provider.remind(late.reference);
  await until(() => answers(late.key).length === 1);
  const never = await taken('never');
  await provider.remind(never.reference);
  expect(
    (await supplier.call('POST', `/v1/purchases/${never.reference}/answers`, { quantity: 3, expectedOn: '2026-04-01' }))
      .status,
  ).toBe(200);
  await until(() => answers(never.key).length === 1);
  expect((await journal()).find(({ key }) => key === never.key)).toMatchObject({ quantity: 9, confirmed: 3 });
  await expect(provider.remind('pur_none')).rejects.toThrow('404');
});

test('the books and the undelivered webhooks survive the process', async () => {
  const before = await journal();
  const second = await bench.start(buildSupplier, { webhookUrl: hook.url, journalFile });
  const again = new SandboxSupplierProvider({ url: second.url, apiKey: API_KEY, timeoutMs: 2_000 });
  const entries: SupplierJournalEntry[] = [];
  for await (const entry of again.journal()) entries.push(entry);
  expect(entries).toEqual(before);
  expect(readFileSync(journalFile, 'utf8')).not.toContain('São Paulo');
});
