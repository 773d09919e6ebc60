import type { Tx } from '../transactions';

/** Describes a carrier to import, with its rate. */
export interface NewCarrier {
  readonly code: string;
  readonly name: string;
  readonly provider: string;
  readonly countries: readonly string[];
  readonly maxWeightG: number;
  readonly deliveryDays: number;
  readonly baseAmount: number;
  readonly perKgAmount: number;
}

/** Inserts carriers, or updates those whose code exists. */
export async function upsertCarriers(tx: Tx, carriers: readonly NewCarrier[]): Promise<void> {
  await tx
    .insertInto('carrier')
    .values(carriers.map((row) => ({ ...row, countries: [...row.countries] })))
    .onConflict((conflict) =>
      conflict
        .column('code')
        .doUpdateSet((eb) => ({
          name: eb.ref('excluded.name'),
          provider: eb.ref('excluded.provider'),
          countries: eb.ref('excluded.countries'),
          maxWeightG: eb.ref('excluded.maxWeightG'),
          deliveryDays: eb.ref('excluded.deliveryDays'),
          baseAmount: eb.ref('excluded.baseAmount'),
          perKgAmount: eb.ref('excluded.perKgAmount'),
        })),
    )
    .execute();
}
