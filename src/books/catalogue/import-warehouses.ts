import { newId } from '../new-id';
import type { Tx } from '../transactions';

/** Names a location inside its warehouse. */
export interface Place {
  readonly aisle: number;
  readonly bay: number;
  readonly level: number;
}

/** Describes a warehouse to import, with its locations. */
export interface NewWarehouse {
  readonly code: string;
  readonly name: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly city: string;
  readonly postcode: string;
  readonly locations: readonly Place[];
}

/** Lists a warehouse's id, and the ids of its locations by `placeName`. */
export interface ImportedWarehouse {
  readonly id: string;
  readonly locations: ReadonlyMap<string, string>;
}

/** Names a location as people on the floor do. */
export const placeName = ({ aisle, bay, level }: Place): string => `${aisle}-${bay}-${level}`;

/** Inserts a warehouse or updates it by its code, and adds the locations that it lacks. */
export async function upsertWarehouse(tx: Tx, { locations, ...warehouse }: NewWarehouse): Promise<ImportedWarehouse> {
  const { id } = await tx
    .insertInto('warehouse')
    .values({ id: newId('whs'), ...warehouse })
    .onConflict((conflict) => conflict.column('code').doUpdateSet({ ...warehouse }))
    .returning('id')
    .executeTakeFirstOrThrow();
  if (locations.length > 0) {
    await tx
      .insertInto('location')
      .values(locations.map((place) => ({ id: newId('loc'), warehouseId: id, ...place })))
      .onConflict((conflict) => conflict.columns(['warehouseId', 'aisle', 'bay', 'level']).doNothing())
      .execute();
  }
  const places = await tx.selectFrom('location').selectAll().where('warehouseId', '=', id).execute();
  return { id, locations: new Map(places.map((place) => [placeName(place), place.id])) };
}
