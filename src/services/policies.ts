import type { TaxProvider } from '../domain/pricing/tax';
import type { AddressHoldPolicy } from '../../workflows/messages';

/** The policies in force, and whom orders are paid and carried by. */
export interface OrderPolicies {
  readonly paymentProvider: string;
  readonly carrierProvider: string;
  readonly paymentWindowSeconds: number;
  readonly deliverySilenceSeconds: number;
  readonly addressHold: AddressHoldPolicy;
  readonly verdictTimeoutSeconds: number;
  /** The mall's time zone (IANA): promotions and tax rates hold by its clocks. */
  readonly timeZone: string;
  readonly taxes: TaxProvider;
}
