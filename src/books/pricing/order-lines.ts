import type { PricedCart } from '../../domain/pricing/priced-cart';
import { newId } from '../new-id';
import type { Tx } from '../transactions';

type PricedLine = PricedCart['lines'][number];

/** Writes the lines of an order at their prices; returns their ids in the lines' order. */
export async function insertOrderLines(tx: Tx, orderId: string, lines: readonly PricedLine[]): Promise<string[]> {
  const lineIds = lines.map(() => newId('lin'));
  await tx
    .insertInto('order_line')
    .values(
      lines.map((line, index) => ({
        id: lineIds[index] ?? '',
        orderId,
        number: index + 1,
        merchantId: line.merchantId,
        skuId: line.skuId,
        title: line.title,
        quantity: line.quantity,
        unitAmount: line.unitAmount,
        discountAmount: line.discountAmount,
        shippingAmount: line.shippingAmount,
        shippingDiscountAmount: line.shippingDiscountAmount,
        platformAmount: line.platformAmount,
        ...taxColumns(line),
      })),
    )
    .execute();
  return lineIds;
}

/** Writes the tax that a new price finds in each line of an order. */
export async function writeLineTaxes(
  tx: Tx,
  lines: readonly { readonly id: string }[],
  priced: readonly PricedLine[],
): Promise<void> {
  for (const [i, { id }] of lines.entries())
    await tx.updateTable('order_line').set(taxColumns(priced[i])).where('id', '=', id).execute();
}

const taxColumns = (line: PricedLine | undefined) => {
  const tax = line?.tax ?? null;
  return { taxRate: tax?.rate ?? null, taxAmount: tax && tax.goods + tax.shipping };
};
