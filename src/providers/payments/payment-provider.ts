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

/** What the gateway holds for one authorization. `reference` is the gateway's own id. */
export type Authorization =
  | { readonly status: 'authorized'; readonly reference: string }
  | { readonly status: 'declined'; readonly reference: string; readonly declineCode: string }
  | { readonly status: 'action_required'; readonly reference: string; readonly nextAction: NextAction }
  | { readonly status: 'expired'; readonly reference: string };

/** A capture, void or refund of an authorization. */
export interface MoneyMoveRequest {
  readonly key: string;
  /** The gateway's id of the authorization. */
  readonly authorization: string;
  readonly amount: Money;
}
export type MoneyMove =
  | { readonly status: 'succeeded'; readonly reference: string }
  | { readonly status: 'refused'; readonly reason: string };

/** One line of the gateway's own journal, for the audit. */
export interface PaymentJournalEntry {
  readonly key: string;
  readonly kind: 'authorize' | 'capture' | 'void' | 'refund';
  readonly reference: string;
  /** For authorize: authorized, declined, action_required or expired, as it stands now. Else succeeded. */
  readonly status: string;
  readonly amount: number;
  readonly currency: CurrencyCode;
}

/**
 * A payment gateway. Every call with a key is idempotent at the gateway: the same key gives the first answer again.
 * Calls throw `ProviderUnavailable` when no answer, or a 5xx, came: the effect may or may not exist, so ask by key.
 */
export interface PaymentProvider {
  readonly code: string;
  authorize(request: AuthorizeRequest, signal?: AbortSignal): Promise<Authorization>;
  /**
   * Ends an authorization that still waits for the customer. Answers it as it stands: the customer may have been
   * faster.
   */
  cancelAction(reference: string, signal?: AbortSignal): Promise<Authorization>;
  capture(request: MoneyMoveRequest, signal?: AbortSignal): Promise<MoneyMove>;
  /** Gives back what is still open of an authorization (the request's amount, which must not exceed it). */
  void(request: MoneyMoveRequest, signal?: AbortSignal): Promise<MoneyMove>;
  refund(request: MoneyMoveRequest, signal?: AbortSignal): Promise<MoneyMove>;
  /** Undefined when the gateway never saw the key. */
  findAuthorizationByKey(key: string, signal?: AbortSignal): Promise<Authorization | undefined>;
  findMoneyMoveByKey(key: string, signal?: AbortSignal): Promise<MoneyMove | undefined>;
  /** Reads the whole journal, oldest first. */
  journal(): AsyncIterable<PaymentJournalEntry>;
}

/** Verifies and translates a gateway's webhook. Undefined when the signature does not hold or is stale. */
export interface PaymentWebhookReader {
  readonly code: string;
  read(headers: Record<string, string>, rawBody: string): VerifiedWebhook<PaymentEvent> | undefined;
}
