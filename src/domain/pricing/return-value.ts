/** Describes the payment for a line and its earlier returns. Amounts are minor units. */
export interface PaidLine {
  readonly quantity: number;
  readonly goodsAmount: number;
  readonly shippingAmount: number;
  /** The mall's share of the line's discounts. */
  readonly platformAmount: number;
  readonly returnedQuantity: number;
}

/** Describes the refund of a return to the customer, and the mall's share of the discounts that it gets back. */
export interface Refund {
  readonly goodsAmount: number;
  readonly shippingAmount: number;
  readonly platformAmount: number;
}

/**
 * Computes the refund for returned units of a line: their share of the payment, by quantity. It is cumulative: after r
 * of n units, floor(paid x r / n) is refunded in all. So no sequence of returns refunds more than was paid for its
 * units, and the return of all units refunds the payment exactly. Promotions are not evaluated again: the kept units
 * keep their price. Throws when the returns exceed the line's quantity.
 */
export function priceReturn(line: PaidLine, quantity: number): Refund {
  const { returnedQuantity: before } = line;
  const after = before + quantity;
  if (quantity < 1 || after > line.quantity)
    throw new RangeError(`${quantity} units cannot be returned: ${line.quantity - before} of the line are left`);
  const share = (amount: number) => refundOf(amount, after, line.quantity) - refundOf(amount, before, line.quantity);
  return {
    goodsAmount: share(line.goodsAmount),
    shippingAmount: share(line.shippingAmount),
    platformAmount: share(line.platformAmount),
  };
}

const refundOf = (amount: number, units: number, of: number): number =>
  Number((BigInt(amount) * BigInt(units)) / BigInt(of));
