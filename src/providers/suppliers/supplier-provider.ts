import type { SupplierEvent, VerifiedWebhook } from '../../contracts/webhooks/provider-events';

/** Describes a purchase order of a warehouse to a supplier. */
export interface PurchaseRequest {
  readonly key: string;
  /** The id of our replenishment. */
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

/** Describes the supplier's first answer to a purchase order; the quantity and the day follow by webhook. */
export type Purchase =
  { readonly status: 'taken'; readonly reference: string } | { readonly status: 'refused'; readonly reason: string };

/** Describes one line of the supplier's own journal, for the audit. */
export interface SupplierJournalEntry {
  readonly key: string;
  readonly reference: string;
  /** The units that were ordered. */
  readonly quantity: number;
  /** The units that the supplier confirmed; null while it has not answered. */
  readonly confirmed: number | null;
}

/**
 * Sends purchase orders to one or more suppliers. A purchase is idempotent by key; a reminder changes nothing. Calls
 * throw `ProviderUnavailable` on a 5xx or no answer: the effect may or may not exist, so ask by key.
 */
export interface SupplierProvider {
  readonly code: string;
  purchase(request: PurchaseRequest, signal?: AbortSignal): Promise<Purchase>;
  /** Undefined when the supplier never saw the key. */
  findPurchaseByKey(key: string, signal?: AbortSignal): Promise<Purchase | undefined>;
  /**
   * Reminds the supplier that its answer is missing. Throws `UnexpectedAnswer` when the supplier does not know the
   * order and never will.
   */
  remind(reference: string, signal?: AbortSignal): Promise<void>;
  journal(): AsyncIterable<SupplierJournalEntry>;
}

/** Verifies and translates a supplier's webhooks; undefined when the signature is invalid or stale. */
export interface SupplierWebhookReader {
  readonly code: string;
  read(headers: Record<string, string>, rawBody: string): VerifiedWebhook<SupplierEvent> | undefined;
}
