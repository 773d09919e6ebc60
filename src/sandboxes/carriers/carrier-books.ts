import { randomInt, randomUUID } from 'node:crypto';
import { LabelSeal, drawLabel } from './draw-label';
import { CARRIER_LINES, POSTCODES_NOT_SERVED, type CarrierLine } from './carrier-lines';
import {
  CarrierEntry,
  type BookBody,
  type BookEntry,
  type RefuseEntry,
  type ScanBody,
  type ScanEntry,
} from './carrier-messages';
import type { OutgoingEvent } from '../deliveries';
import { Journal, type Span } from '../journal';
import { fingerprint, type SandboxOptions } from '../server';

/** Describes a parcel that got a label. `label` is the place of the sealed label in the journal. */
export interface Parcel {
  readonly booked: Omit<BookEntry, 'entry' | 'sealedLabel'>;
  readonly label: Span;
  voided: boolean;
  lastScan: ScanEntry | undefined;
}
export type Operation = Parcel | RefuseEntry;

/** Returns whether an operation under a key is a booked parcel. */
export const isParcel = (operation: Operation): operation is Parcel => 'booked' in operation;

/** Names the reason that a scan contradicts the state of its parcel. */
export type ScanConflict = 'parcel_voided' | 'parcel_final';

const DAY_MS = 86_400_000;

/** Keeps the parcels of all carriers. Every change is written to the journal first and counts only then. */
export class CarrierBooks {
  readonly operations: Operation[] = [];
  readonly scans: ScanEntry[] = [];
  private readonly byKey = new Map<string, Operation>();
  private readonly byReference = new Map<string, Parcel>();
  private readonly byTrackingNumber = new Map<string, Parcel>();
  private readonly unsent = new Map<string, OutgoingEvent>();
  private readonly seal: LabelSeal;
  private readonly journal: Journal<CarrierEntry>;
  private readonly now: () => Date;

  constructor(private readonly options: Pick<SandboxOptions, 'apiKey' | 'journalFile' | 'now'>) {
    this.now = options.now ?? (() => new Date());
    this.seal = new LabelSeal(options.apiKey);
    this.journal = Journal.open(options.journalFile, CarrierEntry, (entry, span) => {
      this.apply(entry, span);
    });
  }

  find(key: string): Operation | undefined {
    return this.byKey.get(key);
  }

  parcel(reference: string): Parcel | undefined {
    return this.byReference.get(reference);
  }

  parcelByTrackingNumber(trackingNumber: string): Parcel | undefined {
    return this.byTrackingNumber.get(trackingNumber);
  }

  /** Lists the webhooks that are not delivered yet, oldest first. */
  unsentEvents(): OutgoingEvent[] {
    return [...this.unsent.values()];
  }

  /** Opens a parcel's label. Throws when it was sealed under another API key. */
  labelOf(parcel: Parcel): string {
    const entry = this.journal.read(parcel.label);
    if (entry.entry !== 'book') throw new Error(`The journal contains no label of ${parcel.booked.reference}`);
    return this.seal.open(entry.sealedLabel);
  }

  /** Books a parcel, or records the refusal, which stays the answer to its key. */
  book(body: BookBody): Operation | 'key_reused' {
    const print = fingerprint(this.options.apiKey, 'book', body);
    const known = this.byKey.get(body.key);
    if (known) return (isParcel(known) ? known.booked : known).fingerprint === print ? known : 'key_reused';
    const { key, carrierCode } = body;
    const now = this.now();
    const at = now.toISOString();
    const line = CARRIER_LINES.get(carrierCode);
    const reason = refusalReason(line, body);
    if (!line || reason) {
      this.record({ entry: 'refuse', key, fingerprint: print, carrierCode, reason: reason ?? 'unknown_carrier', at });
    } else {
      const trackingNumber = this.newTrackingNumber(line);
      this.record({
        entry: 'book',
        key,
        reference: `bkg_${randomUUID()}`,
        fingerprint: print,
        carrierCode,
        trackingNumber,
        estimatedDelivery: new Date(now.getTime() + line.daysToDeliver * DAY_MS).toISOString().slice(0, 10),
        sealedLabel: this.seal.seal(drawLabel(line, trackingNumber, body)),
        at,
      });
    }
    return required(this.byKey.get(key), key);
  }

