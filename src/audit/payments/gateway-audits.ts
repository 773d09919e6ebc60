import type { Tx } from '../../books/transactions';
import { MONEY_KINDS } from '../../contracts/operations';
import type { PaymentJournalEntry } from '../../providers/payments/payment-provider';
import { FindingCollector, runOnce, type Audit } from '../audit';
import { isCovered, type JournalReading } from '../journal';
import { readOperations, type OperationRow } from '../read-operations';

/** Compares our books with the payment gateway's own journal. */
export const gatewayAudits = (tx: Tx, journal: () => Promise<JournalReading<PaymentJournalEntry>>): Audit[] => {
  const compared = runOnce(async () => compare(tx, await journal()));
  return [
    {
      name: 'Every effect on money in our books is at the gateway, once, for the same amount',
      check: async () => (await compared()).missing,
    },
    { name: 'Every effect on money at the gateway is in our books', check: async () => (await compared()).unknown },
    {
      name: 'The gateway and our books agree on the outcome of every effect on money',
      check: async () => (await compared()).different,
    },
  ];
};

async function compare(tx: Tx, journal: JournalReading<PaymentJournalEntry>) {
  const missing = new FindingCollector();
  const unknown = new FindingCollector();
  const different = new FindingCollector();
  const known = new Set<string>();
  for await (const operation of readOperations(tx, MONEY_KINDS)) {
    const { key, kind, orderId } = operation;
    known.add(key);
    // Zero amounts skip the gateway.
    if (operation.amount === 0) continue;
    const entries = journal.byKey.get(key) ?? [];
    if (entries.length > 1) missing.add(orderId, `${key} once`, `${entries.length} times at the gateway`);
    const [entry] = entries;
    const expected = expectedStatus(operation);
    if (expected === 'any' || !isCovered(journal, operation.finishedAt)) continue;
    if (expected === 'none') {
      if (entry) different.add(orderId, `${key} was refused`, `it is ${entry.status} at the gateway`);
    } else if (!entry) {
      missing.add(orderId, `${key} at the gateway`, 'the gateway has none');
    } else {
      if (describe(entry) !== describe(operation))
        missing.add(orderId, `${key}: ${describe(operation)}`, `${describe(entry)} at the gateway`);
      if (entry.kind !== kind || entry.status !== expected)
        different.add(orderId, `${key}: ${kind} ${expected}`, `${entry.kind} ${entry.status} at the gateway`);
    }
  }
  for (const [key, entries] of journal.byKey) {
    if (!known.has(key))
      for (const entry of entries)
        unknown.add(
          key,
          'an effect in our books',
          `${entry.kind} of ${describe(entry)} is ${entry.status} at the gateway`,
        );
  }
  return { missing, unknown, different };
}

/** Names the status that the gateway must report: `any` while the operation is under way, `none` when it refused. */
function expectedStatus({ kind, status, outcome }: OperationRow): string {
  if (status === 'started') return 'any';
  if (kind === 'authorize') return outcome ?? 'a status';
  return status === 'succeeded' ? 'succeeded' : 'none';
}

const describe = ({
  amount,
  currency,
  reference,
}: {
  readonly amount: number | null;
  readonly currency: string;
  readonly reference: string | null;
}): string => `${amount} ${currency} as ${reference}`;
