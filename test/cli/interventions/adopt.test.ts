import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { registerAdopt } from '../../../src/cli/interventions/adopt';
import { captureVerbs } from '../../support/run-verb';

/** Answers as the API does: three broken orders in two pages, one of which has ended. */
const [A, B, C] = [
  'ord_01J0000000000000000000000A',
  'ord_01J0000000000000000000000B',
  'ord_01J0000000000000000000000C',
] as const;
const BROKEN = [A, B, C];
let server: Server;
let url = '';
let requests: { readonly orderId: string; readonly key: unknown; readonly body: unknown }[] = [];

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text);
};
const attention = (orderId: string) => ({
  orderId,
  status: 'in_fulfillment',
  stage: 'pick',
  stageSince: '2026-01-01T00:00:00.000Z',
  taskId: null,
  reason: 'workflow_failing',
  since: '2026-01-01T00:00:00.000Z',
  waitsFor: [],
  detail: null,
  verbs: [],
});

beforeAll(async () => {
  server = createServer((request, response) => {
    void (async () => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
      const send = (status: number, body: object) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      if (pathname === '/v1/attention') {
        const second = searchParams.get('cursor') === 'more';
        send(200, {
          items: (second ? BROKEN.slice(2) : BROKEN.slice(0, 2)).map(attention),
          next: second ? null : 'more',
        });
        return;
      }
      const orderId = pathname.split('/')[3] ?? '';
      requests.push({ orderId, key: request.headers['idempotency-key'], body: await bodyOf(request) });
      if (orderId === B) send(409, { status: 409, code: 'order_closed', title: 'The order has ended' });
      else send(200, { orderId, status: 'shipped', outcome: 'adopted' });
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  requests = [];
});

const verbs = captureVerbs(registerAdopt);
const run = (...args: string[]): Promise<void> => verbs.run('adopt', '--api-url', url, '--key', 'secret', ...args);

test('every broken order of every page is adopted, and one that is refused makes the exit code 1', async () => {
  await run('--all-broken');
  expect(requests.map(({ orderId }) => orderId)).toEqual(BROKEN);
  expect(verbs.printed()).toContain(`✓ ${A} continues from the books (shipped)`);
  expect(verbs.printed()).toContain(`✗ ${B}: order_closed`);
  expect(verbs.printed()).toContain('2 adopted, 1 failed.');
  expect(process.exitCode).toBe(1);
});

test('named orders are adopted, also by the ids of their workflows, with the reason that is given', async () => {
  await run('--even-if-running', '--reason', 'overdue', '--json', A, `order:${C}`);
  expect(requests.map(({ orderId, body }) => [orderId, body])).toEqual([
    [A, { reason: 'overdue', evenIfRunning: true }],
    [C, { reason: 'overdue', evenIfRunning: true }],
  ]);
  expect(JSON.parse(verbs.printed())).toMatchObject({ adopted: [{ orderId: A }, { orderId: C }], failed: [] });
  expect(process.exitCode).toBeUndefined();
});

test('a request without an answer is sent again under its key', async () => {
  await run('--idempotency-key', 'earlier', A);
  expect(requests.map(({ key }) => key)).toEqual(['earlier']);
});

test.each([
  [[], /Name orders, or --all-broken/],
  [['--all-broken', A], /not both/],
  [['--all-broken', '--idempotency-key', 'k'], /one order/],
  [[A, C, '--idempotency-key', 'k'], /one order/],
])('%j is refused before anything is sent', async (args, message) => {
  await expect(run(...args)).rejects.toThrow(message);
  expect(requests).toEqual([]);
});