  /** Voids a label; false once the parcel was picked up. Safe to repeat. */
  void(parcel: Parcel): boolean {
    if (parcel.lastScan) return false;
    if (!parcel.voided)
      this.record({ entry: 'void', reference: parcel.booked.reference, at: this.now().toISOString() });
    return true;
  }

  /** Records a driver's scan. `event` is undefined when the last scan is sent again with the same time. */
  scan(
    parcel: Parcel,
    { trackingNumber, scan, place, at }: ScanBody,
  ): { scan: ScanEntry; event: OutgoingEvent | undefined } | ScanConflict {
    const last = parcel.lastScan;
    if (last?.scan === scan && last.at === at && last.place === place) return { scan: last, event: undefined };
    if (parcel.voided) return 'parcel_voided';
    if (last?.scan === 'signed' || last?.scan === 'returned') return 'parcel_final';
    const eventId = `evt_${randomUUID()}`;
    const entry: ScanEntry = {
      entry: 'scan',
      eventId,
      trackingNumber,
      scan,
      at: at ?? this.now().toISOString(),
      place,
    };
    this.record(entry);
    return { scan: entry, event: this.unsent.get(eventId) };
  }

  sent(eventId: string): void {
    this.record({ entry: 'sent', eventId });
  }

  /** Returns whether the receiver accepted the webhook of a scan. */
  wasSent(scan: ScanEntry): boolean {
    return !this.unsent.has(scan.eventId);
  }

  close(): void {
    this.journal.close();
  }

  /** Draws a random number, so that a new journal does not repeat the numbers of an older one. */
  private newTrackingNumber(line: CarrierLine): string {
    for (;;) {
      const number = `${line.prefix}${String(randomInt(1_000_000_000_000)).padStart(12, '0')}`;
      if (!this.byTrackingNumber.has(number)) return number;
    }
  }

  private record(entry: CarrierEntry): void {
    this.apply(entry, this.journal.append(entry));
  }

  private apply(entry: CarrierEntry, span: Span): void {
    switch (entry.entry) {
      case 'book': {
        const { key, reference, fingerprint: print, carrierCode, trackingNumber, estimatedDelivery, at } = entry;
        const booked = { key, reference, fingerprint: print, carrierCode, trackingNumber, estimatedDelivery, at };
        const parcel: Parcel = { booked, label: span, voided: false, lastScan: undefined };
        this.byReference.set(entry.reference, parcel);
        this.byTrackingNumber.set(entry.trackingNumber, parcel);
        this.addOperation(entry.key, parcel);
        return;
      }
      case 'refuse':
        this.addOperation(entry.key, entry);
        return;
      case 'void':
        required(this.byReference.get(entry.reference), entry.reference).voided = true;
        return;
      case 'scan':
        required(this.byTrackingNumber.get(entry.trackingNumber), entry.trackingNumber).lastScan = entry;
        this.scans.push(entry);
        this.unsent.set(entry.eventId, eventOf(entry));
        return;
      case 'sent':
        this.unsent.delete(entry.eventId);
    }
  }

  private addOperation(key: string, operation: Operation): void {
    this.operations.push(operation);
    this.byKey.set(key, operation);
  }
}

function refusalReason(line: CarrierLine | undefined, { to, parcel }: BookBody): string | undefined {
  if (!line) return 'unknown_carrier';
  if (POSTCODES_NOT_SERVED.includes(to.address.postcode ?? '')) return 'not_served';
  if (line.maxWeightG !== undefined && parcel.weightG > line.maxWeightG) return 'too_heavy';
  return undefined;
}

function required<T>(found: T | undefined, name: string): T {
  if (found === undefined) throw new Error(`The journal does not contain ${name}`);
  return found;
}

const eventOf = ({ eventId, trackingNumber, scan, at, place }: ScanEntry): OutgoingEvent => ({
  id: eventId,
  lane: trackingNumber,
  body: JSON.stringify({ type: 'parcel.scanned', data: { trackingNumber, scan, at, place } }),
});
