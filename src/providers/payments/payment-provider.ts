import type { CurrencyCode, Money } from '../../contracts/money';
import type { NextAction } from '../../contracts/orders/order';
import type { PaymentEvent, VerifiedWebhook } from '../../contracts/webhooks/provider-events';

export interface AuthorizeRequest {
  readonly key: string;
  readonly orderId: string;
  readonly method: string;
  readonly token: string;
  readonly amount: Money;
}

/** Describes the state of an authorization at the gateway. `reference` is the gateway's own id. */
export type Authorization =
  | { readonly status: 'authorized'; readonly reference: string }
  | { readonly status: 'declined'; readonly reference: string; readonly declineCode: string }
  | { readonly status: 'action_required'; readonly reference: string; readonly nextAction: NextAction }
  | { readonly status: 'expired'; readonly reference: string };

/** Describes the request for a capture, void or refund of an authorization. */
export interface MoneyMoveRequest {
  readonly key: string;
  /** The gateway's id of the authorization. */
  readonly authorization: string;
  readonly amount: Money;
}
export type MoneyMove =
  | { readonly status: 'succeeded'; readonly reference: string }
  | { readonly status: 'refused'; readonly reason: string };

/** Describes one line of the gateway's own journal, for the audit. */
export interface PaymentJournalEntry {
  readonly key: string;
  readonly kind: 'authorize' | 'capture' | 'void' | 'refund';
  readonly reference: string;
  /** The current status: of an authorization authorized, declined, action_required or expired; else succeeded. */
  readonly status: string;
  readonly amount: number;
  readonly currency: CurrencyCode;
}

/**
 * Moves money at a payment gateway. Calls with a key are idempotent: the gateway repeats its first answer to the key.
 * Calls throw `ProviderUnavailable` on a 5xx or no answer: the effect may or may not exist, so ask by key.
 */
export interface PaymentProvider {
  readonly code: string;
  authorize(request: AuthorizeRequest, signal?: AbortSignal): Promise<Authorization>;
  /** Ends an authorization that waits for the customer. Returns its state, as the customer may have been faster. */
  cancelAction(reference: string, signal?: AbortSignal): Promise<Authorization>;
  capture(request: MoneyMoveRequest, signal?: AbortSignal): Promise<MoneyMove>;
  /** Returns an amount that is neither captured nor voided yet to the customer. */
  void(request: MoneyMoveRequest, signal?: AbortSignal): Promise<MoneyMove>;
  refund(request: MoneyMoveRequest, signal?: AbortSignal): Promise<MoneyMove>;
  /** Undefined when the gateway never saw the key. */
  findAuthorizationByKey(key: string, signal?: AbortSignal): Promise<Authorization | undefined>;
  findMoneyMoveByKey(key: string, signal?: AbortSignal): Promise<MoneyMove | undefined>;
  /** Reads the whole journal, oldest first. */
  journal(): AsyncIterable<PaymentJournalEntry>;
}

/** Verifies and translates a gateway's webhooks; undefined when the signature is invalid or stale. */
export interface PaymentWebhookReader {
  readonly code: string;
  read(headers: Record<string, string>, rawBody: string): VerifiedWebhook<PaymentEvent> | undefined;
}
