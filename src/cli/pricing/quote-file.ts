import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { fieldErrors } from '../../contracts/field-errors';
import { CURRENCY_DIGITS, Currency, MAX_AMOUNT, Money } from '../../contracts/money';
import { MAX_LINES, MAX_QUANTITY } from '../../contracts/pricing/cart-request';
import { PromotionDefinition } from '../../contracts/pricing/promotion';
import { TaxRates } from '../../contracts/pricing/tax-rates';
import { DEFAULT_TIME_ZONE, isTimeZone } from '../../contracts/time-zone';
import type { PriceRequest } from '../../domain/pricing/priced-cart';
import { includedTaxes } from '../../domain/pricing/tax';
import { wallTime } from '../../domain/dates';

const id = z.string().min(1).max(64);
const amount = z.int().min(0).max(MAX_AMOUNT);
const times = z.int().min(0).default(0);

/** Describes a cart with everything that its price depends on, as docs/pricing.md documents it. */
const QuoteFile = z
  .strictObject({
    about: z.string().optional(),
    currency: Currency,
    at: z.iso.datetime({ offset: true }).optional(),
    timeZone: z
      .string()
      .default(DEFAULT_TIME_ZONE)
      .refine(isTimeZone, 'must be an IANA time zone such as Asia/Shanghai'),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'must be a country as ISO 3166-1 has it, such as CN')
      .optional(),
    taxRates: TaxRates.optional(),
    merchants: z
      .array(
        z.strictObject({
          id,
          shipping: z.strictObject({ baseAmount: amount.default(0), perKgAmount: amount.default(0) }).prefault({}),
        }),
      )
      .min(1),
    goods: z
      .array(
        z.strictObject({
          skuId: id,
          merchantId: id,
          title: z.string().min(1).optional(),
          category: z.string().default('other'),
          brand: z.string().nullable().default(null),
          taxCategory: z.string().default('standard'),
          weightG: z.int().min(0).default(0),
          unitPrice: z.int().min(1).max(MAX_AMOUNT),
        }),
      )
      .min(1),
    lines: z
      .array(z.strictObject({ skuId: id, quantity: z.int().min(1).max(MAX_QUANTITY), unitPrice: Money.optional() }))
      .min(1)
      .max(MAX_LINES),
    total: Money.optional(),
    couponCodes: z.array(z.string().min(1).max(40)).max(20).default([]),
    customer: z
      .strictObject({ memberTier: z.string().min(1).nullable().default(null), firstOrder: z.boolean().default(false) })
      .prefault({}),
    promotions: z
      .array(
        z.strictObject({
          id,
          version: z.int().min(1).default(1),
          merchantId: id.nullable().default(null),
          paused: z.boolean().default(false),
          definition: PromotionDefinition,
          used: z.strictObject({ total: times, byCustomer: times, spent: times }).prefault({}),
        }),
      )
      .max(1_000)
      .default([]),
  })
  .superRefine((file, ctx) => {
    const merchants = new Set(file.merchants.map((merchant) => merchant.id));
    const twice = (ids: readonly string[], pointer: (i: number) => PropertyKey[]) =>
      ids.forEach((own, i) => {
        if (ids.indexOf(own) < i) ctx.addIssue({ code: 'custom', path: pointer(i), message: `${own} appears twice` });
      });
    twice(
      file.merchants.map((merchant) => merchant.id),
      (i) => ['merchants', i, 'id'],
    );
    twice(
      file.goods.map((item) => item.skuId),
      (i) => ['goods', i, 'skuId'],
    );
    twice(
      file.promotions.map((promotion) => promotion.id),
      (i) => ['promotions', i, 'id'],
    );
    file.goods.forEach(({ merchantId }, i) => {
      if (!merchants.has(merchantId))
        ctx.addIssue({
          code: 'custom',
          path: ['goods', i, 'merchantId'],
          message: `${merchantId} is not in merchants`,
        });
    });
  });

/**
 * Reads a cart from a file, as a request for its price. Throws one text that names everything wrong with the file by
 * JSON pointers.
 */
export function readQuoteFile(path: string, now: Date): PriceRequest {
  const parsed = QuoteFile.safeParse(readJson(path));
  if (!parsed.success) {
    const faults = parsed.error.issues.flatMap((issue) => fieldErrors(issue));
    throw new Error(
      [`${path} cannot be priced:`, ...faults.map(({ pointer, detail }) => `  ${pointer || '/'}: ${detail}`)].join(
        '\n',
      ),
    );
  }
  const { at, timeZone, country, merchants, goods, taxRates, about: _about, ...rest } = parsed.data;
  const tariffs = new Map(merchants.map(({ id: merchantId, shipping }) => [merchantId, shipping]));
  return {
    ...rest,
    wallTime: wallTime(at === undefined ? now : new Date(at), timeZone),
    country: country ?? null,
    taxes: includedTaxes(taxRates),
    catalogue: new Map(
      goods.map(({ unitPrice, title, ...item }) => [
        item.skuId,
        {
          ...item,
          title: title ?? item.skuId,
          currency: rest.currency,
          unitAmount: unitPrice,
          shippingBaseAmount: tariffs.get(item.merchantId)?.baseAmount ?? 0,
          shippingPerKgAmount: tariffs.get(item.merchantId)?.perKgAmount ?? 0,
        },
      ]),
    ),
  };
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** Lists the currencies of carts, for help texts. */
export const CURRENCIES = Object.keys(CURRENCY_DIGITS).join(', ');
