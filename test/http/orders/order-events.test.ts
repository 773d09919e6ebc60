import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { moveOrder } from '../../../src/books/orders/orders';
import { appendEvents } from '../../../src/books/timeline';
import { Authenticator } from '../../../src/services/access/authenticator';
import { SYSTEM } from '../../../src/contracts/caller';
import { placeOrderBody } from '../../support/mall';
import { until } from '../../sandboxes/sandboxes';
import { posting, reading, startApi, type TestApi } from '../api';

const MAX_STREAMS = 3;
let api: TestApi;
let base: string;
let revoked = false;
/** While it is set, each check of a key waits for it. */
let gate: { readonly onCheck: () => void; readonly opened: Promise<void> } | undefined;
beforeAll(async () => {
  api = await startApi((transactions) => {
    const authenticator = new Authenticator(transactions);
    const authenticate = async (secret: string) => {
      gate?.onCheck();
      await gate?.opened;
      return revoked ? undefined : authenticator.callerOf(secret);
    };
    return { maxStreams: MAX_STREAMS, authenticate };
  });
  await api.app.listen({ host: '127.0.0.1', port: 0 });
  base = `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await api.close();
});

async function placed(): Promise<string> {
  const body = placeOrderBody([api.mall.skus.lamp, api.mall.skus.cup]);
  return (
    await api.app.inject({
      method: 'POST',
      url: '/v1/orders',
      headers: posting(api.mall.keys.storefront),
      payload: body,
    })
  ).json<{ id: string }>().id;
}

const append = (orderId: string, merchantId?: string) =>
  api.transactions.run(SYSTEM, (tx) =>
    appendEvents(tx, orderId, [
      { type: merchantId ? 'fulfillment.released' : 'order.accepted', ...(merchantId ? { merchantId } : {}) },
    ]),
  );
const end = (orderId: string) =>
  api.transactions.run(SYSTEM, async (tx) => {
    await moveOrder(tx, orderId, { status: 'completed', stage: 'closed' });
    await appendEvents(tx, orderId, [{ type: 'order.completed' }]);
  });

interface StreamedEvent {
  id: string | undefined;
  event: string;
  data: { seq?: number; type?: string; data?: object };
}

/** Opens a stream over a real connection; `next` waits for one event, `rest` reads to the end. */
async function open(orderId: string, { key = api.mall.keys.storefront, headers = {} } = {}) {
  const abort = new AbortController();
  const response = await fetch(`${base}/v1/orders/${orderId}/events/stream`, {
    headers: { ...reading(key), accept: 'text/event-stream', ...headers },
    signal: abort.signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const next = async (): Promise<StreamedEvent | undefined> => {
    for (;;) {
      const at = text.indexOf('\n\n');
      if (at >= 0) {
        const fields = new Map(
          text
            .slice(0, at)
            .split('\n')
            .map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
        );
        text = text.slice(at + 2);
        return {
          id: fields.get('id'),
          event: fields.get('event') ?? '',
          data: JSON.parse(fields.get('data') ?? 'null'),
        };
      }
      const read = await reader?.read();
      if (!read || read.done) return undefined;
      text += read.value;
    }
  };
  const rest = async (): Promise<StreamedEvent[]> => {
    const events: StreamedEvent[] = [];
    for (let event = await next(); event; event = await next()) events.push(event);
    return events;
  };
  return {
    response,
    next,
    rest,
    close: () => {
      abort.abort();
    },
  };
}

test('a stream sends earlier events, new events as they come, and its end', async () => {
  const orderId = await placed();
  const stream = await open(orderId);
  expect(stream.response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  expect(await stream.next()).toMatchObject({
    id: '1',
    event: 'order.received',
    data: { seq: 1, type: 'order.received' },
  });
  await append(orderId);
  expect(await stream.next()).toMatchObject({ id: '2', event: 'order.accepted' });
  await end(orderId);
  expect((await stream.rest()).map(({ id, event }) => [id, event])).toEqual([
    ['3', 'order.completed'],
    [undefined, 'end'],
  ]);
});

test('a reader that reconnects continues after its last event', async () => {
  const orderId = await placed();
  await append(orderId);
  await end(orderId);
  const resumed = await open(orderId, { headers: { 'last-event-id': '1' } });
  expect((await resumed.rest()).map(({ event }) => event)).toEqual(['order.accepted', 'order.completed', 'end']);
  const again = await open(orderId, { headers: { 'last-event-id': '3' } });
  expect((await again.rest()).map(({ event }) => event)).toEqual(['end']);
});

test('a merchant gets events of its own fulfillments only, and nothing about other merchants', async () => {
  const orderId = await placed();
  const stream = await open(orderId, { key: api.mall.keys.merchant });
  const received = await stream.next();
  expect([received?.id, received?.data.data]).toEqual(['1', { currency: 'BRL', reference: 'A-1001' }]);
  await append(orderId, api.mall.merchantIds[1]);
  await append(orderId, api.mall.merchantIds[0]);
  expect(await stream.next()).toMatchObject({ id: '3', event: 'fulfillment.released' });
  await end(orderId);
  expect((await stream.rest()).map(({ event }) => event)).toEqual(['order.completed', 'end']);
});

test('an unknown order, another media type and a malformed id are problems', async () => {
  const unknown = await open('ord_01ARZ3NDEKTSV4RRFFQ69G5FAV');
  expect([unknown.response.status, unknown.response.headers.get('content-type')]).toEqual([
    404,
    'application/problem+json',
  ]);
  const orderId = await placed();
  expect((await open(orderId, { headers: { accept: 'application/json' } })).response.status).toBe(406);
  expect((await open(orderId, { headers: { 'last-event-id': 'x' } })).response.status).toBe(422);
});

test('a stream above the limit gets 503; a place is free again when a reader leaves', async () => {
  const orderId = await placed();
  const streams = await Promise.all([open(orderId), open(orderId), open(orderId)]);
  const refused = await open(orderId);
  expect([refused.response.status, refused.response.headers.get('retry-after')]).toEqual([503, '2']);
  streams[0].close();
  let freed = await open(orderId);
  while (freed.response.status === 503) freed = await open(orderId);
  expect(freed.response.status).toBe(200);
  for (const stream of [...streams, freed]) stream.close();
});

test('a stream ends when its key is revoked', async () => {
  const orderId = await placed();
  const stream = await open(orderId);
  expect(await stream.next()).toMatchObject({ id: '1' });
  revoked = true;
  await append(orderId);
  expect(await stream.rest()).toEqual([]);
  revoked = false;
});

test('readers who leave before their first page take no place', async () => {
  const orderId = await placed();
  const connections = () =>
    new Promise<number>((resolve) => {
      api.app.server.getConnections((_error, count) => {
        resolve(count);
      });
    });
  for (let n = 0; n <= MAX_STREAMS; n += 1) {
    // The plugin checks the key first, and passes; the stream checks it second, and waits.
    let checks = 0;
    let release = (): void => undefined;
    const opened = new Promise<void>((resolve) => {
      release = resolve;
    });
    gate = {
      onCheck: () => {
        checks += 1;
      },
      get opened() {
        return checks > 1 ? opened : Promise.resolve();
      },
    };
    const before = await connections();
    const socket = connect((api.app.server.address() as AddressInfo).port, '127.0.0.1');
    const lines = [
      `GET /v1/orders/${orderId}/events/stream HTTP/1.1`,
      'host: localhost',
      `authorization: ${reading(api.mall.keys.storefront).authorization}`,
      'accept: text/event-stream',
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    await until(() => checks === 2);
    socket.destroy();
    await until(async () => (await connections()) === before);
    release();
    await opened;
  }
  gate = undefined;
  const stream = await open(orderId);
  expect(stream.response.status).toBe(200);
  stream.close();
}, 30_000);

test('closing the server ends all streams, and connections that never sent a request', async () => {
  const orderId = await placed();
  const ahead = connect(Number(new URL(base).port), '127.0.0.1');
  await once(ahead, 'connect');
  const stream = await open(orderId);
  expect(await stream.next()).toMatchObject({ id: '1' });
  await api.app.close();
  expect(await stream.rest()).toEqual([]);
});
