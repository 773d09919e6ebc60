/** Describes a carrier of the sandbox: its speed and the weight that it accepts. */
export interface CarrierLine {
  readonly name: string;
  /** The first letters of the carrier's tracking numbers. */
  readonly prefix: string;
  readonly daysToDeliver: number;
  readonly maxWeightG?: number;
}

export const CARRIER_LINES: ReadonlyMap<string, CarrierLine> = new Map([
  ['swift', { name: 'Swift Express', prefix: 'SW', daysToDeliver: 1 }],
  ['steady', { name: 'Steady Parcel', prefix: 'ST', daysToDeliver: 3 }],
  ['feather', { name: 'Feather Post', prefix: 'FE', daysToDeliver: 6, maxWeightG: 2_000 }],
]);

/** Lists the postcodes that no carrier of the sandbox serves; the second is valid in Brazil (RS). */
export const POSTCODES_NOT_SERVED: readonly string[] = ['00000', '99999-999'];
