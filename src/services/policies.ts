import type { TaxProvider } from '../domain/pricing/tax';
import type { AddressHoldPolicy } from '../../workflows/messages';

/** Lists the policies in force, and the providers of new orders. */
export interface OrderPolicies {
  readonly paymentProvider: string;
  readonly carrierProvider: string;
  readonly paymentWindowSeconds: number;
  readonly deliverySilenceSeconds: number;
  readonly addressHold: AddressHoldPolicy;
  readonly verdictTimeoutSeconds: number;
  /** The mall's time zone (IANA): its clock for promotions and tax rates, and its days for all dates. */
  readonly timeZone: string;
  readonly taxes: TaxProvider;
}
