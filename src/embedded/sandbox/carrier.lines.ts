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

/** A postcode that no carrier of the sandbox serves. */
export const POSTCODE_NOT_SERVED = '00000';
