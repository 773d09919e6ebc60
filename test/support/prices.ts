import { isRefusal } from '../../src/contracts/errors';
import type { CatalogueItem, PricedCart, PriceRequest } from '../../src/domain/pricing/priced-cart';
import { priceCart } from '../../src/domain/pricing/price-cart';
import { includedTaxes } from '../../src/domain/pricing/tax';

type Requested = Pick<PriceRequest, 'lines' | 'catalogue'> & Partial<PriceRequest>;

/** Completes a request for a price: no promotions, an unknown customer, noon in Shanghai. */
export const priceRequest = (requested: Requested): PriceRequest => ({
  currency: 'CNY',
  promotions: [],
  couponCodes: [],
  customer: { memberTier: null, firstOrder: false },
  wallTime: '2026-11-11T12:00:00',
  taxes: includedTaxes(),
  country: 'CN',
  ...requested,
});

/** Prices a cart that must not be refused. */
export function priced(requested: Requested): PricedCart {
  const cart = priceCart(priceRequest(requested));
  if (isRefusal(cart)) throw new Error(`The cart was refused: ${cart.refused}`);
  return cart;
}

export const catalogueItem = (skuId: string, change: Partial<CatalogueItem> = {}): CatalogueItem => ({
  skuId,
  merchantId: 'm1',
  title: skuId,
  category: 'home',
  brand: null,
  taxCategory: 'standard',
  weightG: 400,
  currency: 'CNY',
  unitAmount: 1_000,
  shippingBaseAmount: 500,
  shippingPerKgAmount: 200,
  ...change,
});

/** The price data of a draft that no promotion priced. */
export const unpromoted = {
  basis: { couponCodes: [], memberTier: null, firstOrder: false, wallTime: '2026-11-11T12:00:00' },
  uses: [],
};
