import type { Shortage } from '../../contracts/orders/verdict';
import { chooseCandidate } from './choose-warehouses';
import type { Availability, Demand, SourcedUnits, SourcingDecision, SourcingTerms } from './sourcing-terms';

export type Sourcing =
  | { readonly parts: readonly SourcedUnits[]; readonly decisions: readonly SourcingDecision[] }
  | { readonly shortages: readonly Shortage[] }
  /** The merchants whose goods no carrier lifts, however the warehouses divide them. */
  | { readonly uncarried: readonly string[] };

/**
 * Decides which warehouse ships what, merchant by merchant, and says why (`chooseCandidate`). All or nothing: when a
 * SKU is short over all warehouses, or a merchant's part makes a parcel that no carrier takes, all such are named and
 * nothing is sourced.
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
    const choice = chooseCandidate(
      merchantId,
      demands.filter((demand) => demand.merchantId === merchantId),
      left,
      terms,
    );
    for (const part of choice.parts) {
      const row = left.find(({ skuId, warehouseId }) => skuId === part.skuId && warehouseId === part.warehouseId);
      if (row) row.available -= part.quantity;
    }
    parts.push(...choice.parts);
    decisions.push(choice.decision);
  }
  const uncarried = decisions.filter(({ figures }) => figures.uncarried > 0).map(({ merchantId }) => merchantId);
  return uncarried.length > 0 ? { uncarried } : { parts, decisions };
}

/** Names every SKU of which all warehouses together hold less than is asked for. */
export function findShortages(
  demands: readonly Pick<Demand, 'skuId' | 'quantity'>[],
  stock: readonly Availability[],
): Shortage[] {
  const asked = new Map<string, number>();
  for (const demand of demands) asked.set(demand.skuId, (asked.get(demand.skuId) ?? 0) + demand.quantity);
  return [...asked].flatMap(([skuId, requested]) => {
    const available = stock
      .filter((row) => row.skuId === skuId)
      .reduce((sum, row) => sum + Math.max(0, row.available), 0);
    return available < requested ? [{ skuId, requested, available }] : [];
  });
}
