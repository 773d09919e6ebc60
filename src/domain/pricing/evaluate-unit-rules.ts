import type { DefinitionOf } from '../../contracts/pricing/promotion';
import { basisPoints, sumOf } from '../money';
import { share, unitsOf, type BasketLine, type Deal } from './basket';
import { stacksOf, takeUnits, weigh, type UnitStack } from './unit-stacks';
import { nothingToGain, ineligible, type Ineligible } from './ineligible';

/** Units that a rule counts, what it takes off them, and which units share that. */
interface Found {
  readonly amount: number;
  readonly sharing: readonly UnitStack[];
}

/**
 * Lines whose units are counted together: of each SKU by itself, or all of them. A basket has the lines of a SKU beside
 * each other.
 */
function poolsOf(lines: readonly BasketLine[], of: 'sku' | 'scope'): (readonly BasketLine[])[] {
  if (of === 'scope') return [lines];
  const pools: BasketLine[][] = [];
  for (const line of lines) {
    const last = pools.at(-1);
    if (last?.[0]?.item.skuId === line.item.skuId) last.push(line);
    else pools.push([line]);
  }
  return pools;
}

/** Works through pools until the rule was used `times`; a pool of `n` units uses it once. */
function eachRun(
  lines: readonly BasketLine[],
  rule: { of: 'sku' | 'scope'; times?: number | undefined },
  n: number,
  find: (pool: UnitStack[], runs: number) => Found,
): Deal | Ineligible {
  let open = rule.times ?? Infinity;
  const found: Found[] = [];
  for (const pool of poolsOf(lines, rule.of)) {
    const runs = Math.min(Math.floor(unitsOf(pool) / n), open);
    if (runs === 0) continue;
    open -= runs;
    found.push(find(stacksOf(pool), runs));
  }
  if (found.length === 0)
    return ineligible(
      'too_few_units',
      `It takes ${n} units${rule.of === 'sku' ? ' of one SKU' : ''}; there are ${unitsOf(lines)}`,
    );
  return shared(found);
}

function shared(found: readonly Found[]): Deal | Ineligible {
  const deals = found.map(({ amount, sharing }) => {
    const weights = weigh(sharing);
    return share('goods', amount, [...weights.keys()], (line) => weights.get(line) ?? 0);
  });
  const parts = deals.flatMap((deal) => deal.parts);
  const amount = sumOf(deals, (deal) => deal.amount);
  return amount > 0 ? { on: 'goods', parts, amount } : nothingToGain;
}

const rateOf = (stacks: readonly UnitStack[], rate: number): number =>
  sumOf(stacks, ({ value, count }) => basisPoints(value, rate) * count);

/** The cheapest units are given; they and the next cheapest, which were bought for them, share the discount. */
export const buyNGetM = (rule: DefinitionOf<'buy_n_get_m'>, lines: readonly BasketLine[]): Deal | Ineligible =>
  eachRun(lines, rule, rule.buy + rule.get, (pool, runs) => {
    const given = takeUnits(pool, runs * rule.get, 'cheapest');
    const bought = takeUnits(pool, runs * rule.buy, 'cheapest');
    return { amount: rateOf(given, rule.rate), sharing: [...given, ...bought] };
  });

/** Units lie dearest first; of each full run of n, the last is discounted, and the run shares it. */
export const nthItem = (rule: DefinitionOf<'nth_item'>, lines: readonly BasketLine[]): Deal | Ineligible =>
  eachRun(lines, rule, rule.n, (pool, runs) => {
    const sharing = takeUnits(pool, runs * rule.n, 'dearest');
    let passed = 0;
    const amount = sumOf(sharing, ({ value, count }) => {
      const hits = Math.floor((passed + count) / rule.n) - Math.floor(passed / rule.n);
      passed += count;
      return basisPoints(value, rule.rate) * hits;
    });
    return { amount, sharing };
  });

/** Bundles are made of the dearest units that fit, for as long as the bundle costs less than its units. */
export function bundlePrice(rule: DefinitionOf<'bundle_price'>, lines: readonly BasketLine[]): Deal | Ineligible {
  const parts = rule.parts.map(({ skuIds, quantity }) => {
    const own = skuIds ? lines.filter((line) => skuIds.includes(line.item.skuId)) : lines;
    return { quantity, pool: stacksOf(own), units: unitsOf(own) };
  });
  let open = Math.min(rule.times ?? Infinity, ...parts.map(({ quantity, units }) => Math.floor(units / quantity)));
  if (open === 0) return ineligible('bundle_incomplete', 'Not all that belongs to the bundle is in the cart');
  let amount = 0;
  const sharing: UnitStack[] = [];
  while (open > 0) {
    // Bundles that come from the same stacks are alike: they are made at once.
    const alike = Math.max(
      1,
      Math.min(open, ...parts.map(({ quantity, pool }) => Math.floor((pool[0]?.count ?? 0) / quantity))),
    );
    const worth = sumOf(parts, ({ quantity, pool }) =>
      sumOf(peek(pool, quantity), ({ value, count }) => value * count),
    );
    if (worth <= rule.price) break;
    amount += (worth - rule.price) * alike;
    for (const { quantity, pool } of parts) sharing.push(...takeUnits(pool, quantity * alike, 'dearest'));
    open -= alike;
  }
  return shared([{ amount, sharing }]);
}

const peek = (pool: readonly UnitStack[], wanted: number): UnitStack[] =>
  takeUnits(
    pool.map((stack) => ({ ...stack })),
    wanted,
    'dearest',
  );
