import { openAuditSources } from '../../src/embedded/audit-sources';
import { withOwner } from '../../src/embedded/postgres/databases';
import type { Plan } from './life';
import { checkOutcome, type Outcome } from './outcome';
import { Points } from './points';
import type { Shop } from './shop';
import { Traffic } from './traffic';
import { summarizeOrders, type FireReport } from './under-fire';

const LIFE_LIMIT_MS = 180_000;
const LIVES: readonly Plan[] = [{ merchants: 1, token: 'tok_ok', way: 'delivered' }];
/** Is more calls than a batch makes before the kill. */
const MANY = 10_000;

export interface BookedReport extends Outcome, Pick<FireReport, 'orders' | 'ended' | 'waiting' | 'lost'> {
  /** Bookings that the carrier had saved and our books had not when the worker was killed. */
  readonly cut: number;
  readonly kills: number;
}

export interface Bookings {
  readonly bookings: number;
  /** The number of bookings that one kill interrupts. */
  readonly batch: number;
  readonly run: string;
  readonly onKill?: (cut: number) => void;
}

/**
 * Kills the worker after the carrier has booked and before our books have. It does so batch by batch, and lets the
 * orders end.
 */
export async function bookThenKill(shop: Shop, { bookings, batch, run, onKill }: Bookings): Promise<BookedReport> {
  const sums = {
    orders: 0,
    ended: 0,
    waiting: [] as FireReport['waiting'][number][],
    lost: [] as string[],
    cut: 0,
    kills: 0,
  };
  for (let begun = 0; begun < bookings; begun += batch) {
    const size = Math.min(batch, bookings - begun);
    const held = await shop.carrier.hold('book', size);
    // Asking by key fails too, so that none of the batch is saved before the kill.
    await shop.carrier.arm({ mode: 'down', operation: 'find', times: MANY });
    const traffic = new Traffic(
      { shop, points: new Points(), run: `${run}:${sums.kills}`, limitMs: LIFE_LIMIT_MS },
      LIVES,
      size,
      size,
    );
    await held();
    await shop.stack.kill('worker');
    const unsaved = await unsavedBookings(shop);
    await shop.carrier.clear();
    await shop.stack.restart('worker');
    await traffic.ended();
    const batchSums = summarizeOrders(traffic);
    sums.orders += batchSums.orders;
    sums.ended += batchSums.ended;
    sums.waiting.push(...batchSums.waiting);
    sums.lost.push(...batchSums.lost);
    if (unsaved !== size)
      sums.lost.push(`when the worker was killed, only ${unsaved} of ${size} bookings were at the carrier alone`);
    sums.cut += unsaved;
    sums.kills += 1;
    onKill?.(sums.cut);
  }
  return { ...sums, ...(await checkOutcome(shop)) };
}

/** Counts the bookings that are live in the carrier's journal and only begun in our books. */
async function unsavedBookings({ stack }: Shop): Promise<number> {
  const begun = await withOwner(stack.urls.databaseOwner ?? '', async (client) =>
    (
      await client.query<{ key: string }>(
        `select "providerKey" as key from operation where kind = 'book' and status = 'started'`,
      )
    ).rows.map(({ key }) => key),
  );
  const sources = await openAuditSources({ ...process.env, ...stack.serviceEnvironment });
  try {
    const booked = new Set<string>();
    for await (const { key, status } of sources.carriers.journal()) if (status === 'booked') booked.add(key);
    return begun.filter((key) => booked.has(key)).length;
  } finally {
    await sources.close();
  }
}
