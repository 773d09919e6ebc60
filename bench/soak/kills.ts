import type { Points, Point } from './points';
import { POINTS } from './points';
import type { Shop } from './shop';
import { untilFact } from './until-fact';
import { stepsAfter, within } from './work';

export const KILLABLE = ['worker', 'api', 'temporal', 'postgres'] as const;
export type Killable = (typeof KILLABLE)[number];

export interface Kill {
  readonly part: Killable;
  readonly point: Point;
}

/** Reports a kill and the times of the recovery, in ms from the beginning of the restart. */
export interface KillReport extends Kill {
  /** Until the part was ready. */
  readonly readyMs: number;
  /** Until, after that, both the API and a workflow had taken a step of an order. */
  readonly workMs: number;
}

/** Lists kills that cover every point, with another part in each pass. */
export const killPlan = (kills: number): Kill[] =>
  Array.from({ length: kills }, (_, n) => ({
    point: POINTS[n % POINTS.length] as Point,
    part: KILLABLE[(n + Math.floor(n / POINTS.length)) % KILLABLE.length] as Killable,
  }));

/**
 * Kills a part (SIGKILL) while an order is at a point of its life. Restarts it, and waits until orders make progress.
 * Throws when the point is not reached, or progress not made, within ten minutes.
 */
export async function killAt(shop: Shop, points: Points, { part, point }: Kill): Promise<KillReport> {
  await within(points.reached(point, shop), `an order at ${point}`);
  await shop.stack.kill(part);
  const begun = Date.now();
  await shop.stack.restart(part);
  const ready = Date.now();
  let worked: Date | null = null;
  await untilFact(
    `orders make progress after ${part} was killed`,
    async () => (worked = await stepsAfter(shop, new Date(ready), ['api', 'workflow'])) !== null,
  );
  return { part, point, readyMs: ready - begun, workMs: Number(worked) - begun };
}
