/** What was paid for a line, and what of it came back before. Amounts are minor units. */
export interface PaidLine {
  readonly quantity: number;
  readonly goodsAmount: number;
  readonly shippingAmount: number;
  /** What the mall paid of the line's discounts. */
  readonly platformAmount: number;
  readonly returnedQuantity: number;
}

/** What a return gives back: to the customer, and to the mall of what it had paid of the discounts. */
export interface Refund {
  readonly goodsAmount: number;
  readonly shippingAmount: number;
  readonly platformAmount: number;
}

/**
 * Says what the return of some units of a line gives back: the share that was paid for them, by quantity. It is kept
 * cumulatively: after r of n units, floor(paid x r / n) is given back in all. So no sequence of parts gives back more
 * than was paid for what is returned, and all parts together give back exactly what was paid. Promotions are not judged
 * again: what the customer keeps keeps its price. Throws when more comes back than was bought.
 */
export function priceReturn(line: PaidLine, quantity: number): Refund {
  const { returnedQuantity: before } = line;
  const after = before + quantity;
  if (quantity < 1 || after > line.quantity)
    throw new RangeError(`${quantity} of ${line.quantity - before} units cannot come back`);
  const share = (amount: number) => sharedBy(amount, after, line.quantity) - sharedBy(amount, before, line.quantity);
  return {
    goodsAmount: share(line.goodsAmount),
    shippingAmount: share(line.shippingAmount),
    platformAmount: share(line.platformAmount),
  };
}

const sharedBy = (amount: number, units: number, of: number): number =>
  Number((BigInt(amount) * BigInt(units)) / BigInt(of));
