import { sumOf } from '../money';
import type { Availability, SourcedUnits } from './sourcing-terms';

const NO_SHELVES: ReadonlyMap<string, number> = new Map();

/** Indexes free stock by SKU and warehouse, so that no look-up depends on the size of the mall. */
export class FreeStock {
  readonly #shelves = new Map<string, Map<string, number>>();

  constructor(stock: readonly Availability[]) {
    for (const { skuId, warehouseId, available } of stock) {
      const shelves = this.#shelves.get(skuId) ?? new Map<string, number>();
      this.#shelves.set(skuId, shelves);
      shelves.set(warehouseId, (shelves.get(warehouseId) ?? 0) + Math.max(0, available));
    }
  }

  /** Returns the units of a SKU by warehouse, empty shelves included. */
  shelvesOf(skuId: string): ReadonlyMap<string, number> {
    return this.#shelves.get(skuId) ?? NO_SHELVES;
  }

  unitsOn(skuId: string, warehouseId: string): number {
    return this.shelvesOf(skuId).get(warehouseId) ?? 0;
  }

  /** Returns how many units of a SKU all warehouses hold together. */
  unitsOf(skuId: string): number {
    return sumOf([...this.shelvesOf(skuId).values()], (units) => units);
  }

  /** Subtracts sourced units from their shelves. */
  take(sourced: readonly SourcedUnits[]): void {
    for (const { skuId, warehouseId, quantity } of sourced)
      this.#shelves.get(skuId)?.set(warehouseId, this.unitsOn(skuId, warehouseId) - quantity);
  }
}
