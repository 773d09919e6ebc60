import type { Zone } from '../addresses/zone';
import type { FreeStock } from './free-stock';
import { unitsBySku, type Demand, type SourcingTerms } from './sourcing-terms';

/** Describes all requested units of one SKU. */
export interface Goods {
  readonly skuId: string;
  readonly quantity: number;
  /** In g, of one unit. */
  readonly weightG: number;
}

/** Describes what one warehouse holds of a merchant's goods; its units are in the order of the goods. */
export interface Holding {
  readonly warehouseId: string;
  readonly zone: Zone | null;
  readonly available: readonly number[];
  /** The available units, but never more than are requested. */
  readonly units: readonly number[];
}

/** Describes one merchant's goods in an order and the warehouses that hold any of them, in two orders. */
export interface MerchantStock {
  readonly goods: readonly Goods[];
  readonly fullestFirst: readonly Holding[];
  readonly nearestFirst: readonly Holding[];
  /** Warehouses whose shelves of the goods are all empty. */
  readonly empty: readonly Holding[];
}

/** Reads one merchant's goods and holdings from the free stock. It reads only the shelves of these goods. */
export function stockOfMerchant(demands: readonly Demand[], stock: FreeStock, terms: SourcingTerms): MerchantStock {
  const goods = [...unitsBySku(demands)].map(([skuId, quantity]): Goods => {
    return { skuId, quantity, weightG: terms.weights.get(skuId) ?? 0 };
  });
  const warehouseIds = new Set(goods.flatMap(({ skuId }) => [...stock.shelvesOf(skuId).keys()]));
  const holdings = [...warehouseIds].map((warehouseId): Holding => {
    const available = goods.map(({ skuId }) => stock.unitsOn(skuId, warehouseId));
    const units = goods.map(({ quantity }, sku) => Math.min(quantity, available[sku] ?? 0));
    return { warehouseId, zone: terms.zones.get(warehouseId) ?? null, available, units };
  });
  const fullestFirst = holdings
    .map((holding) => ({ holding, held: totalOf(holding.available) }))
    .filter(({ held }) => held > 0)
    .sort((a, b) => b.held - a.held || (a.holding.warehouseId < b.holding.warehouseId ? -1 : 1))
    .map(({ holding }) => holding);
  const nearestFirst = [...fullestFirst].sort((a, b) => (a.zone ?? Infinity) - (b.zone ?? Infinity));
  return { goods, fullestFirst, nearestFirst, empty: holdings.filter(({ available }) => totalOf(available) === 0) };
}

/** Adds up the units of all goods. */
export const totalOf = (units: readonly number[]): number => units.reduce((sum, each) => sum + each, 0);
