import { Watchdog, type WatchRound } from '../../src/services/interventions/watchdog';
import type { Deadlines } from '../../src/services/interventions/orders-to-examine';
import { log } from './log';
import type { World } from './world';

const DAY = 24 * 3600;
const LONG: Deadlines = { receive: DAY, pick: DAY, ship: DAY, cancelling: DAY, step: DAY, timeZone: 'UTC' };

/** Runs one round of a watchdog of its own; deadlines default to one day. Returns its report. */
export async function runWatchdogOnce(
  { transactions, temporal, outbox }: World,
  deadlines: Partial<Deadlines> = {},
  attempts = 20,
): Promise<WatchRound | undefined> {
  let noted: WatchRound | undefined;
  const policy = { periodSeconds: 30, deadlines: { ...LONG, ...deadlines }, attempts };
  await new Watchdog(transactions, temporal.client, outbox, policy, log, (round) => {
    noted = round;
  }).examine();
  return noted;
}
