import type { DefinitionOf, PromotionDefinition, PromotionKind } from '../../contracts/pricing/promotion';
import { basisPointsOf, sumOf } from '../money';
import { discountByLine, goodsLeft, shareDiscount, type BasketLine, type RuleDiscount } from './basket';
import { bundlePrice, buyNGetM, nthItem } from './evaluate-unit-rules';
import { notAMember, nothingToGain, ineligible, type Ineligible } from './ineligible';

/** Returns a rule's discount on the lines in its scope, or the reason why it gives none. `tier` is the customer's. */
type Evaluation<K extends PromotionKind> = (
  rule: DefinitionOf<K>,
  lines: readonly BasketLine[],
  tier: string | null,
) => RuleDiscount | Ineligible;

/** Takes an amount off all goods together, divided by what is left to pay of each line. */
function takeOff(amount: number, lines: readonly BasketLine[]): RuleDiscount | Ineligible {
  return orNothing(shareDiscount('goods', Math.min(amount, goodsLeft(lines)), lines, (line) => line.goods.left));
}

/** Lowers unit prices to given ones; lines without a given price, or with a lower one, stay as they are. */
function lowerTo(
  lines: readonly BasketLine[],
  priceOf: (line: BasketLine) => number | undefined,
): RuleDiscount | Ineligible {
  return orNothing(
    discountByLine('goods', lines, (line) => {
      const price = priceOf(line);
      return price === undefined ? 0 : Math.max(0, line.goods.left - price * line.quantity);
    }),
  );
}

/** Finds the highest tier that the goods reach; of equal ones, the first. */
function highestTier<T extends { readonly spend: number }>(tiers: readonly T[], spent: number): T | undefined {
  let highest: T | undefined;
  for (const tier of tiers) if (tier.spend <= spent && tier.spend > (highest?.spend ?? -1)) highest = tier;
  return highest;
}

const orNothing = (deal: RuleDiscount): RuleDiscount | Ineligible => (deal.amount > 0 ? deal : nothingToGain);

const EVALUATIONS: { readonly [K in PromotionKind]: Evaluation<K> } = {
  percentage: ({ rate, atMost = Infinity }, lines) =>
    takeOff(Math.min(basisPointsOf(goodsLeft(lines), rate), atMost), lines),

  fixed_amount: ({ amount, per }, lines) =>
    per === 'order'
      ? takeOff(amount, lines)
      : orNothing(discountByLine('goods', lines, (line) => Math.min(line.goods.left, amount * line.quantity))),

  fixed_price: ({ unitPrice }, lines) => lowerTo(lines, () => unitPrice),

  spend_tiers: ({ tiers }, lines) => {
    const spent = goodsLeft(lines);
    const reached = highestTier(tiers, spent);
    if (reached) return takeOff('save' in reached ? reached.save : basisPointsOf(spent, reached.rate), lines);
    const lowest = Math.min(...tiers.map(({ spend }) => spend));
    return ineligible('spend_not_reached', `The goods total ${spent}; it starts at ${lowest}`);
  },

  spend_every: ({ every, save, times = Infinity }, lines) => {
    const spent = goodsLeft(lines);
    const reached = Math.min(Math.floor(spent / every), times);
    return reached > 0
      ? takeOff(save * reached, lines)
      : ineligible('spend_not_reached', `The goods total ${spent}; it starts at ${every}`);
  },

  buy_n_get_m: buyNGetM,
  nth_item: nthItem,
  bundle_price: bundlePrice,

  free_shipping: ({ atMost = Infinity }, lines) => {
    const charge = sumOf(lines, (line) => line.shipping.left);
    if (charge === 0) return ineligible('no_shipping', 'There is no delivery charge left to take off');
    return shareDiscount('shipping', Math.min(charge, atMost), lines, (line) => line.shipping.left);
  },

  member_price: ({ prices }, lines, tier) => {
    const ofTier = prices.filter((price) => price.tier === tier);
    const own = new Map(ofTier.map((price) => [price.skuId, price.unitPrice]));
    return own.size > 0
      ? lowerTo(lines, (line) => own.get(line.item.skuId))
      : notAMember(prices.map((price) => price.tier));
  },

  member_discount: ({ tiers }, lines, tier) => {
    const own = tiers.find((entry) => entry.tier === tier);
    return own
      ? takeOff(basisPointsOf(goodsLeft(lines), own.rate), lines)
      : notAMember(tiers.map((entry) => entry.tier));
  },
};

/** Returns a rule's discount on lines, or the reason why it gives none. Never takes more than is left to pay. */
export const evaluateRule = <K extends PromotionKind>(
  rule: Extract<PromotionDefinition, { kind: K }>,
  lines: readonly BasketLine[],
  tier: string | null,
): RuleDiscount | Ineligible => (EVALUATIONS[rule.kind] as Evaluation<K>)(rule, lines, tier);
