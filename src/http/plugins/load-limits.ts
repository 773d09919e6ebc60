import rateLimit from '@fastify/rate-limit';
import underPressure from '@fastify/under-pressure';
import type { FastifyReply } from 'fastify';
import fp from 'fastify-plugin';
import { refuse, type Refusal } from '../../contracts/errors';
import { Admission } from '../admission';
import type { AppDeps } from '../deps';
import { Refused } from '../errors';

declare module 'fastify' {
  interface FastifyInstance {
    /** Places an order when there is room for it; otherwise returns `overloaded`, and nothing was written. */
    admitPlacement: <T>(reply: FastifyReply, place: () => Promise<T>) => Promise<T | Refusal>;
  }
}

const SECOND_MS = 1_000;
/** How many API keys the counter remembers. */
const MAX_KEYS = 10_000;

/**
 * Refuses requests above the limits, before they cost much. These are too many requests of one key (429), and more new
 * orders than the process can place in time (503). The limit on new orders delays neither reads nor webhooks nor orders
 * under way. Counts per process: with several processes the limits add up.
 */
export const loadLimits = fp<Pick<AppDeps, 'meter' | 'limits'>>(
  async (scope, { meter, limits }) => {
    if (!limits) {
      scope.decorate('admitPlacement', (_reply, place) => place());
      return;
    }
    await scope.register(rateLimit, {
      max: limits.requestsPerSecond,
      timeWindow: SECOND_MS,
      cache: MAX_KEYS,
      keyGenerator: ({ caller }) => caller.actor,
      onExceeded: () => {
        meter.shed('rate');
      },
      errorResponseBuilder: () =>
        new Refused(
          refuse('rate_limited', { detail: `One API key may send ${limits.requestsPerSecond} requests per second` }),
        ),
    });
    // Only new orders are refused under pressure, below: other requests are still answered.
    await scope.register(underPressure, {
      maxEventLoopDelay: limits.eventLoopDelayMs,
      sampleInterval: limits.eventLoopWindowMs,
      pressureHandler: () => undefined,
    });

    const admission = new Admission(
      { inFlight: limits.placementsInFlight, waiting: limits.placementsWaiting, waitMs: limits.placementWaitMs },
      (state) => {
        meter.placements(state);
      },
    );
    // Orders in line were not taken yet: their callers try another process. Closing waits only for orders that were.
    scope.addHook('preClose', async () => {
      admission.close();
    });
    scope.decorate('admitPlacement', async <T>(reply: FastifyReply, place: () => Promise<T>): Promise<T | Refusal> => {
      if (scope.isUnderPressure()) {
        meter.shed('event_loop');
        return refuse('overloaded', { detail: 'This process is too busy to take new orders' });
      }
      const placed = await admission.run(place, () => !reply.raw.destroyed);
      if (placed !== undefined) return placed;
      meter.shed('placements');
      return refuse('overloaded', { detail: 'Too many orders are being placed on this process' });
    });
  },
  { name: 'load', dependencies: ['callers'] },
);
