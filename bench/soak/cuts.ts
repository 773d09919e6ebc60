import { setTimeout as wait } from 'node:timers/promises';
import type { Killable } from './kills';
import { CUT_WAYS, type CutWay } from './link';
import { LINKS, type LinkName } from './links';
import { POINTS, type Point, type Points } from './points';
import type { Shop } from './shop';
import { untilFact } from './until-fact';
import { stepsAfter, within, type Steps } from './work';

export interface Cut {
  readonly link: LinkName;
  readonly way: CutWay;
  readonly point: Point;
}

/** Reports a cut and the time until orders made progress again. */
export interface CutReport extends Cut {
  /** From the restored link until orders progressed over it, ms. */
  readonly workMs: number;
}

/** Is the duration of a cut: longer than a local activity's attempt, shorter than the callers' time limits. */
const CUT_MS = 3_000;
/** Separates the kill and the cut of a round by half an order's life. */
const APART = POINTS.length / 2;

/**
 * Lists cuts that cover every link, every way and every point. A cut that comes with the kill of a part spares that
 * part's links, without which it could not start.
 */
export function cutPlan(cuts: number, killed: readonly Killable[]): Cut[] {
  const used = new Map<LinkName, number>(LINKS.map((link) => [link, 0]));
  const times = (link: LinkName): number => used.get(link) ?? 0;
  return Array.from({ length: cuts }, (_, n) => {
    const part = killed[n];
    const [link] = LINKS.filter((name) => part === undefined || !name.split('-').includes(part)).sort(
      (a, b) => times(a) - times(b),
    ) as [LinkName];
    used.set(link, times(link) + 1);
    return {
      link,
      way: CUT_WAYS[(LINKS.indexOf(link) + times(link)) % CUT_WAYS.length] as CutWay,
      point: POINTS[(n + APART) % POINTS.length] as Point,
    };
  });
}

/** Names the steps that show progress of orders over a link. */
const STEPS: Readonly<Record<LinkName, Steps>> = {
  'worker-postgres': ['workflow'],
  'api-postgres': ['api'],
  'worker-temporal': ['workflow'],
  'api-temporal': ['started'],
  'worker-gateway': ['gateway'],
  'worker-carrier': ['carrier'],
};

/** Cuts a link for some seconds while an order is at a point of its life. Waits until orders progress over it again. */
export async function cutAt(shop: Shop, points: Points, { link, way, point }: Cut): Promise<CutReport> {
  await within(points.reached(point, shop), `an order at ${point}`);
  const cut = shop.links.get(link);
  cut.cut(way);
  await wait(CUT_MS);
  cut.restore();
  const restoredAt = new Date();
  let worked: Date | null = null;
  await untilFact(
    `orders make progress after ${link} was cut (${way})`,
    async () => (worked = await stepsAfter(shop, restoredAt, STEPS[link])) !== null,
  );
  return { link, way, point, workMs: Number(worked) - Number(restoredAt) };
}
