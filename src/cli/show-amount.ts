import { CURRENCY_DIGITS, type CurrencyCode } from '../contracts/money';

const isKnown = (currency: string): currency is CurrencyCode => currency in CURRENCY_DIGITS;

/** Formats an amount of minor units for people: 12345 CNY is "123.45 CNY". */
export function showAmount(amount: number, currency: string): string {
  const digits = isKnown(currency) ? CURRENCY_DIGITS[currency] : 0;
  return `${(amount / 10 ** digits).toFixed(digits)} ${currency}`;
}
