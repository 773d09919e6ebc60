import { z } from 'zod';

/** Names the currencies that a mall may sell in, with the digits of their minor unit (ISO 4217). */
export const CURRENCY_DIGITS = { BRL: 2, CNY: 2, EUR: 2, GBP: 2, HKD: 2, JPY: 0, MOP: 2, TWD: 2, USD: 2 } as const;

export const Currency = z.enum(Object.keys(CURRENCY_DIGITS) as [CurrencyCode, ...CurrencyCode[]]);
export type CurrencyCode = keyof typeof CURRENCY_DIGITS;

/** Limits one order's amount, in minor units, so that every sum of sums stays a safe integer. */
export const MAX_AMOUNT = 1_000_000_000_00;

/** Describes an amount in minor units (cents, fen) and its currency. */
export const Money = z
  .strictObject({
    amount: z.int().min(0).max(MAX_AMOUNT).describe('Minor units: 12345 is 123.45 CNY'),
    currency: Currency,
  })
  .meta({ id: 'Money' });
export type Money = z.infer<typeof Money>;
