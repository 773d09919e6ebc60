import type { Shortage } from '../contracts/verdict';

export interface Demand {
  readonly lineId: string;
  readonly merchantId: string;
  readonly skuId: string;
  readonly quantity: number;
}

/** What a warehouse can still promise of a SKU. */
export interface Availability {
  readonly skuId: string;
  readonly warehouseId: string;
  readonly available: number;
}

export interface SourcedPart {
  readonly lineId: string;
  readonly merchantId: string;
  readonly skuId: string;
  readonly warehouseId: string;
  readonly quantity: number;
}

export type Sourcing = { readonly parts: readonly SourcedPart[] } | { readonly shortages: readonly Shortage[] };

/**
 * Decides which warehouse ships what. Per merchant the fewest warehouses that hold everything (fewest parcels) are taken,
 * found by trying the sets in order of size; among equals the set that starts with the fullest shelves, then the lowest id.
 * All or nothing: when a SKU is short over all warehouses, every shortage is named and nothing is sourced.
 */
export function sourceOrder(demands: readonly Demand[], stock: readonly Availability[]): Sourcing {
  const left = new Map(stock.map((row) => [keyOf(row.skuId, row.warehouseId), row.available]));
  const shortages = findShortages(demands, stock);
  if (shortages.length > 0) return { shortages };

  const parts: SourcedPart[] = [];
  for (const merchantId of new Set(demands.map((demand) => demand.merchantId))) {
    const own = demands.filter((demand) => demand.merchantId === merchantId);
    const warehouses = rankedWarehouses(own, stock);
    const set = smallestCover(own, warehouses, left) ?? warehouses;
    for (const part of take(own, set, left)) {
      parts.push(part);
      left.set(keyOf(part.skuId, part.warehouseId), (left.get(keyOf(part.skuId, part.warehouseId)) ?? 0) - part.quantity);
    }
  }
  return { parts };
}

/** Names every SKU of which all warehouses together hold less than is asked for. */
export function findShortages(demands: readonly Pick<Demand, 'skuId' | 'quantity'>[], stock: readonly Availability[]): Shortage[] {
  const asked = new Map<string, number>();
  for (const demand of demands) asked.set(demand.skuId, (asked.get(demand.skuId) ?? 0) + demand.quantity);
  return [...asked].flatMap(([skuId, requested]) => {
    const available = stock.filter((row) => row.skuId === skuId).reduce((sum, row) => sum + row.available, 0);
    return available < requested ? [{ skuId, requested, available }] : [];
  });
}

const keyOf = (skuId: string, warehouseId: string): string => `${skuId} ${warehouseId}`;

function rankedWarehouses(demands: readonly Demand[], stock: readonly Availability[]): string[] {
  const skus = new Set(demands.map((demand) => demand.skuId));
  const held = new Map<string, number>();
  for (const row of stock) {
    if (skus.has(row.skuId) && row.available > 0) held.set(row.warehouseId, (held.get(row.warehouseId) ?? 0) + row.available);
  }
  return [...held].sort(([a, heldByA], [b, heldByB]) => heldByB - heldByA || (a < b ? -1 : 1)).map(([warehouseId]) => warehouseId);
}

/** Sets larger than this are not searched: the cover falls back to every warehouse, fullest first. */
const LARGEST_SET = 3;

function smallestCover(demands: readonly Demand[], warehouses: readonly string[], left: ReadonlyMap<string, number>): string[] | undefined {
  const asked = new Map<string, number>();
  for (const demand of demands) asked.set(demand.skuId, (asked.get(demand.skuId) ?? 0) + demand.quantity);
  const covers = (set: readonly string[]) => [...asked].every(([skuId, quantity]) =>
    set.reduce((sum, warehouseId) => sum + (left.get(keyOf(skuId, warehouseId)) ?? 0), 0) >= quantity);
  for (let size = 1; size <= Math.min(LARGEST_SET, warehouses.length); size += 1) {
    for (const set of subsets(warehouses, size)) if (covers(set)) return set;
  }
  return undefined;
}

function* subsets(items: readonly string[], size: number): Generator<string[]> {
  if (size === 0) { yield []; return; }
  for (const [index, item] of items.entries()) {
    for (const rest of subsets(items.slice(index + 1), size - 1)) yield [item, ...rest];
  }
}

function* take(demands: readonly Demand[], set: readonly string[], stock: ReadonlyMap<string, number>): Generator<SourcedPart> {
  const left = new Map(stock);
  for (const { quantity, ...demand } of demands) {
    let open = quantity;
    for (const warehouseId of set) {
      const key = keyOf(demand.skuId, warehouseId);
      const taken = Math.min(open, left.get(key) ?? 0);
      if (taken <= 0) continue;
      left.set(key, (left.get(key) ?? 0) - taken);
      open -= taken;
      yield { ...demand, warehouseId, quantity: taken };
    }
  }
}
