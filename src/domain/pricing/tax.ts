import type { TaxRates } from '../../contracts/pricing/tax-rates';
import { divideHalfUp } from '../money';
import { TAX_RATES } from './tax-rates';

/** Describes the tax included in a line's price, in minor units. */
export interface TaxShare {
  /** Hundredths of a percent of the price without tax. */
  readonly rate: number;
  readonly goods: number;
  readonly shipping: number;
}

/**
 * Returns the tax of a line. An implementation with a tax service must call it before pricing and answer from its
 * result.
 */
export interface TaxProvider {
  /** `at` is the mall's local time when the order is placed. Null: the tax there or then is unknown and not shown. */
  taxOf(
    country: string,
    taxCategory: string,
    amounts: { readonly goods: number; readonly shipping: number },
    at: string,
  ): TaxShare | null;
}

/**
 * Computes the value-added tax included in prices, as consumer prices of China and the EU include it. The rate is that
 * in force at the time; delivery has the rate of its goods. Each amount is rounded half up separately. Rates in `own`
 * replace those of its countries.
 */
export function includedTaxes(own: TaxRates = {}): TaxProvider {
  const newestFirst = new Map<string, TaxRates[string]>();
  for (const [country, rows] of Object.entries({ ...TAX_RATES, ...own }))
    newestFirst.set(
      country,
      [...rows].sort((a, b) => (a.since < b.since ? 1 : -1)),
    );
  return {
    taxOf: (country, taxCategory, { goods, shipping }, at) => {
      const rates = newestFirst.get(country)?.find(({ since }) => since <= at)?.rates;
      const rate = rates?.[taxCategory] ?? rates?.standard;
      return rate === undefined
        ? null
        : { rate, goods: includedTax(goods, rate), shipping: includedTax(shipping, rate) };
    },
  };
}

/** Computes the tax in an amount that includes it: amount x rate / (1 + rate). */
const includedTax = (amount: number, rate: number): number => divideHalfUp(amount, rate, 10_000 + rate);
