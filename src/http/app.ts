import { randomUUID } from 'node:crypto';
import helmet from '@fastify/helmet';
import sse from '@fastify/sse';
import fastify, { LogController, type FastifyBaseLogger } from 'fastify';
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { refuse } from '../contracts/errors';
import type { Api } from './api';
import type { AppDeps } from './deps';
import { handleErrors, sendProblem } from './errors';
import { jsonBodies, rawBodies } from './plugins/body-parsers';
import { authenticateCallers } from './plugins/callers';
import { closePortFirst, drainRequests } from './plugins/closing';
import { idempotentRequests } from './plugins/idempotent-requests';
import { loadLimits } from './plugins/load-limits';
import { metrics } from './plugins/metrics';
import { openApi } from './plugins/openapi';
import { requestLog } from './plugins/request-log';
import { unauthenticatedLimit } from './plugins/unauthenticated-limit';
import { addressLinkRoutes, addressFixRoutes } from './routes/orders/address-fixes';
import { interventionRoutes } from './routes/interventions/interventions';
import { orderEventRoutes } from './routes/orders/order-events';
import { orderRoutes } from './routes/orders/orders';
import { promotionRoutes } from './routes/pricing/promotions';
import { quoteRoutes } from './routes/pricing/quotes';
import { replenishmentRoutes } from './routes/purchasing/replenishments';
import { serviceRoutes } from './routes/service';
import { shipmentRoutes } from './routes/shipping/shipments';
import { stockRoutes } from './routes/inventory/stock';
import { taskRoutes } from './routes/warehouse/tasks';
import { webhookRoutes } from './routes/webhooks/webhooks';
import { validatorCompiler } from './validation';

const BODY_LIMIT = 256 * 1024;
const HEARTBEAT_MS = 15_000;
/** Limits how long a request may take to arrive; later, its connection is closed. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Allows the page at /docs its own scripts and inline styles. Browsers show nothing else of the API. */
const CONTENT_SECURITY = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    fontSrc: ["'self'"],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
};

/** Builds the API from its dependencies; the caller listens and closes. Closing ends live timelines first. */
export async function buildApp(deps: AppDeps): Promise<Api> {
  const onError = handleErrors(deps.isUnavailable);
  const logger: FastifyBaseLogger = deps.log;
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: () => randomUUID(),
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // While closing, requests on connections that are still open are answered as usual.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      onError(error, request, reply);
    },
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(onError);
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, refuse('not_found')));

  // Registered first, so that all other hooks and routes run within the span.
  if (deps.trace) await app.register(deps.trace);
  await app.register(closePortFirst);
  await app.register(requestLog);
  await app.register(metrics, { meter: deps.meter });
  await app.register(helmet, { contentSecurityPolicy: CONTENT_SECURITY });
  await app.register(sse, { heartbeatInterval: HEARTBEAT_MS });
  await app.register(openApi);

  await app.register(unauthenticatedLimit, { meter: deps.meter, ...(deps.limits ? { limits: deps.limits } : {}) });

  await app.register(serviceRoutes(deps));
  await app.register(
    async (scope) => {
      await scope.register(authenticateCallers, { authenticate: deps.authenticate, isKnownKey: deps.isKnownKey });
      await scope.register(loadLimits, { meter: deps.meter, ...(deps.limits ? { limits: deps.limits } : {}) });
      await scope.register(idempotentRequests, { idempotentRequest: deps.idempotentRequest });
      await scope.register(jsonBodies);
      await scope.register(orderRoutes(deps));
      await scope.register(addressFixRoutes(deps));
      await scope.register(interventionRoutes(deps));
      await scope.register(quoteRoutes(deps));
      await scope.register(promotionRoutes(deps));
      await scope.register(orderEventRoutes(deps));
      await scope.register(taskRoutes(deps));
      await scope.register(shipmentRoutes(deps));
      await scope.register(stockRoutes(deps));
      await scope.register(replenishmentRoutes(deps));
    },
    { prefix: '/v1' },
  );
  await app.register(
    async (scope) => {
      await scope.register(jsonBodies);
      await scope.register(addressLinkRoutes(deps));
    },
    { prefix: '/v1' },
  );
  await app.register(
    async (scope) => {
      await scope.register(rawBodies);
      await scope.register(webhookRoutes(deps));
    },
    { prefix: '/v1' },
  );
  // Registered last, so that it waits after all others have begun to close.
  await app.register(drainRequests);
  return app;
}
