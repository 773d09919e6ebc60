import { readShelves, type Delivery } from '../../books/inventory/availability';
import { readTerms } from '../../books/inventory/backorders';
import type { Tx } from '../../books/transactions';
import type { Shortage } from '../../contracts/orders/verdict';
import { agreeBackorder } from '../../domain/inventory/agree-backorder';
import { findShortages } from '../../domain/inventory/source-order';

/**
 * Names what is short of an order and may not be owed, as it stands: it locks nothing, so a reservation may find it
 * otherwise.
 */
export async function readShortages(
  tx: Tx,
  lines: readonly { readonly skuId: string; readonly quantity: number }[],
  delivery: Delivery,
): Promise<readonly Shortage[]> {
  const { shelves } = await readShelves(
    tx,
    lines.map((line) => line.skuId),
    delivery,
    false,
  );
  const short = findShortages(lines, shelves);
  if (short.length === 0) return [];
  const today = new Date().toISOString().slice(0, 10);
  const agreed = agreeBackorder(
    lines,
    shelves,
    await readTerms(
      tx,
      short.map(({ skuId }) => skuId),
      today,
    ),
    today,
  );
  return 'shortages' in agreed ? agreed.shortages : [];
}
