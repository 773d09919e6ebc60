import { sql } from 'kysely';
import type { Tx } from '../../books/transactions';
import type { NotificationJournalEntry } from '../../providers/notifications/notification-provider';
import { MESSAGE_KINDS, OperationKind } from '../../contracts/operations';
import { FindingCollector, runOnce, type Audit } from '../audit';
import { isCovered, type JournalReading } from '../journal';
import { streamRows } from '../rows';

/**
 * Compares our messages to customers and suppliers with the journal: each was sent once, and no other was. A mail
 * server may keep no journal, so only an SMS can be found missing.
 */
export const notificationAudits = (tx: Tx, journal: Promise<JournalReading<NotificationJournalEntry>>): Audit[] => {
  const compared = runOnce(async () => compare(tx, await journal));
  return [
    { name: 'Every SMS in our books went out, and no message twice', check: async () => (await compared()).missing },
    { name: 'Every message that went out is in our books', check: async () => (await compared()).unknown },
  ];
};

async function compare(tx: Tx, reading: JournalReading<NotificationJournalEntry>) {
  const [missing, unknown] = [new FindingCollector(), new FindingCollector()];
  const known = new Map<string, string>();
  for await (const { key, kind, status, finishedAt } of readMessages(tx)) {
    known.set(key, status);
    const times = reading.byKey.get(key)?.length ?? 0;
    const lost =
      status === 'succeeded' && times === 0 && kind === OperationKind.notifySms && isCovered(reading, finishedAt);
    if (lost || times > 1) missing.add(key, 'one message', `${times} in the journal`);
  }
  for (const [key, entries] of reading.byKey) {
    const status = known.get(key);
    if (status === undefined || status === 'refused')
      unknown.add(
        key,
        status === undefined ? 'a message in our books' : 'no message: it was refused',
        `${entries.length} in the journal`,
      );
  }
  return { missing, unknown };
}

interface MessageRow {
  readonly key: string;
  readonly kind: string;
  readonly status: string;
  readonly finishedAt: Date | null;
}

/**
 * Reads the messages about orders and replenishments. One that was abandoned after an attempt without an answer may or
 * may not have been sent.
 */
const readMessages = (tx: Tx): AsyncGenerator<MessageRow, void, undefined> =>
  streamRows(
    tx,
    sql<MessageRow>`
  select "providerKey" as key, kind, "finishedAt",
    case when result->>'fate' = 'unknown' then 'given_up' else status::text end as status
  from operation
  where kind in (${sql.join(MESSAGE_KINDS.map((kind) => sql.lit(kind)))})`,
  );
