import { newId } from '../new-id';
import type { Tx } from '../transactions';
import type { ImportedId } from './imported-id';

/** Describes a supplier to import. */
export interface NewSupplier {
  readonly code: string;
  readonly name: string;
  /** Whether it takes purchase orders over the supplier connection; true by default. */
  readonly online?: boolean;
  /** Where purchase orders are mailed to when it takes none online, or its connection is unavailable. */
  readonly email?: string | null;
}

/** Inserts suppliers, or updates those whose code exists. */
export const upsertSuppliers = (tx: Tx, suppliers: readonly NewSupplier[]): Promise<ImportedId[]> =>
  tx
    .insertInto('supplier')
    .values(suppliers.map(({ online = true, email = null, ...row }) => ({ id: newId('sup'), ...row, online, email })))
    .onConflict((conflict) =>
      conflict
        .column('code')
        .doUpdateSet((eb) => ({
          name: eb.ref('excluded.name'),
          online: eb.ref('excluded.online'),
          email: eb.ref('excluded.email'),
        })),
    )
    .returning(['id', 'code as key'])
    .execute();
