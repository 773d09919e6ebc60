import type { CurrencyCode } from '../contracts/money';
import { breakdownOf } from '../domain/pricing/breakdown';
import type { PricedCart } from '../domain/pricing/cart';
import type { Tx } from './transactions';

/** What a price was made from, besides goods and rules. */
export interface PriceBasis {
  readonly couponCodes: readonly string[];
  readonly memberTier: string | null;
  readonly firstOrder: boolean;
  /** What the mall's clocks showed. */
  readonly wallTime: string;
}

export interface OrderPrice {
  readonly orderId: string;
  readonly cart: PricedCart;
  readonly currency: CurrencyCode;
  readonly basis: PriceBasis;
  readonly pricedAt: Date;
}

/** Keeps an order's price as it was explained, with the versions of the rules it used, and each discount as a row for the settlement. */
export async function writeOrderPrice(tx: Tx, { orderId, cart, currency, basis, pricedAt }: OrderPrice, lineIds: readonly string[]): Promise<void> {
  await tx.insertInto('order_price').values({ orderId, breakdown: JSON.stringify(breakdownOf(cart, currency)), basis: JSON.stringify(basis), pricedAt }).execute();
  const rows = cart.applied.flatMap(({ promotionId, version, discounts }) => discounts.map(({ line, on, amount, platformAmount }) => ({
    orderId, orderLineId: lineIds[line] ?? '', promotionId, version, target: on, merchantId: cart.lines[line]?.merchantId ?? '', amount, platformAmount,
  })));
  if (rows.length > 0) await tx.insertInto('order_discount').values(rows).execute();
}
