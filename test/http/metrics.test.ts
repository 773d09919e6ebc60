import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { SYSTEM } from '../../src/contracts/caller';
import { AttentionReason, OrderStatus } from '../../src/contracts/statuses';
import { createApiMetrics } from '../../src/telemetry/api-metrics';
import type { Figure } from '../../src/telemetry/business-figures';
import { businessMetrics } from '../../src/telemetry/business-metrics';
import { createWorkerMetrics } from '../../src/telemetry/worker-metrics';
import { placeOrderBody } from '../support/mall';
import { posting, reading, startApi, type TestApi } from './api';

const ROOT = join(__dirname, '..', '..');
const silent = pino({ level: 'silent' });

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const scrape = async (): Promise<string> => (await api.app.inject({ url: '/metrics' })).body;
const namesIn = (text: string): string[] => [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name ?? '').sort();
/** Reads the labels of every sample. */
const labelsIn = (text: string): [string, string][] =>
  text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .flatMap((line) =>
      [...line.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name ?? '', value ?? ''] as [string, string]),
    );

/** Reads the names that a section of the page lists; names that only Linux has count on Linux only. */
function documented(section: string): string[] {
  const page = readFileSync(join(ROOT, 'docs', 'metrics.md'), 'utf8');
  const text = page.split(/^## /m).find((each) => each.startsWith(`${section}\n`)) ?? '';
  return text
    .split('\n')
    .filter((line) => process.platform === 'linux' || !line.includes('(Linux)'))
    .flatMap((line) => /^\| `(\w+)` \|/.exec(line)?.[1] ?? []);
}

describe('names', () => {
  test('docs/metrics.md lists what the API exports, and nothing else', async () => {
    expect([...documented('API'), ...documented('Both')].sort()).toEqual(namesIn(await scrape()));
  });

  test('docs/metrics.md lists what the worker exports, and nothing else', async () => {
    const { registry } = createWorkerMetrics(api.transactions);
    expect([...documented('Worker'), ...documented('Both')].sort()).toEqual(namesIn(await registry.metrics()));
  });

  test("the dashboard shows these names only, and every one of Mallflow's own", () => {
    interface Panel {
      id: number;
      targets?: { expr: string }[];
    }
    const { panels } = JSON.parse(readFileSync(join(ROOT, 'deploy', 'grafana', 'mallflow.json'), 'utf8')) as {
      panels: Panel[];
    };
    const used = new Set(
      panels
        .flatMap(({ targets = [] }) => targets)
        .flatMap(({ expr }) => expr.match(/\b(mallflow|process|nodejs|temporal)_\w+/g) ?? [])
        .map((name) => name.replace(/_(bucket|sum|count)$/, '')),
    );
    const known = ['API', 'Worker', 'Both', "Temporal's SDK"].flatMap(documented);
    expect([...used].filter((name) => !known.includes(name))).toEqual([]);
    expect(known.filter((name) => name.startsWith('mallflow_') && !used.has(name))).toEqual([]);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });
});

test('requests are counted by method, pattern and status; nothing that a caller typed becomes a label', async () => {
  const { storefront, support } = api.mall.keys;
  const placed = await api.app.inject({
    method: 'POST',
    url: '/v1/orders',
    headers: posting(storefront),
    payload: placeOrderBody([api.mall.skus.cup]),
  });
  const { id } = placed.json<{ id: string }>();
  await api.app.inject({ url: `/v1/orders/${id}`, headers: reading(support) });
  await api.app.inject({ url: '/v1/orders?cursor=typed-by-somebody', headers: reading(support) });
  for (let n = 0; n < 5; n += 1) await api.app.inject({ url: `/guess/${n}` });
  await api.app.inject({ method: 'PROPFIND' as 'GET', url: '/guess/6' });

  const text = await scrape();
  const count = (labels: string) =>
    Number(new RegExp(`^mallflow_http_request_duration_seconds_count\\{${labels}\\} (\\d+)$`, 'm').exec(text)?.[1]);
  expect(count('method="POST",route="/v1/orders",status="202"')).toBe(1);
  expect(count('method="GET",route="/v1/orders/:orderId",status="200"')).toBe(1);
  expect(count('method="GET",route="none",status="404"')).toBe(5);
  expect(text).toMatch(/^mallflow_http_requests_in_flight 1$/m);

  const values = labelsIn(text).map(([, value]) => value);
  for (const typed of [id, storefront, support, 'guess', 'typed-by', 'customer-1', 'Recipient', 'PROPFIND'])
    expect(values.filter((value) => value.includes(typed))).toEqual([]);
  expect(values.filter((value) => /[0-9A-HJKMNP-TV-Z]{26}/.test(value))).toEqual([]);
  const { hasRoute } = api.app;
  const routes = labelsIn(text)
    .filter(([name]) => name === 'route')
    .map(([, value]) => value);
  expect(
    routes.filter(
      (url) => url !== 'none' && !(['GET', 'POST'] as const).some((method) => hasRoute.call(api.app, { method, url })),
    ),
  ).toEqual([]);
  expect(
    labelsIn(text)
      .filter(([name]) => name === 'method')
      .filter(([, value]) => !['GET', 'POST', 'other'].includes(value)),
  ).toEqual([]);
});

test("the mall's metrics come from the database, with a zero where there is nothing", async () => {
  const other = await startApi();
  try {
    for (const sku of [other.mall.skus.cup, other.mall.skus.lamp, other.mall.skus.rug]) {
      await other.app.inject({
        method: 'POST',
        url: '/v1/orders',
        headers: posting(other.mall.keys.storefront),
        payload: placeOrderBody([sku]),
      });
    }
    await other.transactions.run(SYSTEM, async (tx) => {
      const [first, second, third] = await tx.selectFrom('orders').select('id').orderBy('id').execute();
      await tx
        .updateTable('orders')
        .set({
          status: 'awaiting_payment',
          attention: AttentionReason.paymentProviderUnavailable,
          attentionOwn: AttentionReason.paymentProviderUnavailable,
          attentionSince: new Date(),
        })
        .where('id', '=', first?.id ?? '')
        .execute();
      await tx
        .updateTable('payment')
        .set({ status: 'declined' })
        .where('orderId', '=', first?.id ?? '')
        .execute();
      await tx
        .updateTable('orders')
        .set({ status: 'completed', stage: 'closed' })
        .where('id', '=', third?.id ?? '')
        .execute();
      const orderId = second?.id ?? '';
      const [merchantId, warehouseId] = [other.mall.merchantIds[0], other.mall.warehouseIds[0]];
      await tx
        .insertInto('fulfillment')
        .values({
          id: 'ful_1',
          orderId,
          number: 1,
          merchantId,
          warehouseId,
          status: 'released',
          amount: 1,
          updatedAt: new Date(),
        })
        .execute();
      await tx
        .insertInto('task')
        .values({
          id: 'tsk_1',
          kind: 'pick',
          status: 'open',
          orderId,
          fulfillmentId: 'ful_1',
          merchantId,
          warehouseId,
          urgency: 'standard',
          gift: false,
          openedAt: new Date(Date.now() - 90_000),
        })
        .execute();
      await tx
        .insertInto('workflow_message')
        .values({ workflowId: `order:${orderId}`, signal: 'packed', payload: '{}' })
        .execute();
      await tx
        .insertInto('webhook_event')
        .values({ provider: 'sandbox-carrier', eventId: 'e1', parkedFor: 'T1', payload: '{}', receivedAt: new Date() })
        .execute();
    });
    const { body } = await other.app.inject({ url: '/metrics' });
    const figure = (sample: string) =>
      Number(
        body
          .split('\n')
          .find((line) => line.startsWith(`${sample} `))
          ?.slice(sample.length),
      );
    expect([
      figure('mallflow_orders_open{status="draft"}'),
      figure('mallflow_orders_open{status="awaiting_payment"}'),
      figure('mallflow_orders_open{status="shipped"}'),
    ]).toEqual([1, 1, 0]);
    expect([
      figure('mallflow_orders_in_stage{stage="receive"}'),
      figure('mallflow_orders_in_stage{stage="ship"}'),
    ]).toEqual([2, 0]);
    expect([
      figure('mallflow_orders_attention{reason="payment_provider_unavailable"}'),
      figure('mallflow_orders_attention{reason="carrier_unavailable"}'),
    ]).toEqual([1, 0]);
    expect([
      figure('mallflow_tasks_open{kind="pick",status="open"}'),
      figure('mallflow_tasks_open{kind="pack",status="open"}'),
    ]).toEqual([1, 0]);
    expect(figure('mallflow_tasks_oldest_age_seconds{kind="pick"}')).toBeGreaterThanOrEqual(89);
    expect([
      figure('mallflow_payments_awaited{status="declined"}'),
      figure('mallflow_payments_awaited{status="pending"}'),
    ]).toEqual([1, 0]);
    expect([
      figure('mallflow_webhooks_parked'),
      figure('mallflow_signals_waiting'),
      figure('mallflow_figures_up'),
    ]).toEqual([1, 1, 1]);
    expect(body).not.toContain(`status="${OrderStatus.completed}"`);
  } finally {
    await other.close();
  }
});

test('metrics that cannot be read are left out, not repeated; one query serves many scrapes', async () => {
  const registry = new Registry();
  const rows: Figure[] = [{ figure: 'attention', label: 'of-a-later-version', other: '', count: 2, ageSeconds: 0 }];
  let queries = 0;
  let answer: () => Promise<Figure[]> = () => Promise.resolve(rows);
  const refresh = businessMetrics(
    registry,
    () => {
      queries += 1;
      return answer();
    },
    silent,
  );
  await Promise.all([refresh(), refresh(), refresh()]);
  await refresh();
  const text = await registry.metrics();
  expect([
    queries,
    /^mallflow_figures_up 1$/m.test(text),
    /^mallflow_orders_attention\{reason="other"\} 2$/m.test(text),
  ]).toEqual([1, true, true]);

  answer = () => Promise.reject(new Error('connection refused'));
  const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
  await refresh();
  now.mockRestore();
  const samples = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect([queries, samples]).toEqual([2, ['mallflow_figures_up 0']]);
});

describe('who may read', () => {
  const scrapeAs = (headers: Record<string, string> = {}, remoteAddress = '127.0.0.1') =>
    api.app.inject({ url: '/metrics', headers, remoteAddress });

  test('without a token: this machine, and nobody through a proxy', async () => {
    const answered = await scrapeAs();
    expect([answered.statusCode, answered.headers['content-type']]).toEqual([
      200,
      expect.stringMatching(/^text\/plain; version=0\.0\.4/),
    ]);
    for (const refused of [
      await scrapeAs({}, '10.1.2.3'),
      await scrapeAs({ 'x-forwarded-for': '203.0.113.9' }),
      await scrapeAs({ ...reading(api.mall.keys.platform) }, '10.1.2.3'),
    ]) {
      expect([refused.statusCode, refused.json()]).toMatchObject([401, { code: 'unauthenticated' }]);
    }
  });

  test('with a token: whoever sends it, from anywhere', () => {
    const { meter } = createApiMetrics(api.transactions, silent, 'a-token-of-the-scraper');
    const may = (authorization?: string) =>
      meter.mayRead({ address: '127.0.0.1', headers: authorization === undefined ? {} : { authorization } });
    expect([may('Bearer a-token-of-the-scraper'), may('Bearer another'), may('a-token-of-the-scraper'), may()]).toEqual(
      [true, false, false, false],
    );
    expect(meter.mayRead({ address: '10.1.2.3', headers: { authorization: 'Bearer a-token-of-the-scraper' } })).toBe(
      true,
    );
  });
});
