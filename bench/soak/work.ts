import { isUnavailable } from '../../src/services/unavailable';
import { withOwner } from '../../src/embedded/postgres/databases';
import type { Shop } from './shop';
import { untilFact } from './until-fact';

/**
 * Events of the timeline that show who is at work: the API writes its own, the others need what they are named after.
 */
const STEP_EVENTS = {
  api: ['order.received', 'task.done'],
  started: ['stock.reserved'],
  workflow: ['payment.authorized', 'shipment.booked', 'payment.captured', 'order.completed'],
  gateway: ['payment.authorized', 'payment.captured', 'payment.voided', 'payment.refunded'],
  carrier: ['shipment.booked', 'shipment.voided'],
} as const;
export type Steps = readonly (keyof typeof STEP_EVENTS)[];

/**
 * Answers when, after a time, a step of each kind had been taken; null while one of them was not, or the database is
 * away.
 */
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

/** Waits for work, but not for ever: throws what was waited for after two minutes. */
export async function within(work: Promise<void>, what: string): Promise<void> {
  const states: PromiseSettledResult<void>[] = [];
  void Promise.allSettled([work]).then((settled) => {
    states.push(...settled);
  });
  await untilFact(what, () => states.length > 0);
  await work;
}
