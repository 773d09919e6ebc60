import { dividesIntoSameShares, readPriceSnapshot, rewriteOrderPrice } from '../../books/pricing/price-snapshots';
import type { Tx } from '../../books/transactions';
import { isRefusal, refuse, type Refusal } from '../../contracts/errors';
import { breakdownOf } from '../../domain/pricing/breakdown';
import { requestFromSnapshot } from '../../domain/pricing/price-snapshot';
import { priceCart } from '../../domain/pricing/price-cart';
import type { TaxProvider } from '../../domain/pricing/tax';

/**
 * Prices an order again for another country, by the function that priced it and from what it was priced from: goods,
 * quantities, versions of rules, coupons and clocks. Coupons are not counted again. What its customer pays must stay,
 * and how it is divided: `price_changed` with both breakdowns otherwise, and nothing is written. The order must be
 * locked, and its country not written yet. Orders of before the catalogue was kept with prices keep theirs.
 */
export async function repriceFor(
  tx: Tx,
  taxes: TaxProvider,
  orderId: string,
  country: string,
): Promise<Refusal | undefined> {
  const kept = await readPriceSnapshot(tx, orderId);
  if (!kept || kept.country === country) return undefined;
  const { currency, lines, basis } = kept;
  const request = requestFromSnapshot(basis, kept.published, {
    currency,
    taxes,
    country,
    lines: lines.map(({ skuId, quantity }) => ({ skuId, quantity })),
  });
  if (!request) return undefined;
  const cart = priceCart({ ...request, total: { amount: kept.total, currency } });
  const elsewhere = { pointer: '/address/country', detail: `Delivered to ${country}, the order has another price` };
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
      errors: [{ ...elsewhere, expected: { amount: kept.total, currency } }],
      extensions: { seen: { total: { amount: kept.total, currency } }, ours: breakdownOf(cart, currency) },
    });
  }
  await rewriteOrderPrice(tx, { orderId, cart, currency, basis, pricedAt: new Date() }, kept);
  return undefined;
}
