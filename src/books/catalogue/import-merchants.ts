import type { CurrencyCode } from '../../contracts/money';
import { newId } from '../new-id';
import type { Tx } from '../transactions';
import type { ImportedId } from './imported-id';

/** Describes a merchant to import. */
export interface NewMerchant {
  readonly code: string;
  readonly name: string;
  readonly currency: CurrencyCode;
  /** Hundredths of a percent of what is captured. */
  readonly commissionBp: number;
  /** Minor units, charged to the customer once per order and merchant. */
  readonly shippingBaseAmount: number;
  /** Minor units per started kilogram. */
  readonly shippingPerKgAmount: number;
}

/** Inserts merchants, or updates those whose code exists. */
export const upsertMerchants = (tx: Tx, merchants: readonly NewMerchant[]): Promise<ImportedId[]> =>
  tx
    .insertInto('merchant')
    .values(merchants.map((row) => ({ id: newId('mer'), ...row })))
    .onConflict((conflict) =>
      conflict
        .column('code')
        .doUpdateSet((eb) => ({
          name: eb.ref('excluded.name'),
          commissionBp: eb.ref('excluded.commissionBp'),
          currency: eb.ref('excluded.currency'),
          shippingBaseAmount: eb.ref('excluded.shippingBaseAmount'),
          shippingPerKgAmount: eb.ref('excluded.shippingPerKgAmount'),
        })),
    )
    .returning(['id', 'code as key'])
    .execute();
