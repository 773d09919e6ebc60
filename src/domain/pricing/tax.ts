import { TAX_RATES, type TaxRates } from './tax-rates';

/** The tax inside what a line's customer pays, in minor units. */
export interface TaxShare {
  /** Hundredths of a percent of the price without tax. */
  readonly rate: number;
  readonly goods: number;
  readonly shipping: number;
}

/** Says what tax a line carries. Another implementation may ask a tax service before pricing and answer from what it said. */
export interface TaxProvider {
  /** Null: no tax is known there, and none is shown. */
  taxOf(country: string, taxCategory: string, amounts: { readonly goods: number; readonly shipping: number }): TaxShare | null;
}

/**
 * Finds the tax that lies inside prices, as consumer prices of China and the EU are shown (value-added tax). Delivery
 * carries the rate of the goods delivered. Each amount is rounded half up by itself.
 */
export const includedTaxes = (rates: TaxRates = TAX_RATES): TaxProvider => ({
  taxOf: (country, taxCategory, { goods, shipping }) => {
    const rate = rates[country]?.[taxCategory] ?? rates[country]?.standard;
    return rate === undefined ? null : { rate, goods: inside(goods, rate), shipping: inside(shipping, rate) };
  },
});

/** Takes the tax out of an amount that includes it: amount x rate / (1 + rate). */
function inside(amount: number, rate: number): number {
  const whole = BigInt(10_000 + rate);
  return Number((BigInt(amount) * BigInt(rate) * 2n + whole) / (whole * 2n));
}
