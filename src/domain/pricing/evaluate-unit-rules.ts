import type { DefinitionOf } from '../../contracts/pricing/promotion';
import { basisPointsOf, sumOf } from '../money';
import { shareDiscount, unitsOf, type BasketLine, type RuleDiscount } from './basket';
import { stacksOf, takeUnits, valueByLine, type UnitStack } from './unit-stacks';
import { nothingToGain, ineligible, type Ineligible } from './ineligible';

/** Describes a discount on some units, and the units that share it. */
interface UnitDiscount {
  readonly amount: number;
  readonly sharing: readonly UnitStack[];
}

/**
 * Groups the lines whose units count together: those of each SKU, or all in scope. A basket has a SKU's lines next to
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

/** Applies a rule to each pool of lines, once per `n` units, until it is used `times`. */
function eachRun(
  lines: readonly BasketLine[],
  rule: { of: 'sku' | 'scope'; times?: number | undefined },
  n: number,
  find: (pool: UnitStack[], runs: number) => UnitDiscount,
): RuleDiscount | Ineligible {
  let open = rule.times ?? Infinity;
  const found: UnitDiscount[] = [];
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

/** Divides each discount among the lines of the units that share it. */
function shared(found: readonly UnitDiscount[]): RuleDiscount | Ineligible {
  const deals = found.map(({ amount, sharing }) => {
    const weights = valueByLine(sharing);
    return shareDiscount('goods', amount, [...weights.keys()], (line) => weights.get(line) ?? 0);
  });
  const parts = deals.flatMap((deal) => deal.lineDiscounts);
  const amount = sumOf(deals, (deal) => deal.amount);
  return amount > 0 ? { on: 'goods', lineDiscounts: parts, amount } : nothingToGain;
}

const rateOf = (stacks: readonly UnitStack[], rate: number): number =>
  sumOf(stacks, ({ value, count }) => basisPointsOf(value, rate) * count);

/** Discounts the cheapest units; they and the next cheapest, which the customer buys for them, share the discount. */
export const buyNGetM = (rule: DefinitionOf<'buy_n_get_m'>, lines: readonly BasketLine[]): RuleDiscount | Ineligible =>
  eachRun(lines, rule, rule.buy + rule.get, (pool, runs) => {
    const given = takeUnits(pool, runs * rule.get, 'cheapest');
    const bought = takeUnits(pool, runs * rule.buy, 'cheapest');
    return { amount: rateOf(given, rule.rate), sharing: [...given, ...bought] };
  });

/** Discounts the last of each full run of n units, dearest first; the run shares the discount. */
export const nthItem = (rule: DefinitionOf<'nth_item'>, lines: readonly BasketLine[]): RuleDiscount | Ineligible =>
  eachRun(lines, rule, rule.n, (pool, runs) => {
    const sharing = takeUnits(pool, runs * rule.n, 'dearest');
    let passed = 0;
    const amount = sumOf(sharing, ({ value, count }) => {
      const hits = Math.floor((passed + count) / rule.n) - Math.floor(passed / rule.n);
      passed += count;
      return basisPointsOf(value, rule.rate) * hits;
    });
    return { amount, sharing };
  });

/** Groups the dearest fitting units into bundles, as long as a bundle costs less than its units. */
export function bundlePrice(
  rule: DefinitionOf<'bundle_price'>,
  lines: readonly BasketLine[],
): RuleDiscount | Ineligible {
  const components = rule.parts.map(({ skuIds, quantity }) => {
    const own = skuIds ? lines.filter((line) => skuIds.includes(line.item.skuId)) : lines;
    return { quantity, pool: stacksOf(own), units: unitsOf(own) };
  });
  const possible = components.map(({ quantity, units }) => Math.floor(units / quantity));
  let open = Math.min(rule.times ?? Infinity, ...possible);
  if (open === 0) return ineligible('bundle_incomplete', 'Not all that belongs to the bundle is in the cart');
  let amount = 0;
  const sharing: UnitStack[] = [];
  while (open > 0) {
    // Bundles of units from the same stacks are equal: they are made at once.
    const fromFirstStacks = components.map(({ quantity, pool }) => Math.floor((pool[0]?.count ?? 0) / quantity));
    const alike = Math.max(1, Math.min(open, ...fromFirstStacks));
    const value = sumOf(components, ({ quantity, pool }) => valueOf(peek(pool, quantity)));
    if (value <= rule.price) break;
    amount += (value - rule.price) * alike;
    for (const { quantity, pool } of components) sharing.push(...takeUnits(pool, quantity * alike, 'dearest'));
    open -= alike;
  }
  return shared([{ amount, sharing }]);
}

const valueOf = (stacks: readonly UnitStack[]): number => sumOf(stacks, ({ value, count }) => value * count);

/** Returns the dearest units of a pool without taking them. */
const peek = (pool: readonly UnitStack[], wanted: number): UnitStack[] =>
  takeUnits(
    pool.map((stack) => ({ ...stack })),
    wanted,
    'dearest',
  );
