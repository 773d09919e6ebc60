/** A carrier of the sandbox: how fast it is and what it takes. */
export interface CarrierLine {
  readonly name: string;
  /** Begins its tracking numbers. */
  readonly prefix: string;
  readonly daysToDeliver: number;
  readonly maxWeightG?: number;
}

export const CARRIER_LINES: ReadonlyMap<string, CarrierLine> = new Map([
  ['swift', { name: 'Swift Express', prefix: 'SW', daysToDeliver: 1 }],
  ['steady', { name: 'Steady Parcel', prefix: 'ST', daysToDeliver: 3 }],
  ['feather', { name: 'Feather Post', prefix: 'FE', daysToDeliver: 6, maxWeightG: 2_000 }],
]);

/** Postcodes that no carrier of the sandbox serves; the second is one that an address in Brazil (RS) may have. */
export const POSTCODES_NOT_SERVED: readonly string[] = ['00000', '99999-999'];
