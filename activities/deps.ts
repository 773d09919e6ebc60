import type { Logger } from 'pino';
import type { Transactions } from '../src/books/transactions';
import type { Vault } from '../src/books/vault';
import type { Notice } from '../src/domain/addresses/address-notice';
import type { CarrierProvider } from '../src/providers/carriers/carrier-provider';
import type { Message, NotificationProvider } from '../src/providers/notifications/notification-provider';
import type { PaymentProvider } from '../src/providers/payments/payment-provider';
import type { SupplierProvider } from '../src/providers/suppliers/supplier-provider';

/** How customers, and suppliers by mail, are told of something. */
export interface Notifications {
  /** One per channel at most. */
  readonly providers: readonly NotificationProvider[];
  /** Where the customer mends an address: `{token}` stands for the link's own. */
  readonly addressFixUrl: string;
  /** Writes a notice as an e-mail. */
  readonly mail: (notice: Notice) => Pick<Message, 'subject' | 'text' | 'html'>;
}

/** What activities depend on; enters once, through `createActivities`. */
export interface ActivityDeps {
  readonly transactions: Transactions;
  readonly vault: Vault;
  readonly payments: PaymentProvider;
  readonly carriers: CarrierProvider;
  readonly suppliers: SupplierProvider;
  readonly replenishment: ReplenishmentPolicy;
  readonly purchasing: Purchasing;
  readonly notifications: Notifications;
  readonly log: Logger;
}

/**
 * When a supplier is reminded, how often, and when people are told: that it cannot be reached, or that its goods are
 * late.
 */
export interface ReplenishmentPolicy {
  readonly remindAfterSeconds: number;
  readonly reminders: number;
  readonly patienceSeconds: number;
  readonly overdueSeconds: number;
}

/** How suppliers are written to. */
export interface Purchasing {
  /** Where they answer a mail; undefined: to whom it is from. */
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
