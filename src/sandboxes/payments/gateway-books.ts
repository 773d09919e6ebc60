import { randomUUID } from 'node:crypto';
import type { OutgoingEvent } from '../deliveries';
import {
  GatewayEntry,
  type ActionEntry,
  type AuthorizeBody,
  type AuthorizeEntry,
  type MoveBody,
  type MoveEntry,
  type MoveKind,
} from './gateway-messages';
import { outcomeOfToken } from './magic-tokens';
import { Journal } from '../journal';
import { fingerprint, type SandboxOptions } from '../server';

/** Describes an authorization with the amounts that were moved since, in minor units. */
export interface Authorization {
  readonly made: AuthorizeEntry;
  action: ActionEntry | undefined;
  cancelled: boolean;
  captured: number;
  voided: number;
  refunded: number;
}
export type Operation = Authorization | MoveEntry;

export type Status = 'authorized' | 'declined' | 'action_required' | 'expired';

/** Names the fault of a caller by which a request cannot be executed; the gateway's refusals are not conflicts. */
export interface Conflict {
  readonly conflict: 'key_reused' | 'no_action_required' | 'already_decided' | 'action_expired';
}

/** Returns whether an operation under a key is an authorization. */
export const isAuthorization = (operation: Operation): operation is Authorization => 'made' in operation;

/** Keeps the gateway's authorizations and moves. Every change is written to the journal first and counts only then. */
export class GatewayBooks {
  readonly operations: Operation[] = [];
  private readonly byKey = new Map<string, Operation>();
  private readonly authorizations = new Map<string, Authorization>();
  private readonly unsent = new Map<string, OutgoingEvent>();
  private readonly journal: Journal<GatewayEntry>;
  private readonly now: () => Date;

  constructor(private readonly options: Pick<SandboxOptions, 'apiKey' | 'journalFile' | 'now'>) {
    this.now = options.now ?? (() => new Date());
    this.journal = Journal.open(options.journalFile, GatewayEntry, (entry) => {
      this.apply(entry);
    });
  }

  find(key: string): Operation | undefined {
    return this.byKey.get(key);
  }

  authorization(id: string): Authorization | undefined {
    return this.authorizations.get(id);
  }

  /** Lists the webhooks that are not delivered yet, oldest first. */
  unsentEvents(): OutgoingEvent[] {
    return [...this.unsent.values()];
  }

  /** Returns the current status of an authorization; without the customer's action in time it is expired. */
  statusOf({ made, action, cancelled }: Authorization): Status {
    if (cancelled) return 'expired';
    if (action) return action.approved ? 'authorized' : 'declined';
    if (made.outcome.status !== 'action_required') return made.outcome.status;
    return this.now().getTime() < Date.parse(made.outcome.expiresAt) ? 'action_required' : 'expired';
  }

  authorize(body: AuthorizeBody): Authorization | Conflict {
    const print = fingerprint(this.options.apiKey, 'authorize', body);
    const known = this.byKey.get(body.key);
    if (known) return isAuthorization(known) && known.made.fingerprint === print ? known : { conflict: 'key_reused' };
    const at = this.now();
    const { key, orderId, amount, currency } = body;
    const outcome = outcomeOfToken(body.token, at);
    const id = `auth_${randomUUID()}`;
    return this.open({
      entry: 'authorize',
      key,
      id,
      fingerprint: print,
      orderId,
      amount,
      currency,
      outcome,
      at: at.toISOString(),
    });
  }

  /** Moves money of an authorization, or records the refusal, which stays the answer to its key. */
  move(kind: MoveKind, authorization: Authorization, body: MoveBody): MoveEntry | Conflict {
    const print = fingerprint(this.options.apiKey, kind, authorization.made.id, body);
    const known = this.byKey.get(body.key);
    if (known) return !isAuthorization(known) && known.fingerprint === print ? known : { conflict: 'key_reused' };
    const entry: MoveEntry = {
      entry: 'move',
      kind,
      key: body.key,
      id: `${kind}_${randomUUID()}`,
      authorization: authorization.made.id,
      fingerprint: print,
      amount: body.amount,
      currency: body.currency ?? authorization.made.currency,
      refused: this.refusalReason(kind, authorization, body),
      at: this.now().toISOString(),
    };
    this.record(entry);
    return entry;
  }

