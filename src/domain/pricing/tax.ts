import type { TaxRates } from '../../contracts/pricing/tax-rates';
import { halfUp } from '../money';
import { TAX_RATES } from './tax-rates';

/** The tax inside what a line's customer pays, in minor units. */
export interface TaxShare {
  /** Hundredths of a percent of the price without tax. */
  readonly rate: number;
  readonly goods: number;
  readonly shipping: number;
}

/**
 * Says what tax a line carries. Another implementation may ask a tax service before pricing and answer from what it
 * said.
 */
export interface TaxProvider {
  /**
   * `at` is what the mall's clocks show when the order is placed. Null: no tax is known there, or then, and none is
   * shown.
   */
  taxOf(
    country: string,
    taxCategory: string,
    amounts: { readonly goods: number; readonly shipping: number },
    at: string,
  ): TaxShare | null;
}

/**
 * Finds the tax that lies inside prices, as consumer prices of China and the EU are shown (value-added tax), by the
 * rate in force on the day. Delivery carries the rate of the goods delivered. Each amount is rounded half up by itself.
 * Countries that `own` has are taxed by it alone.
 */
export function includedTaxes(own: TaxRates = {}): TaxProvider {
  const table = new Map(
    Object.entries({ ...TAX_RATES, ...own }).map(([country, rows]) => [
      country,
      [...rows].sort((a, b) => (a.since < b.since ? 1 : -1)),
    ]),
  );
  return {
    taxOf: (country, taxCategory, { goods, shipping }, at) => {
      const rates = table.get(country)?.find(({ since }) => since <= at)?.rates;
      const rate = rates?.[taxCategory] ?? rates?.standard;
      return rate === undefined ? null : { rate, goods: inside(goods, rate), shipping: inside(shipping, rate) };
    },
  };
}

/** Takes the tax out of an amount that includes it: amount x rate / (1 + rate). */
const inside = (amount: number, rate: number): number => halfUp(amount, rate, 10_000 + rate);
