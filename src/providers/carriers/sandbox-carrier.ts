import { z } from 'zod';
import { CarrierEvent, type VerifiedWebhook } from '../../contracts/webhooks/provider-events';
import type {
  Booking,
  BookRequest,
  CarrierJournalEntry,
  CarrierProvider,
  CarrierWebhookReader,
  LabelVoidResult,
} from './carrier-provider';
import { callJson, readAnswer, type ProviderConnection } from '../http';
import { readJournal } from '../sandbox-journal';
import { StandardWebhookVerifier } from '../webhook';

export const SANDBOX_CARRIER = 'sandbox-carrier';

/** Names the reason for which the sandbox keeps the label of a parcel that it has. */
const PICKED_UP = 'already_picked_up';

const text = z.string().min(1);
const Refused = z.object({ status: z.literal('refused'), reason: z.string() });
const BookingAnswer = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('booked'),
    reference: text,
    trackingNumber: text,
    label: text,
    estimatedDelivery: z.iso.date(),
  }),
  z.object({ status: z.literal('voided'), reference: text, trackingNumber: text }),
  Refused,
]);
const VoidAnswer = z
  .discriminatedUnion('status', [z.object({ status: z.literal('voided') }), Refused])
  .transform((answer): LabelVoidResult =>
    answer.status === 'refused' && answer.reason === PICKED_UP ? { status: 'picked_up' } : answer,
  );
const JournalEntry = z.discriminatedUnion('status', [
  z.object({
    status: z.enum(['booked', 'voided']),
    key: text,
    carrierCode: text,
    reference: text,
    trackingNumber: text,
  }),
  z.object({ status: z.literal('refused') }),
]);
const Webhook = z.object({ type: z.literal('parcel.scanned'), data: CarrierEvent }).transform(({ data }) => data);

/**
 * Calls the sandbox carriers over HTTP, once per call. After `ProviderUnavailable` the effect may exist: ask by key.
 */
export class SandboxCarrierProvider implements CarrierProvider {
  readonly code = SANDBOX_CARRIER;
  private readonly connection: ProviderConnection;

  constructor(options: Omit<ProviderConnection, 'provider'>) {
    this.connection = { provider: this.code, ...options };
  }

  async book(request: BookRequest, signal?: AbortSignal): Promise<Booking> {
    const call = { method: 'POST', path: '/v1/shipments', body: request, expect: [200, 422], signal } as const;
    return readAnswer(this.connection, await callJson(this.connection, call), BookingAnswer);
  }

  async findBookingByKey(key: string, signal?: AbortSignal): Promise<Booking | undefined> {
    const path = `/v1/shipments/by-key/${encodeURIComponent(key)}`;
    const answer = await callJson(this.connection, { method: 'GET', path, expect: [200, 404], signal });
    return answer.status === 404 ? undefined : readAnswer(this.connection, answer, BookingAnswer);
  }

  async void(reference: string, signal?: AbortSignal): Promise<LabelVoidResult> {
    const path = `/v1/shipments/${encodeURIComponent(reference)}/void`;
    const answer = await callJson(this.connection, { method: 'POST', path, expect: [200, 422], signal });
    return readAnswer(this.connection, answer, VoidAnswer);
  }

  /** Yields every parcel that got a label, with its current status; refused bookings are left out. */
  async *journal(): AsyncGenerator<CarrierJournalEntry, void, undefined> {
    for await (const entry of readJournal(this.connection, JournalEntry)) {
      if (entry.status !== 'refused') yield entry;
    }
  }
}

/** Reads the sandbox carriers' webhooks. Throws `WebhookNotUnderstood` for a signed body that is none of them. */
export class SandboxCarrierWebhookReader implements CarrierWebhookReader {
  readonly code = SANDBOX_CARRIER;
  private readonly verifier: StandardWebhookVerifier;

  constructor(secret: string) {
    this.verifier = new StandardWebhookVerifier(this.code, secret);
  }

  read(headers: Record<string, string>, rawBody: string): VerifiedWebhook<CarrierEvent> | undefined {
    return this.verifier.read(headers, rawBody, Webhook);
  }
}
