import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readEventStream } from '../../src/cli/orders/event-stream';
import { ApiProblem, HttpClient } from '../../src/cli/http-client';
import { PublicApi } from '../../src/cli/orders/public-api';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let url: string;
let answers: Answer[];
let seen: IncomingMessage[];
beforeEach(async () => {
  answers = [];
  seen = [];
  server = createServer((request, response) => {
    seen.push(request);
    request.resume().on('end', () => {
      answers.shift()?.(request, response);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(
  () =>
    new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
      server.closeAllConnections();
    }),
);

const json =
  (status: number, body: object, headers: Record<string, string> = {}): Answer =>
  (_request, response) => {
    response
      .writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json', ...headers })
      .end(JSON.stringify(body));
  };
const handedOver = json(200, { fulfillmentId: 'ful_1', status: 'handed_over' });

test('what may succeed later is sent again, with the same key', async () => {
  answers = [
    json(503, { code: 'starting', title: 't' }, { 'retry-after': '0' }),
    json(429, {}, { 'retry-after': '0' }),
    json(409, { code: 'idempotency_in_flight', title: 't' }, { 'retry-after': '0' }),
    (_request, response) => {
      response.destroy();
    },
    handedOver,
  ];
  expect(await new PublicApi(url, 'secret').handOver('key-1', 'ful_1')).toEqual({
    fulfillmentId: 'ful_1',
    status: 'handed_over',
  });
  expect(seen.map((request) => request.headers['idempotency-key'])).toEqual(Array(5).fill('key-1'));
  expect(seen.every((request) => request.headers.authorization === 'Bearer secret')).toBe(true);
});

test('a refusal is thrown with its code and document, and sent once', async () => {
  answers = [json(409, { code: 'task_not_open', title: 'The task is not open', detail: 'It is done' })];
  const failure = await new PublicApi(url, 'secret').completeTask('k', 'tsk_1').catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ApiProblem);
  expect(failure).toMatchObject({ status: 409, code: 'task_not_open', problem: { detail: 'It is done' } });
  expect((failure as Error).message).toContain('It is done');
  expect(seen).toHaveLength(1);
});

test('an answer that breaks the contract is an error', async () => {
  answers = [json(200, { fulfillmentId: 'ful_1' })];
  await expect(new PublicApi(url, 'secret').handOver('k', 'ful_1')).rejects.toThrow(/handed_over/);
});

test('an abort ends the waiting', async () => {
  const controller = new AbortController();
  answers = [
    (_request, response) => {
      json(503, { code: 'starting' }, { 'retry-after': '5' })(_request, response);
      setImmediate(() => {
        controller.abort();
      });
    },
  ];
  await expect(new HttpClient(url, 'k', controller.signal).send({ method: 'GET', path: '/' })).rejects.toThrow(
    /abort/i,
  );
});

const event = (seq: number) => ({
  seq,
  type: 'order.received',
  at: '2026-01-01T00:00:00.000Z',
  actor: 'system',
  merchantId: null,
  data: {},
  hash: 'h',
});
const stream =
  (...chunks: string[]): Answer =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(chunks.join(''));
  };

test('a timeline that breaks off is resumed after the last event, until it ends', async () => {
  const written = (seq: number) => `id: ${seq}\nevent: order.received\ndata: ${JSON.stringify(event(seq))}\n\n`;
  answers = [
    stream(written(1), written(2), 'id: 3\ndata: cut'),
    stream(': keep-alive\n\n', written(3), 'event: end\ndata: {}\n\n'),
  ];
  const received: number[] = [];
  for await (const { seq } of new PublicApi(url, 'k').follow('ord_1')) received.push(seq);
  expect(received).toEqual([1, 2, 3]);
  expect(seen.map((request) => request.url)).toEqual([
    '/v1/orders/ord_1/events/stream?after=0',
    '/v1/orders/ord_1/events/stream?after=2',
  ]);
});

test('an event stream may be cut anywhere, even inside a letter', async () => {
  const bytes = new TextEncoder().encode(
    'retry: 5\r\nid: 7\r\nevent: a\r\ndata: ça\r\ndata:b\r\n\r\n: note\n\ndata: second\n\n',
  );
  const one = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  const events = [];
  for await (const each of readEventStream(one)) events.push(each);
  expect(events).toEqual([
    { id: '7', event: 'a', data: 'ça\nb' },
    { id: '7', event: 'message', data: 'second' },
  ]);
});
