import { isUnavailable } from '../../src/services/unavailable';
import { withOwner } from '../../src/embedded/postgres/databases';
import type { Shop } from './shop';
import { untilFact } from './until-fact';

/** Lists the timeline's events that show progress: the API writes those of `api`, the others need what names them. */
const STEP_EVENTS = {
  api: ['order.received', 'task.done'],
  started: ['stock.reserved'],
  workflow: ['payment.authorized', 'shipment.booked', 'payment.captured', 'order.completed'],
  gateway: ['payment.authorized', 'payment.captured', 'payment.voided', 'payment.refunded'],
  carrier: ['shipment.booked', 'shipment.voided'],
} as const;
export type Steps = readonly (keyof typeof STEP_EVENTS)[];

/** Returns when a step of each kind had been taken after a time; null before that, and without the database. */
export async function stepsAfter({ stack }: Shop, after: Date, steps: Steps): Promise<Date | null> {
  try {
    return await firstSteps(stack.urls.databaseOwner ?? '', after, steps);
  } catch (error) {
    if (isUnavailable(error)) return null;
    throw error;
  }
}

function firstSteps(ownerUrl: string, after: Date, steps: Steps): Promise<Date | null> {
  return withOwner(ownerUrl, async (client) => {
    const firsts = await Promise.all(
      steps.map(async (step) => {
        const { rows } = await client.query<{ at: Date | null }>(
          'select min(at) as at from timeline_event where at >= $1 and type = any($2)',
          [after, STEP_EVENTS[step]],
        );
        return rows[0]?.at ?? null;
      }),
    );
    return firsts.includes(null) ? null : new Date(Math.max(...firsts.map(Number)));
  });
}

/** Waits for work for at most ten minutes; throws an error that names the work after that. */
export async function within<T>(work: Promise<T>, description: string): Promise<T> {
  const states: PromiseSettledResult<T>[] = [];
  void Promise.allSettled([work]).then((settled) => {
    states.push(...settled);
  });
  await untilFact(description, () => states.length > 0);
  return work;
}
