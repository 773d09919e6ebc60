import type { CarrierRate } from '../../domain/shipping/choose-carrier';
import type { Tx } from '../transactions';

/** Describes a carrier rate with the provider that books it. */
export interface ProviderRate extends CarrierRate {
  readonly provider: string;
}

/** Reads all carrier rates. */
export const readCarriers = (tx: Tx): Promise<ProviderRate[]> => tx.selectFrom('carrier').selectAll().execute();
