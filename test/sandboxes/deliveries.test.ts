import pino from 'pino';
import { buildCarrier } from '../../src/sandboxes/carriers/carrier';
import { Deliveries, type DeliveryTimings } from '../../src/sandboxes/deliveries';
import { SandboxCarrierProvider } from '../../src/providers/carriers/sandbox-carrier';
import { API_KEY, Bench, bookRequest, SECRET, until, type Receiver } from './sandboxes';

const bench = new Bench();
afterAll(() => bench.close());

const bodies = (hook: Receiver) => hook.taken.map(({ body }) => body);

function start(url: string, timings: DeliveryTimings = {}) {
  const delivered: string[] = [];
  const deliveries = new Deliveries(
    url,
    SECRET,
    ({ id }) => {
      delivered.push(id);
    },
    pino({ level: 'silent' }),
    { firstRetryMs: 10, ...timings },
  );
  const add = (lane: string, ...ids: string[]) => {
    for (const id of ids) deliveries.add({ id, lane, body: id });
  };
  return { deliveries, delivered, add };
}

test('a failed delivery is repeated before the rest of its lane; other lanes go on', async () => {
  const hook = await bench.receive();
  hook.answers.push(500, 503, 302, 204);
  const { deliveries, delivered, add } = start(hook.url, { concurrency: 1 });
  add('a', 'a1', 'a2');
  await until(() => hook.answers.length < 4);
  add('b', 'b1');
  await until(() => deliveries.undelivered === 0);
  expect(delivered.filter((id) => id.startsWith('a'))).toEqual(['a1', 'a2']);
  expect(bodies(hook).sort()).toEqual(['a1', 'a2', 'b1']);
});

test('a receiver that does not answer in time gets the event again', async () => {
  const hook = await bench.receive(200);
  const { deliveries, delivered, add } = start(hook.url, { timeoutMs: 50 });
  add('a', 'a1');
  await until(() => hook.taken.length > 1);
  deliveries.stop();
  expect(delivered).toEqual([]);
  expect(new Set(hook.taken.map(({ headers }) => headers['webhook-id']))).toEqual(new Set(['a1']));
});

test('an event whose delivery could not be recorded is sent again', async () => {
  const hook = await bench.receive();
  let full = true;
  const deliveries = new Deliveries(
    hook.url,
    SECRET,
    () => {
      if (full) throw new Error('no space left');
    },
    pino({ level: 'silent' }),
    { firstRetryMs: 10 },
  );
  deliveries.add({ id: 'a1', lane: 'a', body: 'a1' });
  await until(() => hook.taken.length > 1);
  expect(deliveries.undelivered).toBe(1);
  full = false;
  await until(() => deliveries.undelivered === 0);
});

test('thousands of events use few connections, each lane in order', async () => {
  const hook = await bench.receive();
  const { deliveries, add } = start(hook.url);
  for (let step = 0; step < 4; step += 1)
    for (let parcel = 0; parcel < 500; parcel += 1) add(`p${parcel}`, `p${parcel}.${step}`);
  await until(() => deliveries.undelivered === 0, 120_000);
  expect(hook.taken).toHaveLength(2_000);
  expect(hook.connections()).toBeLessThan(100);
  const next = new Map<string, number>();
  for (const body of bodies(hook)) {
    const [parcel = '', step] = body.split('.');
    expect(Number(step)).toBe(next.get(parcel) ?? 0);
    next.set(parcel, Number(step) + 1);
  }
}, 150_000);

test('while the receiver is unavailable, scans above the limit are refused and not recorded', async () => {
  const carrier = await bench.start(buildCarrier, { delivery: { limit: 2 } });
  const booking = await new SandboxCarrierProvider({ url: carrier.url, apiKey: API_KEY, timeoutMs: 2_000 }).book(
    bookRequest('k'),
  );
  if (booking.status !== 'booked') throw new Error(booking.status);
  const scan = () => carrier.call('POST', '/v1/scans', { trackingNumber: booking.trackingNumber, scan: 'in_transit' });
  expect([(await scan()).status, (await scan()).status, (await scan()).status]).toEqual([200, 200, 503]);
  expect((await carrier.call('GET', '/v1/scans')).body).toMatchObject({
    entries: [
      { seq: 1, sent: false },
      { seq: 2, sent: false },
    ],
    next: null,
  });
});
