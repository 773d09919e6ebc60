import type { Address } from '../../contracts/addresses/recipient';
import type { PackedParcel } from '../../contracts/warehouse/task';
import type { CarrierEvent, VerifiedWebhook } from '../../contracts/webhooks/provider-events';

export interface BookRequest {
  readonly key: string;
  readonly carrierCode: string;
  readonly reference: string;
  readonly from: { readonly name: string; readonly country: string; readonly postcode: string; readonly city: string };
  readonly to: { readonly name: string; readonly phone: string; readonly address: Address };
  readonly parcel: PackedParcel;
  readonly fragile: boolean;
}

/** Describes the result of a booking. `label` is for the printer (ZPL) and names the recipient: keep it encrypted. */
export type Booking =
  | {
      readonly status: 'booked';
      readonly reference: string;
      readonly trackingNumber: string;
      readonly label: string;
      /** ISO date. */
      readonly estimatedDelivery: string;
    }
  | { readonly status: 'voided'; readonly reference: string; readonly trackingNumber: string }
  | { readonly status: 'refused'; readonly reason: string };

/** Describes a carrier's answer to the void of a label. */
export type LabelVoidResult =
  | { readonly status: 'voided' }
  | { readonly status: 'picked_up' }
  | { readonly status: 'refused'; readonly reason: string };

/** Describes one line of the carrier's own journal, for the audit. */
export interface CarrierJournalEntry {
  readonly key: string;
  readonly carrierCode: string;
  readonly reference: string;
  readonly trackingNumber: string;
  readonly status: 'booked' | 'voided';
}

/**
 * Books and voids shipments at one or more carriers. Booking is idempotent by key, voiding by booking. Calls throw
 * `ProviderUnavailable` on a 5xx or no answer: the effect may or may not exist, so ask by key.
 */
export interface CarrierProvider {
  readonly code: string;
  book(request: BookRequest, signal?: AbortSignal): Promise<Booking>;
  /** Undefined when the carrier never saw the key. */
  findBookingByKey(key: string, signal?: AbortSignal): Promise<Booking | undefined>;
  /**
   * Voids a label; repeating it is harmless. `picked_up`: the carrier has the parcel. `refused`: it keeps the label for
   * another reason, and is asked again.
   */
  void(reference: string, signal?: AbortSignal): Promise<LabelVoidResult>;
  journal(): AsyncIterable<CarrierJournalEntry>;
}

/** Verifies and translates a carrier's webhooks; undefined when the signature is invalid or stale. */
export interface CarrierWebhookReader {
  readonly code: string;
  read(headers: Record<string, string>, rawBody: string): VerifiedWebhook<CarrierEvent> | undefined;
}
