import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { isRefusal } from '../src/contracts/errors';
import { PromotionDefinition, type PromotionKind } from '../src/contracts/pricing/promotion';
import type { CatalogueItem, PriceRequest, Promotion } from '../src/domain/pricing/priced-cart';
import { priceCart } from '../src/domain/pricing/price-cart';
import { includedTaxes } from '../src/domain/pricing/tax';
import { latencyOf, randomFrom } from './load/statistics';

const LINES = 10;
const PROMOTIONS = 50;
const TARGET_P99_MS = 1;

/** Lists one promotion of every kind: all kinds are live at once. */
const RULES: Readonly<Record<PromotionKind, object>> = {
  percentage: { rate: 500 },
  fixed_amount: { amount: 300, per: 'unit' },
  fixed_price: { unitPrice: 2_000 },
  spend_tiers: {
    tiers: [
      { spend: 10_000, save: 500 },
      { spend: 50_000, rate: 200 },
    ],
  },
  spend_every: { every: 30_000, save: 1_000 },
  buy_n_get_m: { buy: 2, get: 1, of: 'sku', rate: 5_000 },
  nth_item: { n: 3, rate: 3_000 },
  bundle_price: {
    price: 1_000,
    parts: [
      { skuIds: ['sku1'], quantity: 1 },
      { skuIds: ['sku2'], quantity: 2 },
    ],
  },
  free_shipping: { atMost: 200 },
  member_price: { prices: [{ tier: 'gold', skuId: 'sku3', unitPrice: 1_500 }] },
  member_discount: { tiers: [{ tier: 'gold', rate: 100 }] },
};

/**
 * Builds a request of ten lines with fifty live promotions of all kinds. Half are for some SKUs only, a tenth in
 * groups.
 */
export function pricingLoad(seed: number): PriceRequest {
  const random = randomFrom(seed);
  const upTo = (count: number): number => Math.floor(random() * count);
  const items = Array.from({ length: LINES }, (_, i): CatalogueItem => ({
    skuId: `sku${i}`,
    merchantId: `m${i % 3}`,
    title: `SKU ${i}`,
    category: `k${i % 4}`,
    brand: `b${i % 2}`,
    taxCategory: 'standard',
    currency: 'CNY',
    weightG: 100 + upTo(2_000),
    unitAmount: 500 + upTo(40_000),
    shippingBaseAmount: 600,
    shippingPerKgAmount: 200,
  }));
  const kinds = Object.keys(RULES) as PromotionKind[];
  const promotions = Array.from({ length: PROMOTIONS }, (_, i): Promotion => {
    const kind = kinds[i % kinds.length] as PromotionKind;
    return {
      id: `promo${String(i).padStart(2, '0')}`,
      version: 1,
      merchantId: null,
      paused: false,
      used: { total: 0, byCustomer: 0, spent: 0 },
      definition: PromotionDefinition.parse({
        name: `Rule ${i}`,
        currency: 'CNY',
        kind,
        ...RULES[kind],
        validity: { from: '2026-01-01T00:00:00' },
        ...(i % 2 === 0 && kind !== 'bundle_price'
          ? { scope: { skuIds: [`sku${upTo(LINES)}`, `sku${upTo(LINES)}`, `sku${upTo(LINES)}`] } }
          : {}),
        ...(i % 10 === 0 ? { group: `g${i % 20}` } : {}),
      }),
    };
  });
  return {
    currency: 'CNY',
    lines: items.map(({ skuId }) => ({ skuId, quantity: 1 + upTo(5) })),
    catalogue: new Map(items.map((item) => [item.skuId, item])),
    promotions,
    couponCodes: [],
    customer: { memberTier: 'gold', firstOrder: false },
    wallTime: '2026-11-11T12:00:00',
    taxes: includedTaxes(),
    country: 'CN',
  };
}

export interface PricingFigures {
  readonly pricesPerSecond: number;
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU time per price, garbage collection included: comparable also on a busy machine. */
  readonly cpuUs: number;
  readonly applied: number;
}

/** Prices different carts one after another, `count` times after a warm-up. Throws when a cart is refused. */
export function measurePricing(count: number): PricingFigures {
  const carts = Array.from({ length: 50 }, (_, seed) => pricingLoad(seed));
  const ms: number[] = [];
  let applied = 0;
  let began = process.cpuUsage();
  for (let i = -Math.ceil(count / 10); i < count; i += 1) {
    const request = carts[Math.abs(i) % carts.length] as PriceRequest;
    if (i === 0) began = process.cpuUsage();
    const before = process.hrtime.bigint();
    const cart = priceCart(request);
    const took = Number(process.hrtime.bigint() - before) / 1e6;
    if (isRefusal(cart)) throw new Error(`A cart was refused: ${cart.refused}`);
    if (i < 0) continue;
    ms.push(took);
    applied += cart.applied.length;
  }
  const { user, system } = process.cpuUsage(began);
  return {
    cpuUs: (user + system) / count,
    pricesPerSecond: count / (ms.reduce((sum, each) => sum + each, 0) / 1000),
    applied: applied / count,
    ...latencyOf(ms),
  };
}

function main(): void {
  const { values } = parseArgs({ options: { count: { type: 'string', default: '20000' }, json: { type: 'string' } } });
  const figures = measurePricing(Number(values.count));
  const [load = 0] = loadavg();
  const { p50Ms, p99Ms, count } = figures;
  const applied = figures.applied.toFixed(1);
  process.stdout.write(
    [
      `Pricing a cart of ${LINES} lines with ${PROMOTIONS} live promotions (${applied} of them apply), on one thread`,
      `  prices/s  ${Math.round(figures.pricesPerSecond)}`,
      `  p50 / p99 ${p50Ms.toFixed(3)} / ${p99Ms.toFixed(3)} ms of ${count} prices`,
      `  target    p99 under ${TARGET_P99_MS} ms: ${p99Ms < TARGET_P99_MS ? 'met' : 'missed'}`,
      `  CPU       ${Math.round(figures.cpuUs)} µs per price, garbage collection included`,
      `  load average of the machine in the minute before: ${load.toFixed(1)}`,
      '',
    ].join('\n'),
  );
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(figures, undefined, 2)}\n`);
}

if (require.main === module) main();
