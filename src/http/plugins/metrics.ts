import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { AppDeps } from '../deps';

/** Notes every request under way and every answer with its duration, by the route's pattern. */
export const metrics = fp<Pick<AppDeps, 'meter'>>(
  async (app, { meter }) => {
    const open = new Set<FastifyRequest>();
    app.addHook('onRequest', async (request) => {
      open.add(request);
      meter.requestsInFlight(open.size);
    });
    // Also runs for a request whose client went away before its answer.
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
