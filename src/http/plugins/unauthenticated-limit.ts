import rateLimit from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { refuse, type Refusal } from '../../contracts/errors';
import type { AppDeps } from '../deps';

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * Counts a request without a known API key, by the client's address. Returns `rate_limited` past the limit, and
     * undefined within it.
     */
    admitUnauthenticated: (request: FastifyRequest) => Promise<Refusal | undefined>;
  }
}

const SECOND_MS = 1_000;
/** How many addresses the counter remembers. */
const MAX_ADDRESSES = 10_000;

/**
 * Limits requests without a known API key, per address, before any query. The address is that of the connection (an
 * IPv6 address by its network of 64 bits). Behind a proxy that is the proxy's address, and all clients share one count.
 * Counts per process.
 */
export const unauthenticatedLimit = fp<Pick<AppDeps, 'meter' | 'limits'>>(
  async (app, { meter, limits }) => {
    const perSecond = limits?.unauthenticatedPerSecond ?? 0;
    if (perSecond === 0) {
      app.decorate('admitUnauthenticated', () => Promise.resolve(undefined));
      return;
    }
    await app.register(rateLimit, { global: false, cache: MAX_ADDRESSES });
    const count = app.createRateLimit({ max: perSecond, timeWindow: SECOND_MS });
    app.decorate('admitUnauthenticated', async (request: FastifyRequest) => {
      const counted = await count(request);
      if (counted.isAllowed || !counted.isExceeded) return undefined;
      meter.shed('stranger');
      return refuse('rate_limited', {
        detail: `One address may send ${perSecond} requests per second without a known API key`,
      });
    });
  },
  { name: 'unauthenticated-limit' },
);
