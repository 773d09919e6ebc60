import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CurrencyCode } from '../../../src/contracts/money';
import { PromotionDefinition } from '../../../src/contracts/pricing/promotion';
import type { CatalogueItem, Promotion, PriceRequest } from '../../../src/domain/pricing/priced-cart';
import { wallTime } from '../../../src/domain/dates';
import { catalogueItem, priceRequest } from '../../support/prices';

const page = readFileSync(join(__dirname, '../../../docs/pricing-cases.md'), 'utf8');

/** Reads the rows of every table of the page with a given head. */
export function rowsUnder(head: string): string[][] {
  const lines = page.split('\n');
  const rows: string[][] = [];
  lines.forEach((line, at) => {
    if (line !== head) return;
    for (let i = at + 2; lines[i]?.startsWith('|') === true; i += 1)
      rows.push(
        (lines[i] as string)
          .slice(1, -1)
          .split('|')
          .map((cell) => cell.trim()),
      );
  });
  return rows;
}

/** Parses a written amount into minor units. */
export const minor = (text: string): number => {
  if (!/^\d+\.\d\d$/.test(text)) throw new Error(`${text} is no amount`);
  return Number(text.replace('.', ''));
};

/** Computes a written sum, `3 × 1.00 + 2.00 − 0.50 = 4.50`, in minor units. Throws when its result is wrong. */
export function workedOut(text: string): number {
  const [sum = '', result = ''] = (text.split(';')[0] ?? '').split(' = ');
  let total = 0;
  for (const [, sign, times, amount] of sum.matchAll(/([+−]?)\s*(?:(\d+) × )?(\d+\.\d\d)/g)) {
    total += (sign === '−' ? -1 : 1) * Number(times ?? 1) * minor(amount as string);
  }
  if (total !== minor(result.trim())) throw new Error(`${text}: the sum is ${total}`);
  return total;
}

/** The goods of the cases. */
export const goods: ReadonlyMap<string, CatalogueItem> = new Map(
  rowsUnder('| SKU | merchant | category | brand | price | weight |').map((row) => {
    const [skuId = '', merchantId = '', category = '', brand = '', price = '', weight = ''] = row;
    const tariff =
      merchantId === 'm3'
        ? { shippingBaseAmount: 1_000, shippingPerKgAmount: 200 }
        : { shippingBaseAmount: 0, shippingPerKgAmount: 0 };
    return [
      skuId,
      catalogueItem(skuId, {
        merchantId,
        category,
        brand: brand || null,
        unitAmount: minor(price),
        weightG: Number.parseInt(weight, 10),
        ...tariff,
      }),
    ];
  }),
);

export interface Case {
  readonly request: PriceRequest;
  /** Each rule's discount as the page writes it, or its reason for none. */
  readonly off: string;
  readonly pays: string;
  readonly worked: string;
}

export const cases: readonly (readonly [string, Case])[] = rowsUnder(
  '| case | cart | with | rules | off | pays | worked |',
).map((row) => {
  const [name = '', cart = '', given = '', rules = '', off = '', pays = '', worked = ''] = row;
  return [name, { request: requestOf(cart, given, rules), off, pays, worked }] as const;
});

function requestOf(cart: string, given: string, rules: string): PriceRequest {
  const words = given.split(' ').filter(Boolean);
  const known = new Map(words.map((word) => word.split('=') as [string, string]));
  return priceRequest({
    catalogue: goods,
    lines: cart.split(', ').map((line) => ({ quantity: Number(line.split(' ')[0]), skuId: line.split(' ')[1] ?? '' })),
    promotions: [...rules.matchAll(/`([^`]+)`/g)].map((match, i) =>
      promotionOf(JSON.parse(match[1] as string) as Record<string, unknown>, `p${i + 1}`),
    ),
    couponCodes: known.get('codes')?.split(',') ?? [],
    customer: { memberTier: known.get('tier') ?? null, firstOrder: known.has('first') },
    wallTime: wallTime(new Date(known.get('at') ?? '2026-11-11T04:00:00Z'), known.get('zone') ?? 'Asia/Shanghai'),
  });
}

function promotionOf(written: Record<string, unknown>, position: string): Promotion {
  const { id = position, merchantId = null, paused = false, used = {}, currency = 'CNY', ...definition } = written;
  return {
    id: id as string,
    version: 1,
    merchantId: merchantId as string | null,
    paused: paused as boolean,
    definition: PromotionDefinition.parse({ name: id, currency: currency as CurrencyCode, ...definition }),
    used: { total: 0, byCustomer: 0, spent: 0, ...(used as Partial<Promotion['used']>) },
  };
}
