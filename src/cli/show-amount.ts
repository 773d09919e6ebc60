import { CURRENCY_DIGITS, type CurrencyCode } from '../contracts/money';

/** Writes an amount of minor units for people: 12345 CNY is "123.45 CNY". */
export function showAmount(amount: number, currency: string): string {
  const digits = CURRENCY_DIGITS[currency as CurrencyCode] ?? 0;
  return `${(amount / 10 ** digits).toFixed(digits)} ${currency}`;
}
