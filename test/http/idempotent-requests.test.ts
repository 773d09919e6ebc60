import Fastify from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { hashAsBefore, type IdempotentRequest } from '../../src/books/idempotency';
import { idempotentRequests } from '../../src/http/plugins/idempotent-requests';
import { idempotentRequest } from '../../src/services/idempotent-request';

type Shape = z.ZodType;
const TODAY = z.object({ sku: z.string() });
/** A later release adds a member with a default. */
const LATER = z.object({ sku: z.string(), gift: z.boolean().default(false) });

/** Sends a request to a release whose bodies have a shape, and returns how it is identified. */
async function identify(
  shape: Shape,
  method: 'POST' | 'PUT',
  url: string,
  payload: object,
): Promise<IdempotentRequest> {
  const app = Fastify().setValidatorCompiler(validatorCompiler).setSerializerCompiler(serializerCompiler);
  const seen: IdempotentRequest[] = [];
  await app.register(idempotentRequests, { idempotentRequest });
  for (const path of ['/orders', '/carts'])
    app.withTypeProvider<ZodTypeProvider>().route({
      method: ['POST', 'PUT'],
      url: path,
      schema: { body: shape },
      handler: (request) => {
        seen.push(request.intent);
        return {};
      },
    });
  await app.inject({ method, url, payload, headers: { 'idempotency-key': 'k' } });
  await app.close();
  if (seen[0] === undefined) throw new Error('the request was refused');
  return seen[0];
}
const hashOf = async (...request: Parameters<typeof identify>) =>
  (await identify(...request)).requestHash.toString('hex');

test('a request is the same one after a release that adds a default, and in another order of its members', async () => {
  const before = await hashOf(TODAY, 'POST', '/orders', { sku: 'a' });
  expect(await hashOf(LATER, 'POST', '/orders', { sku: 'a' })).toBe(before);
  expect(await hashOf(LATER, 'POST', '/orders', { sku: 'a', gift: true })).toBe(
    await hashOf(LATER, 'POST', '/orders', { gift: true, sku: 'a' }),
  );
});

test.each([
  ['body', 'POST', '/orders', { sku: 'b' }],
  ['member', 'POST', '/orders', { sku: 'a', gift: false }],
  ['method', 'PUT', '/orders', { sku: 'a' }],
  ['route', 'POST', '/carts', { sku: 'a' }],
  ['query', 'POST', '/orders?dry=1', { sku: 'a' }],
] as const)('a request with another %s is another one', async (_what, method, url, payload) => {
  expect(await hashOf(LATER, method, url, payload)).not.toBe(await hashOf(LATER, 'POST', '/orders', { sku: 'a' }));
});

test('a request that release 0.5 stored is known by what that release understood', async () => {
  const { earlierHash } = await identify(LATER, 'POST', '/orders', { sku: 'a' });
  expect(earlierHash).toEqual(hashAsBefore('POST', '/orders', { sku: 'a', gift: false }));
});
