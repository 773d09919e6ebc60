import { z } from 'zod';
import { SupplierEvent, type VerifiedWebhook } from '../../contracts/webhooks/provider-events';
import { callJson, readAnswer, type ProviderConnection } from '../http';
import { readJournal } from '../sandbox-journal';
import type {
  Purchase,
  PurchaseRequest,
  SupplierJournalEntry,
  SupplierProvider,
  SupplierWebhookReader,
} from './supplier-provider';
import { StandardWebhookVerifier } from '../webhook';

export const SANDBOX_SUPPLIER = 'sandbox-supplier';

const text = z.string().min(1);
const PurchaseAnswer = z.discriminatedUnion('status', [
  z.object({ status: z.literal('taken'), reference: text }),
  z.object({ status: z.literal('refused'), reason: text }),
]);
const JournalEntry = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('taken'),
    key: text,
    reference: text,
    quantity: z.int(),
    confirmed: z.int().nullable(),
  }),
  z.object({ status: z.literal('refused') }),
]);
const Webhook = z.object({ type: z.literal('purchase.answered'), data: SupplierEvent }).transform(({ data }) => data);

/**
 * Calls the sandbox suppliers over HTTP, once per call. After `ProviderUnavailable` the effect may exist: ask by key.
 */
export class SandboxSupplierProvider implements SupplierProvider {
  readonly code = SANDBOX_SUPPLIER;
  private readonly connection: ProviderConnection;

  constructor(options: Omit<ProviderConnection, 'provider'>) {
    this.connection = { provider: this.code, ...options };
  }

  async purchase(request: PurchaseRequest, signal?: AbortSignal): Promise<Purchase> {
    const call = { method: 'POST', path: '/v1/purchases', body: request, expect: [200, 422], signal } as const;
    return readAnswer(this.connection, await callJson(this.connection, call), PurchaseAnswer);
  }

  async findPurchaseByKey(key: string, signal?: AbortSignal): Promise<Purchase | undefined> {
    const path = `/v1/purchases/by-key/${encodeURIComponent(key)}`;
    const answer = await callJson(this.connection, { method: 'GET', path, expect: [200, 404], signal });
    return answer.status === 404 ? undefined : readAnswer(this.connection, answer, PurchaseAnswer);
  }

  async remind(reference: string, signal?: AbortSignal): Promise<void> {
    await callJson(this.connection, {
      method: 'POST',
      path: `/v1/purchases/${encodeURIComponent(reference)}/reminders`,
      expect: [200],
      signal,
    });
  }

  /** Yields every purchase order that was accepted; refused ones have no reference and are left out. */
  async *journal(): AsyncGenerator<SupplierJournalEntry, void, undefined> {
    for await (const entry of readJournal(this.connection, JournalEntry)) {
      if (entry.status !== 'refused') yield entry;
    }
  }
}

/** Reads the sandbox suppliers' webhooks. Throws `WebhookNotUnderstood` for a signed body that is none of them. */
export class SandboxSupplierWebhookReader implements SupplierWebhookReader {
  readonly code = SANDBOX_SUPPLIER;
  private readonly verifier: StandardWebhookVerifier;

  constructor(secret: string) {
    this.verifier = new StandardWebhookVerifier(this.code, secret);
  }

  read(headers: Record<string, string>, rawBody: string): VerifiedWebhook<SupplierEvent> | undefined {
    return this.verifier.read(headers, rawBody, Webhook);
  }
}
