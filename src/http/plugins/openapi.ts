import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import fp from 'fastify-plugin';
import { createJsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { withExamples } from '../openapi-examples';

const TAGS = [
  { name: 'orders', description: 'Place, read, pay and cancel orders; follow their timelines' },
  { name: 'prices', description: 'What a cart costs, and why' },
  { name: 'promotions', description: 'Promotions and coupons: drafts, versions, pauses, limits, previews' },
  { name: 'tasks', description: 'What people in warehouses do: pick, recheck, pack' },
  { name: 'shipments', description: 'Parcels on their way to the carrier' },
  { name: 'stock', description: 'What can be had, and what those who keep it do with it' },
  { name: 'webhooks', description: 'What carriers, gateways and suppliers report' },
  { name: 'service', description: 'The process itself' },
];

const DESCRIPTION = `Runs the orders of a multi-merchant mall from checkout to the doorstep.

Ids are prefixed ULIDs, times RFC 3339 in UTC, money integer minor units with an ISO 4217 currency. Failures are
\`application/problem+json\` (RFC 9457): decide on \`code\`. Lists give a cursor as \`next\`.

Every POST and PUT with an API key carries an \`Idempotency-Key\`. For 7 days the same request under the same key has no second effect, and
is marked \`Idempotent-Replayed: true\` where it succeeds. It answers what the first did, with one exception: what places, pays, cancels or
mends an order answers the order as it stands by then, with the status that follows from that (201 for an order that was first
answered 202, or the problem that it came to). A repetition while the first is under way is refused as \`idempotency_in_flight\`. What
was refused and had no effect leaves its key free; quotes and previews write nothing, and are priced anew.`;

/** Describes every route that follows in OpenAPI 3.1, from the schemas that validate, and shows it at /docs. */
export const openApi = fp(
  async (app) => {
    await app.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: { title: 'Mallflow', version: '1', description: DESCRIPTION },
        tags: TAGS,
        components: {
          securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: `mf_<role>_...`' } },
        },
      },
      transform: createJsonSchemaTransform({ skipList: [] }),
      transformObject: (document) => withExamples(jsonSchemaTransformObject(document)),
    });
    await app.register(swaggerUi, {
      routePrefix: '/docs',
      uiConfig: { deepLinking: true, persistAuthorization: false },
    });
  },
  { name: 'openapi' },
);
