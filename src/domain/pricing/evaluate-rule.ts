import type { DefinitionOf, PromotionDefinition, PromotionKind } from '../../contracts/pricing/promotion';
import { basisPoints, sumOf } from '../money';
import { dealOf, goodsLeft, share, type BasketLine, type Deal } from './basket';
import { bundlePrice, buyNGetM, nthItem } from './evaluate-unit-rules';
import { notAMember, nothingToGain, ineligible, type Ineligible } from './ineligible';

/** Says what a rule takes off lines that are its to discount, or why it does not apply. `tier` is the customer's. */
type Work<K extends PromotionKind> = (
  rule: DefinitionOf<K>,
  lines: readonly BasketLine[],
  tier: string | null,
) => Deal | Ineligible;

/** Takes an amount off goods together, each line by what is left of it. */
function off(amount: number, lines: readonly BasketLine[]): Deal | Ineligible {
  return orNothing(share('goods', Math.min(amount, goodsLeft(lines)), lines, (line) => line.goods.left));
}

/** Brings the units of lines down to prices; lines that have none, or cost less already, stay as they are. */
function downTo(lines: readonly BasketLine[], priceOf: (line: BasketLine) => number | undefined): Deal | Ineligible {
  return orNothing(
    dealOf('goods', lines, (line) => {
      const price = priceOf(line);
      return price === undefined ? 0 : Math.max(0, line.goods.left - price * line.quantity);
    }),
  );
}

const orNothing = (deal: Deal): Deal | Ineligible => (deal.amount > 0 ? deal : nothingToGain);

const WORK: { readonly [K in PromotionKind]: Work<K> } = {
  percentage: ({ rate, atMost = Infinity }, lines) => off(Math.min(basisPoints(goodsLeft(lines), rate), atMost), lines),

  fixed_amount: ({ amount, per }, lines) =>
    per === 'order'
      ? off(amount, lines)
      : orNothing(dealOf('goods', lines, (line) => Math.min(line.goods.left, amount * line.quantity))),

  fixed_price: ({ unitPrice }, lines) => downTo(lines, () => unitPrice),

  spend_tiers: ({ tiers }, lines) => {
    const spent = goodsLeft(lines);
    const reached = tiers.filter(({ spend }) => spend <= spent).sort((a, b) => b.spend - a.spend)[0];
    if (reached) return off('save' in reached ? reached.save : basisPoints(spent, reached.rate), lines);
    const lowest = Math.min(...tiers.map(({ spend }) => spend));
    return ineligible('spend_not_reached', `It begins at ${lowest}; the goods come to ${spent}`);
  },

  spend_every: ({ every, save, times = Infinity }, lines) => {
    const spent = goodsLeft(lines);
    const reached = Math.min(Math.floor(spent / every), times);
    return reached > 0
      ? off(save * reached, lines)
      : ineligible('spend_not_reached', `It begins at ${every}; the goods come to ${spent}`);
  },

  buy_n_get_m: buyNGetM,
  nth_item: nthItem,
  bundle_price: bundlePrice,

  free_shipping: ({ atMost = Infinity }, lines) => {
    const charge = sumOf(lines, (line) => line.shipping.left);
    if (charge === 0) return ineligible('no_shipping', 'There is no delivery charge left to take off');
    return share('shipping', Math.min(charge, atMost), lines, (line) => line.shipping.left);
  },

  member_price: ({ prices }, lines, tier) => {
    const own = new Map(prices.filter((price) => price.tier === tier).map((price) => [price.skuId, price.unitPrice]));
    return own.size > 0
      ? downTo(lines, (line) => own.get(line.item.skuId))
      : notAMember(prices.map((price) => price.tier));
  },

  member_discount: ({ tiers }, lines, tier) => {
    const own = tiers.find((entry) => entry.tier === tier);
    return own ? off(basisPoints(goodsLeft(lines), own.rate), lines) : notAMember(tiers.map((entry) => entry.tier));
  },
};

/** Says what a rule takes off lines, or why it does not apply. Never takes more than is left. */
export const evaluateRule = <K extends PromotionKind>(
  rule: Extract<PromotionDefinition, { kind: K }>,
  lines: readonly BasketLine[],
  tier: string | null,
): Deal | Ineligible => (WORK[rule.kind] as Work<K>)(rule, lines, tier);
