import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { until } from '../sandboxes/sandboxes';
import { startApi, type TestApi } from './api';

let api: TestApi;
let port: number;
beforeEach(async () => {
  api = await startApi();
  await api.app.listen({ host: '127.0.0.1', port: 0 });
  port = (api.app.server.address() as AddressInfo).port;
});
afterEach(() => api.close());

async function open(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  await once(socket, 'connect');
  return socket;
}

/** Sends a request on a connection and reads one answer; rejects when the connection breaks. */
async function request(socket: Socket): Promise<string> {
  const answer = once(socket, 'data') as Promise<[string]>;
  socket.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
  return (await answer)[0];
}

test('while closing, idle connections get one last answer, and new connections are refused', async () => {
  const idle = await open();
  expect(await request(idle)).not.toMatch(/^connection: close/im);
  const ahead = await open();
  const closed = api.app.close();
  await until(() => !api.app.server.listening);
  for (const socket of [idle, ahead]) {
    const ended = once(socket, 'close');
    expect(await request(socket)).toMatch(/^HTTP\/1\.1 200 [^]*^connection: close/im);
    await ended;
  }
  await expect(open()).rejects.toThrow('ECONNREFUSED');
  await closed;
});

test('connections already in the accept queue when the API closes are answered', async () => {
  // The kernel accepts them at once; the server takes one in each turn of its event loop.
  const waiting = Array.from({ length: 40 }, open);
  const closed = api.app.close();
  const answers = await Promise.all(waiting.map(async (socket) => request(await socket)));
  expect(answers).toHaveLength(40);
  for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*^connection: close/im);
  // The port closes when the queue has been empty for a turn, which may be after the last answer.
  await until(() => !api.app.server.listening);
  await expect(open()).rejects.toThrow('ECONNREFUSED');
  await closed;
});
