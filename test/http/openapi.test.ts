import { ERRORS } from '../../src/contracts/errors';
import { posting, reading, startApi, type TestApi } from './api';

interface Operation {
  summary?: string;
  description?: string;
  tags?: string[];
  operationId?: string;
  security?: unknown[];
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, { schema: unknown; example?: unknown }> };
  responses: Record<
    string,
    {
      description: string;
      content?: Record<string, { schema: unknown; examples?: Record<string, { value: { status: number } }> }>;
    }
  >;
}
interface Document {
  openapi: string;
  info: object;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown>; securitySchemes: Record<string, object> };
}

let api: TestApi;
let document: Document;
let operations: { path: string; method: string; operation: Operation }[];
beforeAll(async () => {
  api = await startApi();
  document = (await api.app.inject({ url: '/openapi.json' })).json<Document>();
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
});
afterAll(async () => {
  await api.close();
});

test('it is OpenAPI 3.1 and lists every route', () => {
  expect(document.openapi).toMatch(/^3\.1/);
  expect(document.components.securitySchemes).toMatchObject({ apiKey: { type: 'http', scheme: 'bearer' } });
  expect(operations.map(({ path, method }) => `${method} ${path}`).sort()).toEqual([
    'get /healthz',
    'get /metrics',
    'get /openapi.json',
    'get /readyz',
    'get /v1/address-fixes/{token}',
    'get /v1/attention',
    'get /v1/availability',
    'get /v1/orders',
    'get /v1/orders/{orderId}',
    'get /v1/orders/{orderId}/events',
    'get /v1/orders/{orderId}/events/stream',
    'get /v1/orders/{orderId}/price',
    'get /v1/promotions',
    'get /v1/promotions/{promotionId}',
    'get /v1/replenishments',
    'get /v1/shipments/{shipmentId}/label',
    'get /v1/stock',
    'get /v1/tasks',
    'get /v1/tasks/{taskId}',
    'post /v1/address-fixes/{token}',
    'post /v1/fulfillments/{fulfillmentId}/hand-over',
    'post /v1/orders',
    'post /v1/orders/{orderId}/adoption',
    'post /v1/orders/{orderId}/attendance',
    'post /v1/orders/{orderId}/cancellation',
    'post /v1/orders/{orderId}/carrier-choice',
    'post /v1/orders/{orderId}/payments',
    'post /v1/orders/{orderId}/retry',
    'post /v1/promotions',
    'post /v1/promotions/{promotionId}/draft',
    'post /v1/promotions/{promotionId}/limits',
    'post /v1/promotions/{promotionId}/pause',
    'post /v1/promotions/{promotionId}/preview',
    'post /v1/promotions/{promotionId}/publication',
    'post /v1/promotions/{promotionId}/resumption',
    'post /v1/quotes',
    'post /v1/replenishments/{replenishmentId}/answers',
    'post /v1/replenishments/{replenishmentId}/closure',
    'post /v1/stock/adjustments',
    'post /v1/stock/backorders',
    'post /v1/stock/counts',
    'post /v1/stock/receipts',
    'post /v1/stock/settings',
    'post /v1/tasks/{taskId}/claim',
    'post /v1/tasks/{taskId}/completion',
    'post /v1/webhooks/carriers/{provider}',
    'post /v1/webhooks/payments/{provider}',
    'post /v1/webhooks/suppliers/{provider}',
    'put /v1/orders/{orderId}/recipient',
  ]);
});

test('every operation documents its purpose, its roles and its problems', () => {
  for (const { path, method, operation } of operations) {
    expect(operation).toMatchObject({
      summary: expect.any(String) as string,
      operationId: expect.any(String) as string,
      tags: [expect.any(String) as string],
    });
    const problems = Object.values(operation.responses).flatMap(({ content }) =>
      Object.entries(content?.['application/problem+json']?.examples ?? {}),
    );
    for (const [code, { value }] of problems) expect(value.status).toBe(ERRORS[code as keyof typeof ERRORS].status);
    const codes = problems.map(([code]) => code);
    expect(codes).toEqual(expect.arrayContaining(['internal', 'starting']));
    const forCallers =
      path.startsWith('/v1/') && !path.startsWith('/v1/webhooks/') && !path.startsWith('/v1/address-fixes/');
    if (!forCallers) continue;
    expect([operation.security, operation.description]).toEqual([
      [{ apiKey: [] }],
      expect.stringContaining('Serves the roles: '),
    ]);
    expect(codes).toEqual(expect.arrayContaining(['unauthenticated', 'forbidden']));
    if (method === 'post' || method === 'put') {
      expect(operation.parameters).toContainEqual(
        expect.objectContaining({ name: 'idempotency-key', in: 'header', required: true }),
      );
      expect(codes).toContain('idempotency_key_missing');
    }
  }
  expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
});

test('every reference has a schema', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
    ([, name]) => name ?? '',
  );
  expect(references.length).toBeGreaterThan(10);
  for (const name of references) expect(Object.keys(document.components.schemas)).toContain(name);
  for (const name of ['Order', 'PlaceOrderInput', 'Task', 'TimelineEvent', 'Problem'])
    expect(Object.keys(document.components.schemas)).toContain(name);
});

test("its example of an order is refused only for the example's SKU", async () => {
  const example = document.paths['/v1/orders']?.post?.requestBody?.content['application/json']?.example;
  const answered = await api.app.inject({
    method: 'POST',
    url: '/v1/orders',
    headers: posting(api.mall.keys.storefront),
    payload: example as object,
  });
  expect(answered.json()).toMatchObject({ code: 'unknown_sku' });
});

test('the page at /docs is served, with scripts that its policy allows', async () => {
  const page = await api.app.inject({ url: '/docs/' });
  expect([page.statusCode, page.headers['content-type']]).toEqual([200, expect.stringMatching(/^text\/html/)]);
  expect(page.headers['content-security-policy']).toContain("script-src 'self'");
  expect(page.body).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>/);
  for (const [, src = ''] of page.body.matchAll(/<script[^>]*src="([^"]+)"/g)) {
    expect((await api.app.inject({ url: new URL(src, 'http://x/docs/').pathname })).statusCode).toBe(200);
  }
});

test('a route serves only the roles that it names', async () => {
  for (const { path, method, operation } of operations) {
    const roles = /Serves the roles: (.*)\./.exec(operation.description ?? '')?.[1]?.split(', ');
    if (!roles) continue;
    const url = path
      .replace('{orderId}', 'ord_01ARZ3NDEKTSV4RRFFQ69G5FAV')
      .replace('{taskId}', 'tsk_01ARZ3NDEKTSV4RRFFQ69G5FAV')
      .replace('{replenishmentId}', 'rpl_01ARZ3NDEKTSV4RRFFQ69G5FAV')
      .replace('{fulfillmentId}', 'ful_01ARZ3NDEKTSV4RRFFQ69G5FAV')
      .replace('{shipmentId}', 'shp_01ARZ3NDEKTSV4RRFFQ69G5FAV')
      .replace('{promotionId}', 'prm_01ARZ3NDEKTSV4RRFFQ69G5FAV');
    for (const [role, key] of Object.entries(api.mall.keys)) {
      const answered = await api.app.inject(
        method === 'post' || method === 'put'
          ? { method: method === 'post' ? 'POST' : 'PUT', url, headers: posting(key), payload: '{}' }
          : { url, headers: reading(key) },
      );
      expect([role, method, path, answered.statusCode === 403]).toEqual([role, method, path, !roles.includes(role)]);
      expect([200, 403, 404, 422]).toContain(answered.statusCode);
    }
  }
});
