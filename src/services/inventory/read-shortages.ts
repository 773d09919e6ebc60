import { readShelves, type Delivery } from '../../books/inventory/availability';
import { readBackorderTerms } from '../../books/inventory/backorders';
import type { Tx } from '../../books/transactions';
import type { Shortage } from '../../contracts/orders/verdict';
import { agreeBackorder } from '../../domain/inventory/agree-backorder';
import { findShortages } from '../../domain/inventory/source-order';

/**
 * Lists the shortages of an order that would leave today and that no backorder may cover. It locks nothing, so the
 * reservation may find other amounts.
 */
export async function readShortages(
  tx: Tx,
  lines: readonly { readonly skuId: string; readonly quantity: number }[],
  delivery: Delivery,
): Promise<readonly Shortage[]> {
  const skuIds = lines.map((line) => line.skuId);
  const { shelves } = await readShelves(tx, skuIds, delivery, false);
  const short = findShortages(lines, shelves);
  if (short.length === 0) return [];
  const shortSkus = short.map(({ skuId }) => skuId);
  const agreed = agreeBackorder(
    lines,
    shelves,
    await readBackorderTerms(tx, shortSkus, delivery.leavesOn),
    delivery.leavesOn,
  );
  return 'shortages' in agreed ? agreed.shortages : [];
}
