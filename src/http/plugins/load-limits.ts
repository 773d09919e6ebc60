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
    /** Places an order when there is room for it; else answers `overloaded`, and nothing was written. */
    admitPlacement: <T>(reply: FastifyReply, place: () => Promise<T>) => Promise<T | Refusal>;
  }
}

const SECOND_MS = 1_000;
/** How many keys' counts are remembered. */
const MAX_KEYS = 10_000;

/**
 * Turns work away while it is still cheap: requests of a key that asks too often (429), and new orders past what the
 * process can place in time (503). Reads, webhooks and what orders under way need are not held up by the bound on new
 * ones. Counts per process: behind several, the limits add up.
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
        new Refused(refuse('rate_limited', { detail: `One key may send ${limits.requestsPerSecond} per second` })),
    });
    // Asked by hand below: a process that runs late still answers what is under way.
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
    // What waits was not taken yet: its caller tries another process, and closing waits for what was taken only.
    scope.addHook('preClose', async () => {
      admission.close();
    });
    scope.decorate('admitPlacement', async <T>(reply: FastifyReply, place: () => Promise<T>): Promise<T | Refusal> => {
      if (scope.isUnderPressure()) {
        meter.shed('event_loop');
        return refuse('overloaded', { detail: 'This process runs late' });
      }
      const placed = await admission.run(place, () => !reply.raw.destroyed);
      if (placed !== undefined) return placed;
      meter.shed('placements');
      return refuse('overloaded', { detail: 'Too many orders are being placed here' });
    });
  },
  { name: 'load', dependencies: ['callers'] },
);
