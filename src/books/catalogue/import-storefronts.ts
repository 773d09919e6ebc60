import { newId } from '../new-id';
import type { Tx } from '../transactions';
import type { ImportedId } from './imported-id';

/** Finds storefronts by name, and inserts those that do not exist. One import at a time may call it. */
export async function findOrInsertStorefronts(tx: Tx, names: readonly string[]): Promise<ImportedId[]> {
  const known = await tx.selectFrom('storefront').select(['id', 'name as key']).where('name', 'in', names).execute();
  const fresh = names
    .filter((name) => !known.some(({ key }) => key === name))
    .map((name) => ({ id: newId('sto'), key: name }));
  if (fresh.length > 0)
    await tx
      .insertInto('storefront')
      .values(fresh.map(({ id, key }) => ({ id, name: key })))
      .execute();
  return [...known, ...fresh];
}
