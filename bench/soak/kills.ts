import { withOwner } from '../../src/embedded/databases';
import type { Points, Point } from './points';
import { POINTS } from './points';
import type { Shop } from './shop';
import { untilFact } from './until-fact';

export const KILLABLE = ['worker', 'api', 'temporal', 'postgres'] as const;
export type Killable = (typeof KILLABLE)[number];

export interface Kill { readonly part: Killable; readonly point: Point }

/** What a kill cost, ms from the beginning of the restart. */
export interface KillReport extends Kill {
  /** Until the part said that it was ready. */
  readonly readyMs: number;
  /** Until, with the part ready, the API had taken a step of an order and a workflow another. */
  readonly workMs: number;
}

/** Lists kills that go over every point, with another part each time round. */
export const killPlan = (kills: number): Kill[] => Array.from({ length: kills }, (_, n) => ({
  point: POINTS[n % POINTS.length] as Point, part: KILLABLE[(n + Math.floor(n / POINTS.length)) % KILLABLE.length] as Killable,
}));

/** What the API writes itself, and what only a workflow's step does, with all other parts at work. */
const API_STEPS = ['order.received', 'task.done'];
const WORKFLOW_STEPS = ['payment.authorized', 'shipment.booked', 'payment.captured', 'order.completed'];

/**
 * Kills a part (SIGKILL) while an order is at a point of its life, starts it again and waits until orders get on as
 * before. Throws when the point is not reached or the work is not taken up again within two minutes.
 */
export async function killAt(shop: Shop, points: Points, { part, point }: Kill): Promise<KillReport> {
  await within(points.reached(point, shop), `an order at ${point}`);
  await shop.stack.kill(part);
  const begun = Date.now();
  await shop.stack.restart(part);
  const ready = Date.now();
  let worked: Date | null = null;
  await untilFact(`orders get on after ${part} was killed`, async () => (worked = await bothStepped(shop, new Date(ready))) !== null);
  return { part, point, readyMs: ready - begun, workMs: Number(worked) - begun };
}

/** Answers when the API and a workflow had each taken a step after a time; null while one of them has not. */
function bothStepped({ stack }: Shop, after: Date): Promise<Date | null> {
  return withOwner(stack.urls.databaseOwner ?? '', async (client) => {
    const { rows } = await client.query<{ at: Date | null }>(
      `select case when count(api) > 0 and count(flow) > 0 then greatest(min(api), min(flow)) end as at from (
         select case when type = any($2) then at end as api, case when type = any($3) then at end as flow from timeline_event where at >= $1) steps`,
      [after, API_STEPS, WORKFLOW_STEPS]);
    return rows[0]?.at ?? null;
  });
}

async function within(work: Promise<void>, what: string): Promise<void> {
  const states: PromiseSettledResult<void>[] = [];
  void Promise.allSettled([work]).then((settled) => { states.push(...settled); });
  await untilFact(what, () => states.length > 0);
  await work;
}
