import { totalOf, type Holding } from './merchant-stock';
import { bestByWarehouse, decidingCriterion, type Candidate } from './sourcing-candidate';
import type { ConsideredWarehouse } from './sourcing-terms';

/**
 * Explains a choice among candidates, for each warehouse that stocks any of the goods. It says whether the warehouse
 * was chosen, or by which figure its best candidate loses. The warehouses are in the order of their ids.
 */
export function explainSourcing(
  holdings: readonly Holding[],
  candidates: readonly Candidate[],
  winner: Candidate,
): ConsideredWarehouse[] {
  const bestCandidates = bestByWarehouse(candidates);
  const byId = [...holdings].sort((a, b) => (a.warehouseId < b.warehouseId ? -1 : 1));
  return byId.map(({ warehouseId, zone, units: held }): ConsideredWarehouse => {
    const units = totalOf(held);
    const warehouse = { warehouseId, zone, units };
    if (winner.warehouseIds.includes(warehouseId)) return { ...warehouse, chosen: true, best: winner.figures };
    if (units === 0) return { ...warehouse, chosen: false, lost: 'nothing_available' };
    const best = bestCandidates.get(warehouseId)?.figures;
    if (!best) return { ...warehouse, chosen: false, lost: 'more_parcels' };
    const criterion = decidingCriterion(winner.figures, best);
    const lost = criterion === 'parcels' ? 'more_parcels' : (criterion ?? 'order');
    return { ...warehouse, chosen: false, lost, best };
  });
}
