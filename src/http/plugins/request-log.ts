import fp from 'fastify-plugin';

declare module 'fastify' {
  interface FastifyRequest {
    /** Names the order that the request is about, once it is known. */
    orderId: string | undefined;
  }
}

/**
 * Logs one line per request, with the route's pattern. Nothing that a caller typed is logged, least of all bodies and
 * queries.
 */
export const requestLog = fp(
  async (app) => {
    app.decorateRequest('orderId', undefined);
    app.addHook('onRequest', async (request, reply) => {
      reply.header('x-request-id', request.id);
    });
    app.addHook('onResponse', async (request, reply) => {
      const { orderId = request.orderId } = (request.params ?? {}) as { orderId?: string };
      const { caller } = request as Partial<typeof request>;
      request.log.info(
        {
          method: request.method,
          route: request.routeOptions.url ?? null,
          status: reply.statusCode,
          ms: Math.round(reply.elapsedTime),
          ...(orderId === undefined ? {} : { orderId }),
          ...(caller === undefined ? {} : { actor: caller.actor }),
        },
        'answered',
      );
    });
  },
  { name: 'request-log' },
);
