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

/** What a cut cost. */
export interface CutReport extends Cut {
  /** From the moment the link was whole until orders got on over it, ms. */
  readonly workMs: number;
}

/** How long a link stays cut: longer than a quick try, shorter than the patience of whoever waits. */
const CUT_MS = 3_000;
/** A kill and a cut of one round come half a life apart. */
const APART = POINTS.length / 2;

/**
 * Lists cuts that go over every link, every way to cut it and every point. One that falls together with the kill of a
 * part leaves that part's own links alone: it could not start.
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

/** What shows that orders get on over a link. */
const STEPS: Readonly<Record<LinkName, Steps>> = {
  'worker-postgres': ['workflow'],
  'api-postgres': ['api'],
  'worker-temporal': ['workflow'],
  'api-temporal': ['started'],
  'worker-gateway': ['gateway'],
  'worker-carrier': ['carrier'],
};

/**
 * Cuts a link while an order is at a point of its life, for some seconds, and waits until orders get on over it as
 * before.
 */
export async function cutAt(shop: Shop, points: Points, { link, way, point }: Cut): Promise<CutReport> {
  await within(points.reached(point, shop), `an order at ${point}`);
  const cut = shop.links.get(link);
  cut.cut(way);
  await wait(CUT_MS);
  cut.mend();
  const whole = new Date();
  let worked: Date | null = null;
  await untilFact(
    `orders get on after ${link} was cut (${way})`,
    async () => (worked = await stepsAfter(shop, whole, STEPS[link])) !== null,
  );
  return { link, way, point, workMs: Number(worked) - Number(whole) };
}