  /** Records the customer's decision and returns its webhook. The same decision again is no conflict and sends none. */
  decide(authorization: Authorization, approved: boolean): { readonly event: OutgoingEvent | undefined } | Conflict {
    if (authorization.action)
      return authorization.action.approved === approved ? { event: undefined } : { conflict: 'already_decided' };
    const status = this.statusOf(authorization);
    if (status === 'expired') return { conflict: 'action_expired' };
    if (status !== 'action_required') return { conflict: 'no_action_required' };
    const eventId = `evt_${randomUUID()}`;
    this.record({
      entry: 'action',
      authorization: authorization.made.id,
      approved,
      eventId,
      at: this.now().toISOString(),
    });
    return { event: this.unsent.get(eventId) };
  }

  /** Ends an authorization that still waits for the customer; any other stays as it is. */
  cancel(authorization: Authorization): void {
    if (this.statusOf(authorization) !== 'action_required') return;
    this.record({ entry: 'cancelled', authorization: authorization.made.id, at: this.now().toISOString() });
  }

  sent(eventId: string): void {
    this.record({ entry: 'sent', eventId });
  }

  close(): void {
    this.journal.close();
  }

  /** Names the money rule that a move breaks: captures and voids share the open amount; a refund needs a capture. */
  private refusalReason(
    kind: MoveKind,
    authorization: Authorization,
    { amount, currency }: MoveBody,
  ): string | undefined {
    const { made, captured, voided, refunded } = authorization;
    if (currency !== undefined && currency !== made.currency) return 'currency_mismatch';
    if (this.statusOf(authorization) !== 'authorized') return 'not_authorized';
    if (kind === 'refund') return amount > captured - refunded ? 'exceeds_captured' : undefined;
    return amount > made.amount - captured - voided ? 'exceeds_authorized' : undefined;
  }

  private record(entry: GatewayEntry): void {
    this.journal.append(entry);
    this.apply(entry);
  }

  private open(made: AuthorizeEntry): Authorization {
    this.journal.append(made);
    return this.addAuthorization(made);
  }

  private addAuthorization(made: AuthorizeEntry): Authorization {
    const authorization: Authorization = {
      made,
      action: undefined,
      cancelled: false,
      captured: 0,
      voided: 0,
      refunded: 0,
    };
    this.authorizations.set(made.id, authorization);
    this.addOperation(made.key, authorization);
    return authorization;
  }

  private addOperation(key: string, operation: Operation): void {
    this.operations.push(operation);
    this.byKey.set(key, operation);
  }

  private apply(entry: GatewayEntry): void {
    switch (entry.entry) {
      case 'authorize':
        this.addAuthorization(entry);
        return;
      case 'move':
        this.addOperation(entry.key, entry);
        if (entry.refused === undefined) this.count(entry, this.known(entry.authorization));
        return;
      case 'action': {
        const authorization = this.known(entry.authorization);
        authorization.action = entry;
        this.unsent.set(entry.eventId, eventOf(authorization, entry));
        return;
      }
      case 'cancelled':
        this.known(entry.authorization).cancelled = true;
        return;
      case 'sent':
        this.unsent.delete(entry.eventId);
    }
  }

  private known(id: string): Authorization {
    const authorization = this.authorizations.get(id);
    if (!authorization) throw new Error(`The journal mentions ${id} before its authorization`);
    return authorization;
  }

  private count({ kind, amount }: MoveEntry, authorization: Authorization): void {
    if (kind === 'capture') authorization.captured += amount;
    else if (kind === 'void') authorization.voided += amount;
    else authorization.refunded += amount;
  }
}

function eventOf({ made }: Authorization, { eventId, approved, at }: ActionEntry): OutgoingEvent {
  const status = approved ? 'authorized' : 'declined';
  return {
    id: eventId,
    lane: made.id,
    body: JSON.stringify({ type: `payment.${status}`, data: { key: made.key, status, at } }),
  };
}
