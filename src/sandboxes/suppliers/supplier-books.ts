import { randomUUID } from 'node:crypto';
import type { OutgoingEvent } from '../deliveries';
import { Journal } from '../journal';
import { fingerprint, type SandboxOptions } from '../server';
import {
  Manner,
  SupplierEntry,
  type AnswerBody,
  type AnswerEntry,
  type PurchaseBody,
  type PurchaseEntry,
  type RefuseEntry,
} from './supplier-messages';

/** Describes a purchase order that was accepted, with the supplier's last answer. */
export interface TakenPurchase {
  readonly taken: PurchaseEntry;
  answered: AnswerEntry | undefined;
  reminders: number;
}
export type Operation = TakenPurchase | RefuseEntry;

/** Returns whether an operation under a key is an accepted purchase order. */
export const isTaken = (operation: Operation): operation is TakenPurchase => 'taken' in operation;

/** Is the SKU code of goods that suppliers refuse. */
const NOT_MADE = 'NOT-MADE';
const LEAD_DAYS = 3;
const DAY_MS = 86_400_000;

/** Keeps the purchase orders of all suppliers. Every change is written to the journal first and counts only then. */
export class SupplierBooks {
  readonly operations: Operation[] = [];
  private readonly byKey = new Map<string, Operation>();
  private readonly byReference = new Map<string, TakenPurchase>();
  private readonly unsent = new Map<string, OutgoingEvent>();
  private readonly journal: Journal<SupplierEntry>;
  private readonly now: () => Date;

  constructor(private readonly options: Pick<SandboxOptions, 'apiKey' | 'journalFile' | 'now'>) {
    this.now = options.now ?? (() => new Date());
    this.journal = Journal.open(options.journalFile, SupplierEntry, (entry) => {
      this.apply(entry);
    });
  }

  find(key: string): Operation | undefined {
    return this.byKey.get(key);
  }

  purchaseOf(reference: string): TakenPurchase | undefined {
    return this.byReference.get(reference);
  }

  /** Lists the webhooks that are not delivered yet, oldest first. */
  unsentEvents(): OutgoingEvent[] {
    return [...this.unsent.values()];
  }

  /**
   * Accepts a purchase order, or records the refusal, which stays the answer to its key. Returns the webhooks to send.
   */
  purchase(body: PurchaseBody, manner: Manner): { operation: Operation; events: OutgoingEvent[] } | 'key_reused' {
    const print = fingerprint(this.options.apiKey, 'purchase', body);
    const known = this.byKey.get(body.key);
    if (known)
      return (isTaken(known) ? known.taken : known).fingerprint === print
        ? { operation: known, events: [] }
        : 'key_reused';
    const { key, quantity } = body;
    const at = this.now().toISOString();
    if (body.skuCode === NOT_MADE) this.record({ entry: 'refuse', key, fingerprint: print, reason: 'not_made', at });
    else
      this.record({
        entry: 'purchase',
        key,
        reference: `pur_${randomUUID()}`,
        fingerprint: print,
        manner,
        quantity,
        at,
      });
    const operation = this.byKey.get(key) as Operation;
    return { operation, events: isTaken(operation) ? this.answerByItself(operation) : [] };
  }

  private answerByItself(purchase: TakenPurchase): OutgoingEvent[] {
    const { manner, quantity } = purchase.taken;
    const expectedOn = new Date(this.now().getTime() + LEAD_DAYS * DAY_MS).toISOString().slice(0, 10);
    const confirm = (units: number) => this.answer(purchase, { quantity: units, expectedOn });
    switch (manner) {
      case Manner.all:
        return [confirm(quantity)];
      case Manner.half:
        return [confirm(Math.floor(quantity / 2))];
      case Manner.nothing:
        return [confirm(0)];
      case Manner.twice:
        return [confirm(quantity), confirm(quantity)];
      case Manner.whenReminded:
        return purchase.reminders > 0 && !purchase.answered ? [confirm(quantity)] : [];
      case Manner.never:
        return [];
    }
  }

  /** Records a supplier's answer, with a later time than its previous one, and returns the webhook to send. */
  answer({ taken: { reference }, answered }: TakenPurchase, { quantity, expectedOn }: AnswerBody): OutgoingEvent {
    const eventId = `evt_${randomUUID()}`;
    const at = new Date(Math.max(this.now().getTime(), answered ? Date.parse(answered.at) + 1 : 0)).toISOString();
    this.record({ entry: 'answer', eventId, reference, quantity, expectedOn, at });
    return this.unsent.get(eventId) as OutgoingEvent;
  }

  /** Records a reminder and returns the webhooks to send. */
  remind(purchase: TakenPurchase): OutgoingEvent[] {
    this.record({ entry: 'remind', reference: purchase.taken.reference, at: this.now().toISOString() });
    return purchase.taken.manner === Manner.whenReminded ? this.answerByItself(purchase) : [];
  }

  sent(eventId: string): void {
    this.record({ entry: 'sent', eventId });
  }

  close(): void {
    this.journal.close();
  }

  private record(entry: SupplierEntry): void {
    this.journal.append(entry);
    this.apply(entry);
  }

  private apply(entry: SupplierEntry): void {
    switch (entry.entry) {
      case 'purchase': {
        const purchase: TakenPurchase = { taken: entry, answered: undefined, reminders: 0 };
        this.byReference.set(entry.reference, purchase);
        this.add(entry.key, purchase);
        return;
      }
      case 'refuse':
        this.add(entry.key, entry);
        return;
      case 'answer': {
        const purchase = this.required(entry.reference);
        purchase.answered = entry;
        this.unsent.set(entry.eventId, eventOf(entry, purchase.taken.key));
        return;
      }
      case 'remind':
        this.required(entry.reference).reminders += 1;
        return;
      case 'sent':
        this.unsent.delete(entry.eventId);
    }
  }

  private add(key: string, operation: Operation): void {
    this.operations.push(operation);
    this.byKey.set(key, operation);
  }

  private required(reference: string): TakenPurchase {
    const purchase = this.byReference.get(reference);
    if (!purchase) throw new Error(`The journal does not contain ${reference}`);
    return purchase;
  }
}

const eventOf = ({ eventId, reference, quantity, expectedOn, at }: AnswerEntry, key: string): OutgoingEvent => ({
  id: eventId,
  lane: reference,
  body: JSON.stringify({ type: 'purchase.answered', data: { key, reference, quantity, expectedOn, at } }),
});
