import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { callJson, readAnswer, UnexpectedAnswer } from '../../src/providers/http';
import { ProviderUnavailable } from '../../src/providers/unavailable';
import { z } from 'zod';

const servers: ReturnType<typeof createServer>[] = [];
afterAll(() => {
  for (const server of servers) server.close().closeAllConnections();
});

async function connect(listener: RequestListener, timeoutMs = 500) {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    provider: 'them',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    apiKey: 'secret-key',
    timeoutMs,
  };
}
const get = { method: 'GET', path: '/v1/thing?x=1', expect: [200] } as const;

test('sends JSON with the bearer key and reads JSON', async () => {
  const them = await connect((request, response) => {
    let body = '';
    request
      .on('data', (chunk: Buffer) => {
        body += chunk.toString();
      })
      .on('end', () => {
        response.end(
          JSON.stringify({
            key: request.headers.authorization,
            type: request.headers['content-type'],
            body: JSON.parse(body) as unknown,
          }),
        );
      });
  });
  expect(await callJson(them, { method: 'POST', path: '/', body: { a: 1 }, expect: [200] })).toEqual({
    status: 200,
    body: { key: 'Bearer secret-key', type: 'application/json', body: { a: 1 } },
  });
});

test.each<[string, RequestListener, number?]>([
  ['500 to GET /v1/thing', (_request, response) => response.writeHead(500).end('{}')],
  ['503 to', (_request, response) => response.writeHead(503).end('<html>')],
  ['429 to', (_request, response) => response.writeHead(429).end('{}')],
  ['no JSON in the 200', (_request, response) => response.end('<html>')],
  ['no connection', (request) => request.socket.destroy()],
  ['no answer to GET /v1/thing within 100 ms', () => undefined, 100],
  [
    'no answer to GET /v1/thing within 100 ms',
    (_request, response) => {
      response.write('{"half":');
    },
    100,
  ],
])('is unavailable: %s', async (reason, listener, timeoutMs = 5_000) => {
  const call = callJson(await connect(listener, timeoutMs), get);
  await expect(call).rejects.toThrow(ProviderUnavailable);
  await expect(call).rejects.toThrow(`them: ${reason}`);
});

test('is unavailable when nobody listens', async () => {
  const them = { provider: 'them', url: 'http://127.0.0.1:9', apiKey: 'k', timeoutMs: 500 };
  await expect(callJson(them, get)).rejects.toThrow(ProviderUnavailable);
});

test.each([[302], [401], [404], [409]])('%s is a defect when the call does not expect it', async (status) => {
  const them = await connect((_request, response) => response.writeHead(status, { location: '/elsewhere' }).end('{}'));
  await expect(callJson(them, get)).rejects.toThrow(UnexpectedAnswer);
});

test("an aborted call ends with the caller's reason", async () => {
  const them = await connect(() => undefined);
  const caller = new AbortController();
  const call = callJson(them, { ...get, signal: caller.signal });
  caller.abort(new Error('the order was cancelled'));
  await expect(call).rejects.toThrow('the order was cancelled');
});

test('names the members of an answer that do not fit', async () => {
  const them = await connect((_request, response) => response.end('{"a":{"b":1}}'));
  const answer = await callJson(them, get);
  expect(() => readAnswer(them, answer, z.object({ a: z.object({ b: z.string() }) }))).toThrow(
    'does not fit its schema: a.b',
  );
});
