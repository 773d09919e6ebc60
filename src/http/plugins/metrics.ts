import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { AppDeps } from '../deps';

/** Records requests under way and the duration of every answer, by the route's pattern. */
export const metrics = fp<Pick<AppDeps, 'meter'>>(
  async (app, { meter }) => {
    const open = new Set<FastifyRequest>();
    app.addHook('onRequest', async (request) => {
      open.add(request);
      meter.requestsInFlight(open.size);
    });
    // Also runs when the client left before the answer.
    app.addHook('onResponse', async (request, reply) => {
      open.delete(request);
      meter.requestsInFlight(open.size);
      meter.answered(
        { method: request.method, route: request.routeOptions.url ?? 'none', status: reply.statusCode },
        reply.elapsedTime / 1000,
      );
    });
  },
  { name: 'metrics' },
);
