import { sql } from 'kysely';
import type { Tx } from '../../books/transactions';
import type { FulfillmentStatus, ShipmentStatus } from '../../contracts/statuses';
import type { CarrierJournalEntry } from '../../providers/carriers/carrier-provider';
import { FindingCollector, runOnce, queryAudit, type Audit, type Finding } from '../audit';
import { isCovered, type JournalReading } from '../journal';
import { readOperations } from '../read-operations';
import { streamRows } from '../rows';

/**
 * Audits our shipments by themselves, and compares them with the carrier's own journal. Voids younger than `graceMs`
 * may be under way.
 */
export const carrierAudits = (
  tx: Tx,
  journal: () => Promise<JournalReading<CarrierJournalEntry>>,
  graceMs: number,
): Audit[] => {
  const compared = runOnce(async () => {
    const reading = await journal();
    return { ...(await compareShipments(tx, reading, graceMs)), unknown: await findUnknown(tx, reading) };
  });
  return [
    queryAudit(
      tx,
      'Every booking in our books has its shipment, and every shipment its booking',
      sql<Finding>`
      select coalesce(s.id || ' of ' || s."orderId", o."providerKey" || ' of ' || o."orderId") as subject,
        case when s.id is null then 'the shipment of ' || (o.result->>'reference')
          else 'the booking of ' || s."providerReference" end as expected,
        'none' as actual
      from (select * from operation where kind = 'book' and status = 'succeeded') o
      full join shipment s on s."providerReference" = o.result->>'reference'
        and o."subjectType" = 'fulfillment' and o."subjectId" = s."fulfillmentId"
      where s.id is null or o."providerKey" is null`,
    ),
    queryAudit(
      tx,
      'Every fulfillment that is labelled, or further, has its shipment',
      sql<Finding>`
      select f.id || ' of ' || f."orderId" as subject, 'a shipment: it is ' || f.status as expected, 'none' as actual
      from fulfillment f
      left join shipment s on s."fulfillmentId" = f.id
      where f.status not in ('released', 'packed', 'cancelling', 'cancelled') and s.id is null`,
    ),
    queryAudit(
      tx,
      'No cancelled fulfillment has a live label',
      sql<Finding>`
      select s.id || ' of ' || s."orderId" as subject,
        'voided: its fulfillment is cancelled' as expected,
        s.status::text as actual
      from shipment s
      join fulfillment f on f.id = s."fulfillmentId"
      where f.status = 'cancelled' and s.status <> 'voided'`,
    ),
    { name: 'Every shipment in our books is at its carrier, once', check: async () => (await compared()).missing },
    {
      name: 'Every label is live at the carrier, or voided, as in our books',
      check: async () => (await compared()).different,
    },
    { name: 'Every booking at the carrier is in our books', check: async () => (await compared()).unknown },
  ];
};

async function compareShipments(tx: Tx, journal: JournalReading<CarrierJournalEntry>, graceMs: number) {
  const missing = new FindingCollector();
  const different = new FindingCollector();
  const byReference = new Map([...journal.byKey.values()].flat().map((entry) => [entry.reference, entry]));
  for await (const shipment of readShipments(tx)) {
    const subject = `${shipment.id} of ${shipment.orderId}`;
    const ours = `${shipment.carrierCode} ${shipment.trackingNumber}`;
    const entry = byReference.get(shipment.providerReference);
    if (!entry) {
      if (isCovered(journal, shipment.bookedAt ?? shipment.statusAt))
        missing.add(subject, `${ours} at the carrier`, 'the carrier has none');
      continue;
    }
    const bookings = journal.byKey.get(entry.key)?.length;
    const theirs = `${entry.carrierCode} ${entry.trackingNumber}`;
    if (bookings !== 1) missing.add(subject, `${ours} once`, `${bookings} times at the carrier`);
    if (ours !== theirs) missing.add(subject, ours, `${theirs} at the carrier`);
    const voidUnderWay =
      shipment.fulfillmentStatus === 'cancelling' &&
      shipment.fulfillmentUpdatedAt.getTime() > journal.begun.getTime() - graceMs;
    if ((shipment.status === 'voided') === (entry.status === 'voided')) continue;
    if (shipment.status === 'voided' ? isCovered(journal, shipment.statusAt) : !voidUnderWay) {
      different.add(subject, `${shipment.status} in our books`, `${entry.status} at the carrier`);
    }
  }
  return { missing, different };
}

/**
 * Finds the carrier's labels that our books do not know. A voided label may belong to a booking that we abandoned; a
 * live one needs a booking that succeeded or is under way.
 */
async function findUnknown(tx: Tx, journal: JournalReading<CarrierJournalEntry>): Promise<FindingCollector> {
  const unknown = new FindingCollector();
  const known = new Map<string, string>();
  for await (const { key, status } of readOperations(tx, ['book'])) known.set(key, status);
  for (const [key, entries] of journal.byKey) {
    const status = known.get(key);
    for (const entry of entries) {
      if (status === undefined || (status === 'refused' && entry.status === 'booked')) {
        unknown.add(
          key,
          status === undefined ? 'a booking in our books' : 'no label: the booking was refused',
          `${entry.trackingNumber} is ${entry.status} at the carrier`,
        );
      }
    }
  }
  return unknown;
}

interface ShipmentRow {
  readonly id: string;
  readonly orderId: string;
  readonly carrierCode: string;
  readonly trackingNumber: string;
  readonly providerReference: string;
  readonly status: ShipmentStatus;
  readonly statusAt: Date;
  readonly fulfillmentStatus: FulfillmentStatus;
  readonly fulfillmentUpdatedAt: Date;
  readonly bookedAt: Date | null;
}

const readShipments = (tx: Tx): AsyncGenerator<ShipmentRow, void, undefined> =>
  streamRows(
    tx,
    sql<ShipmentRow>`
  select s.id, s."orderId", s."carrierCode", s."trackingNumber", s."providerReference", s.status, s."statusAt",
    f.status as "fulfillmentStatus", f."updatedAt" as "fulfillmentUpdatedAt", b."finishedAt" as "bookedAt"
  from shipment s
  join fulfillment f on f.id = s."fulfillmentId"
  left join operation b on b."orderId" = s."orderId" and b.kind = 'book'
    and b.result->>'reference' = s."providerReference"`,
  );
