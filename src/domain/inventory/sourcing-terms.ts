import type { Zone } from '../addresses/zone';

export interface Demand {
  readonly lineId: string;
  readonly merchantId: string;
  readonly skuId: string;
  readonly quantity: number;
}

/**
 * What a warehouse can still promise of a SKU: what is free, less its safety stock and what would not keep long enough.
 */
export interface Availability {
  readonly skuId: string;
  readonly warehouseId: string;
  readonly available: number;
}

export interface SourcedUnits {
  readonly lineId: string;
  readonly merchantId: string;
  readonly skuId: string;
  readonly warehouseId: string;
  readonly quantity: number;
}

/** What sourcing weighs besides the shelves. */
export interface SourcingTerms {
  /** In g, by SKU. */
  readonly weights: ReadonlyMap<string, number>;
  /** How far each warehouse is from the destination. */
  readonly zones: ReadonlyMap<string, Zone>;
  /** What the carrier that would be chosen takes for a parcel of so many g, in minor units; null when none takes it. */
  readonly price: (weightG: number) => number | null;
  /** The heaviest parcel that any carrier takes there, in g; lighter ones are all taken. */
  readonly heaviestG: number;
}

/** What a way of sourcing comes to, in the order in which it counts: less is better, but for `left`. */
export interface SourcingFigures {
  /** Parcels that no carrier takes. */
  readonly uncarried: number;
  readonly parcels: number;
  /** What the carriers take, in minor units. */
  readonly amount: number;
  /** The zones of all parcels added up. */
  readonly distance: number;
  /** Units above safety stock that the leanest shelf it takes from is left with. */
  readonly left: number;
}

/** Why a warehouse was not chosen: it has nothing, or the best way that includes it loses by this. */
export type SourcingLoss =
  'nothing_available' | 'more_parcels' | 'uncarried' | 'amount' | 'distance' | 'left' | 'order';

export interface ConsideredWarehouse {
  readonly warehouseId: string;
  readonly zone: Zone | null;
  /** How many of the units asked for it could give. */
  readonly units: number;
  readonly chosen: boolean;
  readonly lost?: SourcingLoss;
  /** The figures of the best way that includes it; none when it has nothing, or every such way needs more parcels. */
  readonly best?: SourcingFigures;
}

/** How one merchant's part of an order was sourced, and why so: every warehouse that stocks any of it is named. */
export interface SourcingDecision {
  readonly merchantId: string;
  readonly figures: SourcingFigures;
  readonly considered: readonly ConsideredWarehouse[];
}
