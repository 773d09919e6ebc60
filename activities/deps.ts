import type { Logger } from 'pino';
import type { Transactions } from '../src/books/transactions';
import type { Vault } from '../src/books/vault';
import type { CarrierProvider } from '../src/providers/carrier';
import type { PaymentProvider } from '../src/providers/payment';

/** What activities depend on; enters once, through `createActivities`. */
export interface ActivityDeps {
  readonly transactions: Transactions;
  readonly vault: Vault;
  readonly payments: PaymentProvider;
  readonly carriers: CarrierProvider;
  readonly log: Logger;
}

export interface OrderRef { readonly orderId: string }
export interface PaymentRef extends OrderRef { readonly paymentId: string }
export interface PartRef extends OrderRef { readonly fulfillmentId: string }
