import type { Shop } from './shop';

/** Where in an order's life a part is killed. */
export const PEOPLE_POINTS = ['placing', 'picking', 'packing', 'handing_over', 'scanning', 'cancelling'] as const;
export type PeoplePoint = (typeof PEOPLE_POINTS)[number];

/** Effects on the outside: the provider has done it and its answer is on the way. */
const EFFECTS = {
  authorizing: ['gateway', 'authorize'],
  capturing: ['gateway', 'capture'],
  voiding_payment: ['gateway', 'void'],
  refunding: ['gateway', 'refund'],
  booking: ['carrier', 'book'],
  voiding_label: ['carrier', 'void'],
} as const;
type Effect = keyof typeof EFFECTS;

export type Point = PeoplePoint | Effect;
/** In the order of an order's life. */
export const POINTS: readonly Point[] = [
  'placing',
  'authorizing',
  'picking',
  'packing',
  'booking',
  'handing_over',
  'capturing',
  'scanning',
  'refunding',
  'cancelling',
  'voiding_label',
  'voiding_payment',
];

const isEffect = (point: Point): point is Effect => point in EFFECTS;

/** Knows when an order comes to a point of its life. */
export class Points {
  readonly #waiting = new Map<Point, (() => void)[]>();

  /** Does what belongs to a point; whoever waits for the point hears that the request has left. */
  async at<T>(point: PeoplePoint, work: () => Promise<T>): Promise<T> {
    const working = work();
    for (const hear of this.#waiting.get(point)?.splice(0) ?? []) hear();
    return working;
  }

  /** Waits until an order is at a point: a request under way, or an effect done whose answer is held back. */
  async reached(point: Point, shop: Shop): Promise<void> {
    if (isEffect(point)) {
      const [sandbox, operation] = EFFECTS[point];
      await (
        await shop[sandbox].hold(operation)
      )();
      return;
    }
    await new Promise<void>((resolve) => {
      this.#waiting.set(point, [...(this.#waiting.get(point) ?? []), resolve]);
    });
  }
}
