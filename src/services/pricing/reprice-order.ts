import { dividesIntoSameShares, readPriceSnapshot, rewriteOrderPrice } from '../../books/pricing/price-snapshots';
import type { Tx } from '../../books/transactions';
import { isRefusal, refuse, type Refusal } from '../../contracts/errors';
import { breakdownOf } from '../../domain/pricing/breakdown';
import { requestFromSnapshot } from '../../domain/pricing/price-snapshot';
import { priceCart } from '../../domain/pricing/price-cart';
import type { TaxProvider } from '../../domain/pricing/tax';

/**
 * Prices an order again for another country, from its price snapshot. Coupons are not counted again. The total and how
 * it is divided must stay; otherwise it is refused as `price_changed` with both breakdowns, and nothing is written. The
 * caller must have locked the order, and not written its country yet. Orders whose snapshot has no catalogue keep
 * their price.
 */
export async function repriceFor(
  tx: Tx,
  taxes: TaxProvider,
  orderId: string,
  country: string,
): Promise<Refusal | undefined> {
  const snapshot = await readPriceSnapshot(tx, orderId);
  if (!snapshot || snapshot.country === country) return undefined;
  const { currency, lines, basis } = snapshot;
  const request = requestFromSnapshot(basis, snapshot.published, {
    currency,
    taxes,
    country,
    lines: lines.map(({ skuId, quantity }) => ({ skuId, quantity })),
  });
  if (!request) return undefined;
  const cart = priceCart({ ...request, total: { amount: snapshot.total, currency } });
  const elsewhere = { pointer: '/address/country', detail: `The price changes for delivery to ${country}` };
  if (isRefusal(cart)) return { ...cart, errors: (cart.errors ?? []).map((error) => ({ ...error, ...elsewhere })) };
  if (
    !(await dividesIntoSameShares(
      tx,
      orderId,
      cart,
      lines.map(({ id }) => id),
    ))
  ) {
    return refuse('price_changed', {
      errors: [{ ...elsewhere, expected: { amount: snapshot.total, currency } }],
      extensions: { seen: { total: { amount: snapshot.total, currency } }, ours: breakdownOf(cart, currency) },
    });
  }
  await rewriteOrderPrice(tx, { orderId, cart, currency, basis, pricedAt: new Date() }, snapshot);
  return undefined;
}
