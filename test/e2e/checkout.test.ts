import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { receiveStock } from '../../src/books/inventory/receipts';
import { SYSTEM } from '../../src/contracts/caller';
import { runAudits } from '../../src/audit/run-audits';
import { openAuditSources } from '../../src/embedded/audit-sources';
import { connectTo, placeOrderBody, seedMall, TODAY, type TestMall } from '../support/mall';
import { startTestStack, type TestStack } from '../support/stack';
import { until } from '../sandboxes/sandboxes';

const UNITS = 20;
const BUYERS = 200;
let stack: TestStack;
let mall: TestMall;

beforeAll(async () => {
  stack = await startTestStack({
    seed: async (ownerUrl) => {
      const transactions = connectTo(ownerUrl);
      mall = await seedMall(transactions);
      const { rug } = mall.skus;
      await transactions.run(SYSTEM, async (tx) => {
        const lot = await tx.selectFrom('lot').selectAll().where('skuId', '=', rug.id).executeTakeFirstOrThrow();
        await receiveStock(
          tx,
          [
            {
              skuId: rug.id,
              warehouseId: lot.warehouseId,
              locationId: lot.locationId,
              lotCode: lot.code,
              expiresOn: null,
              quantity: UNITS - lot.onHand,
              reference: 'top-up',
            },
          ],
          TODAY,
        );
      });
      await transactions.close();
    },
  });
}, 120_000);
afterAll(() => stack.destroy(), 60_000);

/** Sends a request, and again after `Retry-After` while the answer is 503, as `docs/errors.md` asks of a client. */
const post = async (
  path: string,
  body: unknown,
  key: keyof TestMall['keys'] = 'storefront',
  idempotencyKey: string = randomUUID(),
): Promise<Response> => {
  for (;;) {
    const response = await fetch(`${stack.urls.api}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: {
        authorization: `Bearer ${mall.keys[key]}`,
        'idempotency-key': idempotencyKey,
        'content-type': 'application/json',
      },
    });
    if (response.status !== 503) return response;
    await wait(Number(response.headers.get('retry-after')) * 1_000);
  }
};
const get = async (path: string): Promise<Record<string, unknown>> =>
  (
    await fetch(`${stack.urls.api}${path}`, { headers: { authorization: `Bearer ${mall.keys.platform}` } })
  ).json() as Promise<Record<string, unknown>>;

/** Audits the stack's books, and lists the audits that are not true. */
async function falseAudits(): Promise<string[]> {
  const sources = await openAuditSources({ ...process.env, ...stack.serviceEnvironment });
  try {
    return (await runAudits(sources))
      .filter((audit) => audit.outcome !== 'true')
      .map((audit) => `${audit.name}: ${JSON.stringify(audit.findings)}`);
  } finally {
    await sources.close();
  }
}

test(`${BUYERS} buyers at once on ${UNITS} units: ${UNITS} orders, the rest refused, true books`, async () => {
  const answers = await Promise.all(
    Array.from({ length: BUYERS }, async (_, n) => {
      const response = await post(
        '/v1/orders',
        placeOrderBody([mall.skus.rug], { customer: { reference: `buyer-${n}` } }),
      );
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    }),
  );
  const refused = answers.filter(({ status, body }) => status === 409 && body.code === 'out_of_stock');
  for (const { body } of refused)
    expect(body.shortages).toEqual([{ skuId: mall.skus.rug.id, requested: 1, available: 0 }]);
  // On a busy machine a verdict may take longer than its request: such an order is answered 202, and decided later.
  const answered = answers.filter(({ status }) => status === 201 || status === 202);
  expect(answered.length + refused.length).toBe(BUYERS);
  const statuses = async (): Promise<unknown[]> =>
    Promise.all(answered.map(async ({ body }) => (await get(`/v1/orders/${String(body.id)}`)).status));
  await until(async () => (await statuses()).every((status) => status === 'in_fulfillment' || status === 'rejected'));
  const decided = await statuses();
  expect(decided.filter((status) => status === 'in_fulfillment')).toHaveLength(UNITS);
  expect(decided.filter((status) => status === 'rejected').length + refused.length).toBe(BUYERS - UNITS);
  expect(await falseAudits()).toEqual([]);
}, 120_000);

test('the same request with the same key makes one order, also when it is sent many times at once', async () => {
  const body = placeOrderBody([mall.skus.cup]);
  const key = randomUUID();
  const answers = await Promise.all(Array.from({ length: 8 }, () => post('/v1/orders', body, 'storefront', key)));
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 201).length).toBeGreaterThanOrEqual(1);
  expect(statuses.every((status) => status === 201 || status === 409)).toBe(true);
  const again = await post('/v1/orders', body, 'storefront', key);
  const ids = new Set(
    (
      await Promise.all(
        [...answers.filter(({ status }) => status === 201), again].map(
          (answer) => answer.json() as Promise<{ id: string }>,
        ),
      )
    ).map(({ id }) => id),
  );
  expect([again.status, again.headers.get('idempotent-replayed'), ids.size]).toEqual([201, 'true', 1]);
  expect((await post('/v1/orders', placeOrderBody([mall.skus.lamp]), 'storefront', key)).status).toBe(422);
});

test('an order whose API dies between the commit and the start is started by the sweeper', async () => {
  await stack.kill('temporal');
  const waiting = post('/v1/orders', placeOrderBody([mall.skus.cup])).then(
    (response) => response.status,
    () => 'cut',
  );
  await until(async () => ((await get('/v1/orders?status=draft')).items as unknown[]).length === 1);
  await stack.kill('api');
  expect(await waiting).toBe('cut');
  await stack.restart('temporal');
  await stack.restart('api');
  await until(async () => ((await get('/v1/orders?status=draft')).items as unknown[]).length === 0, 40_000);
  expect(await falseAudits()).toEqual([]);
}, 120_000);

test('a cancellation while Temporal is down is kept; the same request answers once all is undone', async () => {
  const { id } = (await (await post('/v1/orders', placeOrderBody([mall.skus.cup]))).json()) as { id: string };
  const key = randomUUID();
  const cancel = () => post(`/v1/orders/${id}/cancellation`, { reason: 'customer_request' }, 'storefront', key);
  await stack.kill('temporal');
  const unheard = await cancel();
  expect([unheard.status, ((await unheard.json()) as { status: string }).status]).toEqual([202, 'cancelling']);
  await stack.restart('temporal');
  await until(async () => (await cancel()).status === 200, 40_000);
  expect(await get(`/v1/orders/${id}`)).toMatchObject({ status: 'cancelled' });
}, 120_000);
