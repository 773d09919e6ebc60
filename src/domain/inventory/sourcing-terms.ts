import type { Zone } from '../addresses/zone';

export interface Demand {
  readonly lineId: string;
  readonly merchantId: string;
  readonly skuId: string;
  readonly quantity: number;
}

/** Describes the free stock of a shelf, less the units that expire too early. */
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

/** Describes by which weights, distances and carrier prices sourcing compares warehouses. */
export interface SourcingTerms {
  /** In g, by SKU. */
  readonly weights: ReadonlyMap<string, number>;
  /** The zone between each warehouse and the destination. */
  readonly zones: ReadonlyMap<string, Zone>;
  /** Returns the chosen carrier's price for a weight, in minor units; null when no carrier takes it. */
  readonly price: (weightG: number) => number | null;
  /** The heaviest parcel that a carrier takes to the destination, in g; carriers take every lighter one. */
  readonly heaviestG: number;
}

/** Compares ways of sourcing, by the members in their order: less is better, except for `left`. */
export interface SourcingFigures {
  /** Parcels that no carrier takes. */
  readonly uncarried: number;
  readonly parcels: number;
  /** The carriers' prices, in minor units. */
  readonly amount: number;
  /** The sum of all parcels' zones. */
  readonly distance: number;
  /** The free stock that remains on the emptiest shelf that it takes from. */
  readonly left: number;
}

/** Names why a warehouse was not chosen. It has nothing, or the best way that includes it loses by this figure. */
export type SourcingLoss =
  'nothing_available' | 'more_parcels' | 'uncarried' | 'amount' | 'distance' | 'left' | 'order';

export interface ConsideredWarehouse {
  readonly warehouseId: string;
  readonly zone: Zone | null;
  /** How many of the requested units it has. */
  readonly units: number;
  readonly chosen: boolean;
  readonly lost?: SourcingLoss;
  /** The figures of the best way that includes it. Absent when it has nothing or every such way needs more parcels. */
  readonly best?: SourcingFigures;
}

/** Explains the sourcing of one merchant's lines. It names every warehouse that stocks any of their SKUs. */
export interface SourcingDecision {
  readonly merchantId: string;
  readonly figures: SourcingFigures;
  readonly considered: readonly ConsideredWarehouse[];
  /** Present when the search used up its budget, so that it may have missed a better way. */
  readonly limited?: true;
}

/** Adds up the quantities of each SKU. */
export function unitsBySku(demands: readonly Pick<Demand, 'skuId' | 'quantity'>[]): Map<string, number> {
  const units = new Map<string, number>();
  for (const { skuId, quantity } of demands) units.set(skuId, (units.get(skuId) ?? 0) + quantity);
  return units;
}
