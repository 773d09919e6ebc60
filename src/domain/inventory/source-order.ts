import type { Shortage } from '../../contracts/orders/verdict';
import { sumOf } from '../money';
import { chooseWarehouses } from './choose-warehouses';
import {
  unitsBySku,
  type Availability,
  type Demand,
  type SourcedUnits,
  type SourcingDecision,
  type SourcingTerms,
} from './sourcing-terms';

export type Sourcing =
  | { readonly parts: readonly SourcedUnits[]; readonly decisions: readonly SourcingDecision[] }
  | { readonly shortages: readonly Shortage[] }
  /** The merchants whose goods no carrier takes, however warehouses divide them. */
  | { readonly uncarried: readonly string[] };

/**
 * Chooses the warehouses of an order's lines merchant by merchant, and explains each choice. It sources everything or
 * nothing: it names every SKU of which all warehouses together hold too little, or every merchant whose goods make a
 * parcel that no carrier takes.
 */
export function sourceOrder(
  demands: readonly Demand[],
  stock: readonly Availability[],
  terms: SourcingTerms,
): Sourcing {
  const shortages = findShortages(demands, stock);
  if (shortages.length > 0) return { shortages };

  const left = stock.map((row) => ({ ...row }));
  const parts: SourcedUnits[] = [];
  const decisions: SourcingDecision[] = [];
  for (const merchantId of new Set(demands.map((demand) => demand.merchantId))) {
    const own = demands.filter((demand) => demand.merchantId === merchantId);
    const choice = chooseWarehouses(merchantId, own, left, terms);
    takeFromShelves(left, choice.parts);
    parts.push(...choice.parts);
    decisions.push(choice.decision);
  }
  const notCarried = decisions.filter(({ figures }) => figures.uncarried > 0);
  if (notCarried.length > 0) return { uncarried: notCarried.map(({ merchantId }) => merchantId) };
  return { parts, decisions };
}

function takeFromShelves(
  shelves: { skuId: string; warehouseId: string; available: number }[],
  units: readonly SourcedUnits[],
): void {
  for (const { skuId, warehouseId, quantity } of units) {
    const shelf = shelves.find((row) => row.skuId === skuId && row.warehouseId === warehouseId);
    if (shelf) shelf.available -= quantity;
  }
}

/** Names every SKU of which all warehouses together hold less than the demands request. */
export function findShortages(
  demands: readonly Pick<Demand, 'skuId' | 'quantity'>[],
  stock: readonly Availability[],
): Shortage[] {
  const shortages: Shortage[] = [];
  for (const [skuId, requested] of unitsBySku(demands)) {
    const shelves = stock.filter((row) => row.skuId === skuId);
    const available = sumOf(shelves, (row) => Math.max(0, row.available));
    if (available < requested) shortages.push({ skuId, requested, available });
  }
  return shortages;
}
