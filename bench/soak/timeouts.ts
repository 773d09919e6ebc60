import type { Plan } from './life';
import { checkOutcome, type Outcome } from './outcome';
import { Points } from './points';
import type { Shop } from './shop';
import { Traffic } from './traffic';
import { summarizeOrders, type FireReport } from './under-fire';

const LIFE_LIMIT_MS = 120_000;
const TIMEOUT_MS = 3_000;
/** Lists two lives that authorize and book; one captures, the other voids its label. */
const LIVES: readonly Plan[] = [
  { merchants: 1, token: 'tok_ok', way: 'delivered' },
  { merchants: 1, token: 'tok_ok', way: 'cancelled_with_label' },
];
const EFFECTS = [
  ['gateway', 'authorize'],
  ['gateway', 'capture'],
  ['carrier', 'book'],
  ['carrier', 'void'],
] as const;

export interface TimeoutsReport extends Outcome, Pick<FireReport, 'orders' | 'ended' | 'waiting' | 'lost'> {
  /** The number of calls that were executed and never answered, by operation. */
  readonly timeouts: Readonly<Record<string, number>>;
}

/** Lets authorizations, captures, bookings and label voids, equally many of each, be executed and time out. */
export async function timeOut(
  shop: Shop,
  { timeouts, inFlight, run }: { timeouts: number; inFlight: number; run: string },
): Promise<TimeoutsReport> {
  const each = Math.ceil(timeouts / EFFECTS.length);
  for (const [sandbox, operation] of EFFECTS)
    await shop[sandbox].arm({ mode: 'execute_then_timeout', operation, times: each, delayMs: TIMEOUT_MS });
  const traffic = new Traffic(
    { shop, points: new Points(), run, limitMs: LIFE_LIMIT_MS },
    LIVES,
    inFlight,
    LIVES.length * each,
  );
  await traffic.ended();
  const timedOut = await Promise.all(
    EFFECTS.map(
      async ([sandbox, operation]) =>
        [`${sandbox} ${operation}`, each - (await shop[sandbox].left(operation))] as const,
    ),
  );
  const unspent = timedOut
    .filter(([, times]) => times < each)
    .map(([call, times]) => `only ${times} of ${each} calls timed out: ${call}`);
  const { lost, ...sums } = summarizeOrders(traffic);
  return {
    ...sums,
    lost: [...lost, ...unspent],
    timeouts: Object.fromEntries(timedOut),
    ...(await checkOutcome(shop)),
  };
}
