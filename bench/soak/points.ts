import type { Shop } from './shop';

/** Names the points of an order's life at which people act. */
export const PEOPLE_POINTS = ['placing', 'picking', 'packing', 'handing_over', 'scanning', 'cancelling'] as const;
export type PeoplePoint = (typeof PEOPLE_POINTS)[number];

/** Names the points at which a provider has executed a call and its answer is on the way. */
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
/** Lists all points, in the order in which a life reaches them. */
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

/** Reports when an order reaches a point of its life. */
export class Points {
  readonly #waiting = new Map<Point, (() => void)[]>();

  /** Does the work of a point, and notifies those who wait for the point once the request is sent. */
  async at<T>(point: PeoplePoint, work: () => Promise<T>): Promise<T> {
    const working = work();
    for (const notify of this.#waiting.get(point)?.splice(0) ?? []) notify();
    return working;
  }

  /**
   * Waits until an order is at a point. A request is under way then, or an effect is executed and its answer held back.
   */
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
