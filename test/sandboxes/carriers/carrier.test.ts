import { readFileSync } from 'node:fs';
import { buildCarrier } from '../../../src/sandboxes/carriers/carrier';
import type { CarrierJournalEntry } from '../../../src/providers/carriers/carrier-provider';
import { SandboxCarrierProvider, SandboxCarrierWebhookReader } from '../../../src/providers/carriers/sandbox-carrier';
import { API_KEY, Bench, bookRequest, SECRET, until, type Receiver, type Sandbox } from '../sandboxes';

const bench = new Bench();
const journalFile = bench.newJournal();
let hook: Receiver;
let carrier: Sandbox;
let provider: SandboxCarrierProvider;

beforeAll(async () => {
  hook = await bench.receive();
  carrier = await bench.start(buildCarrier, {
    webhookUrl: hook.url,
    journalFile,
    now: () => new Date('2026-03-01T10:00:00Z'),
  });
  provider = new SandboxCarrierProvider({ url: carrier.url, apiKey: API_KEY, timeoutMs: 2_000 });
});
afterAll(() => bench.close());

let count = 0;
const newKey = () => `ful_${++count}:book:1`;
const book = async (change: Parameters<typeof bookRequest>[1] = {}) => {
  const booking = await provider.book(bookRequest(newKey(), change));
  if (booking.status !== 'booked') throw new Error(booking.status);
  return booking;
};
const scan = (trackingNumber: string, what: string, more: object = {}) =>
  carrier.call('POST', '/v1/scans', { trackingNumber, scan: what, ...more });

test('a key is booked once, and its label can be printed', async () => {
  const requested = bookRequest(newKey());
  const booking = await provider.book(requested);
  if (booking.status !== 'booked') throw new Error(booking.status);
  expect(booking.trackingNumber).toMatch(/^ST\d{12}$/);
  expect(booking.label).toMatch(/^\^XA\n[\s\S]*\^XZ\n$/);
  expect(booking.label.match(/\^XZ/g)).toHaveLength(1);
  expect(booking.label).toContain(`^BCN,200,Y,N,N,A^FD${booking.trackingNumber}^FS`);
  for (const part of ['Steady Parcel', 'Recipient  XZ Two', '1 West Lake Road', '310000', 'FRAGILE'])
    expect(booking.label).toContain(part);
  expect(await provider.book(requested)).toEqual(booking);
  expect(await provider.findBookingByKey(requested.key)).toEqual(booking);
  await expect(provider.book({ ...requested, fragile: false })).rejects.toThrow('409');
});

test.each([
  ['swift', '2026-03-02'],
  ['steady', '2026-03-04'],
  ['feather', '2026-03-07'],
])('%s promises %s', async (carrierCode, day) => {
  expect((await book({ carrierCode })).estimatedDelivery).toBe(day);
});

test('a refusal stays the answer to its key', async () => {
  const heavy = bookRequest(newKey(), {
    carrierCode: 'feather',
    parcel: { weightG: 2_001, lengthMm: 1, widthMm: 1, heightMm: 1 },
  });
  expect(await provider.book(heavy)).toEqual({ status: 'refused', reason: 'too_heavy' });
  expect(await provider.book(heavy)).toEqual({ status: 'refused', reason: 'too_heavy' });
  expect(await provider.findBookingByKey(heavy.key)).toEqual({ status: 'refused', reason: 'too_heavy' });
  const far = bookRequest(newKey());
  expect(await provider.book({ ...far, to: { ...far.to, address: { ...far.to.address, postcode: '00000' } } })).toEqual(
    { status: 'refused', reason: 'not_served' },
  );
  expect(await provider.book(bookRequest(newKey(), { carrierCode: 'pigeon' }))).toEqual({
    status: 'refused',
    reason: 'unknown_carrier',
  });
  expect(await provider.findBookingByKey('never')).toBeUndefined();
});

test('a label can be voided repeatedly, but not once the parcel was picked up', async () => {
  const unused = await book();
  expect(await provider.void(unused.reference)).toEqual({ status: 'voided' });
  expect(await provider.void(unused.reference)).toEqual({ status: 'voided' });
  expect(await scan(unused.trackingNumber, 'picked_up')).toMatchObject({
    status: 409,
    body: { error: 'parcel_voided' },
  });
  const used = await book();
  await scan(used.trackingNumber, 'picked_up');
  expect(await provider.void(used.reference)).toEqual({ status: 'picked_up' });
  expect(await provider.void('bkg_none')).toEqual({ status: 'refused', reason: 'no_such_shipment' });
  const entries: CarrierJournalEntry[] = [];
  for await (const entry of provider.journal()) entries.push(entry);
  expect(
    entries
      .filter(({ reference }) => [unused.reference, used.reference].includes(reference))
      .map(({ status }) => status),
  ).toEqual(['voided', 'booked']);
});

test('every scan is sent once, signed, in order', async () => {
  const { trackingNumber } = await book();
  const at = '2026-03-01T11:00:00Z';
  expect(await scan(trackingNumber, 'picked_up', { at, place: 'Depot 4' })).toMatchObject({
    status: 200,
    body: { trackingNumber, at },
  });
  expect((await scan(trackingNumber, 'picked_up', { at, place: 'Depot 4' })).status).toBe(200);
  for (const what of ['in_transit', 'in_transit', 'out_for_delivery', 'delivered', 'signed'])
    await scan(trackingNumber, what);
  expect(await scan(trackingNumber, 'refused')).toMatchObject({ status: 409, body: { error: 'parcel_final' } });
  const mine = () => hook.taken.filter(({ body }) => body.includes(trackingNumber));
  await until(() => mine().length === 6);
  const reader = new SandboxCarrierWebhookReader(SECRET);
  const read = mine().map(({ headers, body }) => reader.read(headers as Record<string, string>, body));
  expect(read.map((webhook) => webhook?.event.scan)).toEqual([
    'picked_up',
    'in_transit',
    'in_transit',
    'out_for_delivery',
    'delivered',
    'signed',
  ]);
  expect(read[0]?.event).toEqual({ trackingNumber, scan: 'picked_up', at, place: 'Depot 4' });
  expect(new Set(read.map((webhook) => webhook?.eventId)).size).toBe(6);
});

test('unknown parcels and scans are refused', async () => {
  expect((await scan('ST000', 'picked_up')).status).toBe(404);
  expect((await scan((await book()).trackingNumber, 'teleported')).status).toBe(400);
});

test('the journal names no recipient, and yet the label survives a restart', async () => {
  const requested = bookRequest(newKey());
  const booking = await provider.book(requested);
  const text = readFileSync(journalFile, 'utf8');
  for (const part of ['Recipient', 'West Lake', '138'])
    expect(text.replace(/"(sealedLabel|fingerprint)":"[^"]*"|\d{12}|[0-9a-f]{8}-[0-9a-f-]+/g, '')).not.toContain(part);
  await carrier.app.close();
  carrier = await bench.start(buildCarrier, { webhookUrl: hook.url, journalFile });
  provider = new SandboxCarrierProvider({ url: carrier.url, apiKey: API_KEY, timeoutMs: 2_000 });
  expect(await provider.findBookingByKey(requested.key)).toEqual(booking);
  expect(await provider.book(requested)).toEqual(booking);
});
