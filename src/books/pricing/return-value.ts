import { sumOf } from '../../domain/money';
import { priceReturn, type Refund } from '../../domain/pricing/return-value';
import type { Tx } from '../transactions';

/**
 * Values the returned goods of a fulfillment by what was paid for them and their delivery. Its reservations carry those
 * amounts. Only restocked goods count; undefined when there are none.
 */
export async function valueReturned(tx: Tx, fulfillmentId: string): Promise<Refund | undefined> {
  const rows = await tx
    .selectFrom('reservation')
    .select(['quantity', 'amount', 'shippingAmount', 'platformAmount'])
    .where('fulfillmentId', '=', fulfillmentId)
    .where('status', '=', 'restocked')
    .execute();
  if (rows.length === 0) return undefined;
  const refunds = rows.map(({ quantity, amount, shippingAmount, platformAmount }) =>
    priceReturn(
      { quantity, goodsAmount: amount - shippingAmount, shippingAmount, platformAmount, returnedQuantity: 0 },
      quantity,
    ),
  );
  return {
    goodsAmount: sumOf(refunds, (refund) => refund.goodsAmount),
    shippingAmount: sumOf(refunds, (refund) => refund.shippingAmount),
    platformAmount: sumOf(refunds, (refund) => refund.platformAmount),
  };
}
