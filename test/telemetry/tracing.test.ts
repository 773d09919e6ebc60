import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Authenticator } from '../../src/services/access/authenticator';
import { idempotentRequest } from '../../src/services/idempotent-request';
import { isUnavailable } from '../../src/services/unavailable';
import { orderWorkflowId } from '../../src/contracts/temporal-names';
import { buildApp } from '../../src/http/app';
import { callJson } from '../../src/providers/http';
import { createApiMetrics } from '../../src/telemetry/api-metrics';
import { startTracing, type Tracing } from '../../src/telemetry/tracing';
import { posting } from '../http/api';
import { Bench } from '../sandboxes/sandboxes';
import { placeOrderBody, seedMall } from '../support/mall';
import { startCollector, type Collector, type TakenSpan } from '../support/otlp';
import { startWorld } from '../support/world';
import { log } from '../support/log';

const ROOT = join(__dirname, '../..');
const CALLERS = { traceId: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', spanId: 'bbbbbbbbbbbbbbbb' };

let collector: Collector;
beforeEach(async () => {
  collector = await startCollector();
});
afterEach(() => collector.close());

const named = (name: string): TakenSpan => {
  const found = collector.spans.filter((span) => span.name === name);
  if (found[0] === undefined)
    throw new Error(`There is no span ${name}, but ${collector.spans.map((span) => span.name).join(', ')}`);
  return found[0];
};

/** Places an order over HTTP in the caller's trace, cancels it, and resolves when all spans are sent. */
async function placeAndCancel(tracing: Tracing): Promise<string> {
  const world = await startWorld({}, { tracing });
  try {
    const mall = await seedMall(world.transactions);
    const authenticator = new Authenticator(world.transactions);
    const app = await buildApp({
      services: world,
      idempotentRequest,
      isUnavailable,
      log,
      meter: createApiMetrics(world.transactions, log).meter,
      authenticate: (secret) => authenticator.callerOf(secret),
      isKnownKey: (secret) => authenticator.knows(secret),
      paymentReaders: [],
      carrierReaders: [],
      supplierReaders: [],
      readiness: {},
      trace: tracing.requests,
    });
    const post = async (url: string, payload: object): Promise<{ id: string }> => {
      const headers = posting(mall.keys.storefront, { traceparent: `00-${CALLERS.traceId}-${CALLERS.spanId}-01` });
      const answer = await app.inject({ method: 'POST', url, headers, payload });
      expect([answer.statusCode, answer.body]).toEqual([expect.any(Number) as number, expect.stringContaining('"id"')]);
      return answer.json();
    };
    const { id } = await post('/v1/orders', placeOrderBody([mall.skus.cup]));
    await post(`/v1/orders/${id}/cancellation?why=+55%2011%2091234-5678`, { reason: 'customer_request' });
    await world.temporal.client.workflow.getHandle(orderWorkflowId(id)).result();
    await app.close();
    return id;
  } finally {
    await world.close();
    await tracing.stop();
  }
}

test('one trace goes from the caller over HTTP, client, workflow and activity to the provider', async () => {
  const id = await placeAndCancel(await startTracing({ url: collector.url, service: 'mallflow-test' }));
  const way = [
    'POST /v1/orders',
    'UpdateWithStartWorkflow:awaitVerdict',
    'RunWorkflow:order',
    'RunActivity:authorizePayment',
    'POST sandbox-gateway',
  ].map(named);
  let parent = CALLERS.spanId;
  for (const span of way) {
    expect([span.name, span.traceId, span.parentSpanId]).toEqual([span.name, CALLERS.traceId, parent]);
    parent = span.spanId;
  }
  const [request, , run, activity, call] = way;
  expect(request?.attributes).toEqual({
    'http.request.method': 'POST',
    'http.route': '/v1/orders',
    'http.response.status_code': 201,
  });
  expect(run?.attributes).toMatchObject({ workflowType: 'order', workflowId: orderWorkflowId(id) });
  expect(activity?.attributes).toMatchObject({ temporalWorkflowId: orderWorkflowId(id) });
  expect(call?.attributes).toEqual({
    'http.request.method': 'POST',
    'mallflow.provider': 'sandbox-gateway',
    'http.response.status_code': 200,
  });
  for (const step of ['validateOrder', 'reserveStock', 'releaseToWarehouse', 'finishCancellation'])
    expect(named(`RunActivity:${step}`).parentSpanId).toBe(run?.spanId);

  expect(new Set(collector.spans.map(({ service }) => service))).toEqual(new Set(['mallflow-test']));
  const sentText = collector.spans.map(({ all }) => all).join('\n');
  expect(named('POST /v1/orders/:orderId/cancellation').traceId).toBe(CALLERS.traceId);
  for (const secret of ['Recipient', '91234', 'Augusta', 'example.com', 'tok_ok', '?', 'mf_'])
    expect([secret, sentText.includes(secret)]).toEqual([secret, false]);
}, 60_000);

test('a call passes the trace on, adds it to the log, and names only the kind of a failure', async () => {
  const tracing = await startTracing({ url: collector.url, service: 'mallflow-test' });
  const bench = new Bench();
  try {
    const provider = await bench.receive();
    provider.answers.push(503);
    const logged: Record<string, string>[] = [];
    const trace: Tracing['calls'] = (call, run) =>
      tracing.calls(call, (headers) => {
        logged.push(tracing.logFields(), headers);
        return run(headers);
      });
    const connection = { provider: 'test-gateway', url: provider.url, apiKey: 'secret-key', timeoutMs: 5_000, trace };
    await expect(callJson(connection, { method: 'POST', path: '/v1/captures', expect: [200] })).rejects.toThrow('503');
    await expect(callJson(connection, { method: 'POST', path: '/v1/captures', expect: [204] })).rejects.toThrow(
      'no JSON',
    );
    await tracing.stop();
    const [failed, second] = collector.spans;
    expect(failed?.attributes).toEqual({
      'http.request.method': 'POST',
      'mallflow.provider': 'test-gateway',
      'error.type': 'ProviderUnavailable',
    });
    expect(failed?.all).not.toContain('captures');
    expect(logged[2]).toEqual({ trace_id: second?.traceId, span_id: second?.spanId });
    expect(logged[3]).toEqual({ traceparent: `00-${second?.traceId}-${second?.spanId}-01` });
    expect(provider.taken[0]?.headers.traceparent).toBe(logged[3]?.traceparent);
    expect(tracing.logFields()).toEqual({});
  } finally {
    await tracing.stop();
    await bench.close();
  }
});

test('an order in a trace that is not sampled sends nothing', async () => {
  const before = process.env.OTEL_TRACES_SAMPLER;
  process.env.OTEL_TRACES_SAMPLER = 'always_off';
  try {
    await placeAndCancel(await startTracing({ url: collector.url, service: 'mallflow-test' }));
  } finally {
    if (before === undefined) delete process.env.OTEL_TRACES_SAMPLER;
    else process.env.OTEL_TRACES_SAMPLER = before;
  }
  expect(collector.spans).toEqual([]);
}, 60_000);

test('a process without traces does not load OpenTelemetry', () => {
  const program = [
    'src/telemetry/tracing',
    'src/http/app',
    'src/services/services',
    'src/providers/payments/sandbox-gateway',
    'activities',
  ]
    .map((path) => `require(${JSON.stringify(join(ROOT, 'dist', path))});`)
    .join('');
  const loaded = execFileSync(
    process.execPath,
    ['-e', `${program} console.log(Object.keys(require.cache).join('\\n'))`],
    { encoding: 'utf8' },
  ).split('\n');
  expect(loaded.length).toBeGreaterThan(100);
  expect(loaded.filter((path) => /opentelemetry[/-](?!api\/)|fastify\/otel/.test(path))).toEqual([]);
});
