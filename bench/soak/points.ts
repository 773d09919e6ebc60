import { withOwner } from '../../src/embedded/postgres/databases';
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

/** Keeps orders before a point until the gate is opened. */
interface PointGate {
  readonly opened: Promise<void>;
  readonly open: () => void;
  readonly kept: string[];
}

/** Reports when an order reaches a point of its life, and can keep orders from going beyond one. */
export class Points {
  readonly #waiting = new Map<Point, ((orderId: string | null) => void)[]>();
  readonly #gates = new Map<PeoplePoint, PointGate>();

  /**
   * Does the work of a point, and notifies those who wait for the point once the request is sent. While the point's
   * gate is closed, waits before it.
   */
  async at<T>(point: PeoplePoint, orderId: string | null, work: () => Promise<T>): Promise<T> {
    const gate = this.#gates.get(point);
    if (gate !== undefined) {
      if (orderId !== null) gate.kept.push(orderId);
      await gate.opened;
    }
    const working = work();
    for (const notify of this.#waiting.get(point)?.splice(0) ?? []) notify(orderId);
    return working;
  }

  /** Keeps every order before a point until its gate is opened. */
  close(point: PeoplePoint): void {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    this.#gates.set(point, { opened, open, kept: [] });
  }

  /** Lists the orders that wait before a closed gate. */
  kept(point: PeoplePoint): readonly string[] {
    return this.#gates.get(point)?.kept ?? [];
  }

  /** Lets all orders pass a point again. */
  open(point: PeoplePoint): void {
    this.#gates.get(point)?.open();
    this.#gates.delete(point);
  }

  /**
   * Waits until an order is at a point. The request has been sent, or the provider has executed the call and holds its
   * answer. Returns the order's id at a person's point, if it has one; null at a provider's.
   */
  async reached(point: Point, shop: Shop): Promise<string | null> {
    if (isEffect(point)) {
      const [sandbox, operation] = EFFECTS[point];
      await (
        await shop[sandbox].hold(operation)
      )();
      return null;
    }
    return new Promise((resolve) => {
      this.#waiting.set(point, [...(this.#waiting.get(point) ?? []), resolve]);
    });
  }
}

/** Finds the order that is at a provider's point: of the calls without an answer, that of the last. */
export async function orderHeldAt(point: Point, { stack }: Shop): Promise<string | null> {
  if (!isEffect(point)) return null;
  const kind = point === 'voiding_label' ? 'void_label' : EFFECTS[point][1];
  return withOwner(stack.urls.databaseOwner ?? '', async (client) => {
    const { rows } = await client.query<{ orderId: string }>(
      `select "orderId" from operation where kind = $1 and status = 'started' order by "startedAt" desc limit 1`,
      [kind],
    );
    return rows[0]?.orderId ?? null;
  });
}
