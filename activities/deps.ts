import type { Logger } from 'pino';
import type { Transactions } from '../src/books/transactions';
import type { Vault } from '../src/books/vault';
import type { Notice } from '../src/domain/addresses/address-notice';
import type { CarrierProvider } from '../src/providers/carriers/carrier-provider';
import type { Message, NotificationProvider } from '../src/providers/notifications/notification-provider';
import type { PaymentProvider } from '../src/providers/payments/payment-provider';
import type { SupplierProvider } from '../src/providers/suppliers/supplier-provider';

/** Lists the ways to notify customers, and suppliers by mail. */
export interface Notifications {
  /** One per channel at most. */
  readonly providers: readonly NotificationProvider[];
  /** The URL where the customer corrects an address; `{token}` is replaced with the link's token. */
  readonly addressFixUrl: string;
  /** Writes a notice as an e-mail. */
  readonly mail: (notice: Notice) => Pick<Message, 'subject' | 'text' | 'html'>;
}

/** Lists everything that Activities depend on; passed in once, through `createActivities`. */
export interface ActivityDeps {
  readonly transactions: Transactions;
  readonly vault: Vault;
  readonly payments: PaymentProvider;
  readonly carriers: CarrierProvider;
  readonly suppliers: SupplierProvider;
  readonly replenishment: ReplenishmentPolicy;
  readonly purchasing: SupplierMailSettings;
  readonly notifications: Notifications;
  /** The mall's time zone (IANA), whose days count. */
  readonly timeZone: string;
  readonly log: Logger;
}

/** Sets when and how often a supplier is reminded, and when people hear that it is unavailable or late. */
export interface ReplenishmentPolicy {
  readonly remindAfterSeconds: number;
  readonly reminders: number;
  readonly patienceSeconds: number;
  readonly overdueSeconds: number;
}

/** Sets how mails to suppliers are sent. */
export interface SupplierMailSettings {
  /** The Reply-To address; when undefined, suppliers answer to the sender. */
  readonly replyTo?: string | undefined;
}

export interface ReplenishmentRef {
  readonly replenishmentId: string;
}
export interface OrderRef {
  readonly orderId: string;
}
export interface PaymentRef extends OrderRef {
  readonly paymentId: string;
}
export interface FulfillmentRef extends OrderRef {
  readonly fulfillmentId: string;
}
