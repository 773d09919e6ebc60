import type { SupplierEvent, VerifiedWebhook } from '../../contracts/webhooks/provider-events';

/** What a warehouse wants of a supplier. */
export interface PurchaseRequest {
  readonly key: string;
  /** Our replenishment. */
  readonly reference: string;
  readonly supplierCode: string;
  readonly skuCode: string;
  readonly quantity: number;
  readonly shipTo: {
    readonly code: string;
    readonly country: string;
    readonly city: string;
    readonly postcode: string;
  };
}

/** A purchase order as its supplier has it; what it will send, and when, comes by webhook. */
export type Purchase =
  { readonly status: 'taken'; readonly reference: string } | { readonly status: 'refused'; readonly reason: string };

/** One line of the supplier's own journal, for the audit. */
export interface SupplierJournalEntry {
  readonly key: string;
  readonly reference: string;
  /** What was asked for. */
  readonly quantity: number;
  /** What it said that it sends; null while it has not answered. */
  readonly confirmed: number | null;
}

/**
 * One or more suppliers behind one connection. A purchase is idempotent by key; a reminder changes nothing.
 * Calls throw `ProviderUnavailable` when no answer, or a 5xx, came: the effect may or may not exist, so ask by key.
 */
export interface SupplierProvider {
  readonly code: string;
  purchase(request: PurchaseRequest, signal?: AbortSignal): Promise<Purchase>;
  /** Undefined when the supplier never saw the key. */
  findPurchaseByKey(key: string, signal?: AbortSignal): Promise<Purchase | undefined>;
  /**
   * Asks for the answer that is still missing. Throws `UnexpectedAnswer` when the supplier will never take it, as it
   * does not know the order.
   */
  remind(reference: string, signal?: AbortSignal): Promise<void>;
  journal(): AsyncIterable<SupplierJournalEntry>;
}

/** Verifies and translates a supplier's webhook. Undefined when the signature does not hold or is stale. */
export interface SupplierWebhookReader {
  readonly code: string;
  read(headers: Record<string, string>, rawBody: string): VerifiedWebhook<SupplierEvent> | undefined;
}
