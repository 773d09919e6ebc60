import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import fp from 'fastify-plugin';
import { createJsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { withExamples } from '../openapi-examples';

const TAGS = [
  { name: 'orders', description: 'Place, read, pay and cancel orders; follow their timelines' },
  { name: 'prices', description: 'The price of a cart, explained' },
  { name: 'promotions', description: 'Promotions and coupons: drafts, versions, pauses, limits, previews' },
  { name: 'tasks', description: 'The work of people: pick, recheck and pack parcels, attend to orders' },
  { name: 'shipments', description: 'Labels of parcels, and the hand-over to the carrier' },
  { name: 'stock', description: 'Available units, deliveries, counts, backorders, replenishments' },
  { name: 'webhooks', description: 'Reports of carriers, gateways and suppliers' },
  { name: 'service', description: 'Health and metrics of the process' },
];

const DESCRIPTION = `Runs the orders of a multi-merchant mall from checkout to the doorstep.

Ids are prefixed ULIDs, times RFC 3339 in UTC, money integer minor units with an ISO 4217 currency. Failures are
\`application/problem+json\` (RFC 9457): decide on \`code\`. Lists give a cursor as \`next\`.

Every POST and PUT with an API key needs an \`Idempotency-Key\`. For 7 days, repeating the same request with the same
key has no second effect; a successful answer then has the header \`Idempotent-Replayed: true\`. A repetition gets the
answer of the first request, with one exception: a request that places, pays, cancels or corrects an order answers the
current order, with the status that follows from it (201 for an order that was first answered 202, or the problem that
it ended with). A repetition while the first request is still running is refused as \`idempotency_in_flight\`. A refused
request without effect leaves its key free. Quotes and previews write nothing: a repetition is priced again.`;

/** Describes all later routes in OpenAPI 3.1, from the schemas that validate them, and shows the document at /docs. */
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
