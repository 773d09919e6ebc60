import type { PromotionDefinition, PromotionKind } from '../../contracts/pricing/promotion';
import { compare, type BasketLine, type Deal } from './basket';
import type { Promotion } from './priced-cart';
import { isInScope, ineligibleReason, belowMinimumReason, type Occasion } from './conditions';
import { evaluateRule } from './evaluate-rule';
import { ineligible, type Ineligible } from './ineligible';

/** What became of a rule: what it took off, or why nothing. */
export type RuleVerdict = { readonly promotion: Promotion; readonly outcome: Deal | Ineligible };

/**
 * When a rule's turn comes unless it says otherwise: prices, then items, then what is spent, then coupons, then
 * delivery.
 */
const TURNS: Readonly<Record<PromotionKind, number>> = {
  fixed_price: 100,
  member_price: 100,
  percentage: 200,
  fixed_amount: 200,
  buy_n_get_m: 200,
  nth_item: 200,
  bundle_price: 200,
  member_discount: 200,
  spend_tiers: 300,
  spend_every: 300,
  free_shipping: 500,
};
const COUPON_TURN = 400;

export const priorityOf = (rule: PromotionDefinition): number =>
  rule.priority ?? (rule.coupon && rule.kind !== 'free_shipping' ? COUPON_TURN : TURNS[rule.kind]);

export const isDeal = (outcome: Deal | Ineligible): outcome is Deal => 'amount' in outcome;

/**
 * Applies rules to a basket, one after another by priority, then id; each works on what those before it left. The
 * basket is changed; answers what became of each rule, in that order. Of the rules of an owner's group, all are tried
 * when the turn of the first comes, and the one that gives the most is applied (of equals, the earlier).
 */
export function applyRules(
  basket: readonly BasketLine[],
  promotions: readonly Promotion[],
  occasion: Occasion,
): readonly RuleVerdict[] {
  const turns = promotions
    .map((promotion): Turn => ({
      promotion,
      priority: priorityOf(promotion.definition),
      group: groupOf(promotion),
      outcome: undefined,
    }))
    .sort((a, b) => a.priority - b.priority || compare(a.promotion.id, b.promotion.id));
  const state: State = { applied: 0, stoppedBy: undefined };
  for (const turn of turns) {
    if (turn.outcome) continue;
    const rivals = turn.group === undefined ? [turn] : turns.filter((other) => other.group === turn.group);
    for (const rival of rivals) rival.outcome = judge(rival.promotion, basket, occasion, state);
    const best = bestOf(rivals);
    if (!best) continue;
    for (const rival of rivals) {
      if (rival === best.turn || !rival.outcome || !isDeal(rival.outcome)) continue;
      rival.outcome = ineligible(
        'group_taken',
        `Of its group, ${best.turn.promotion.definition.name} gives ${best.deal.amount}; this would give ${rival.outcome.amount}`,
      );
    }
    apply(best.turn.promotion, best.deal, state);
  }
  return turns as readonly (Turn & RuleVerdict)[];
}

/** A rule's turn; `outcome` once it was judged. */
interface Turn {
  readonly promotion: Promotion;
  readonly priority: number;
  readonly group: string | undefined;
  outcome: Deal | Ineligible | undefined;
}

function bestOf(rivals: readonly Turn[]): { turn: Turn; deal: Deal } | undefined {
  let best: { turn: Turn; deal: Deal } | undefined;
  for (const turn of rivals)
    if (turn.outcome && isDeal(turn.outcome) && turn.outcome.amount > (best?.deal.amount ?? 0))
      best = { turn, deal: turn.outcome };
  return best;
}

interface State {
  applied: number;
  stoppedBy: string | undefined;
}

const groupOf = ({ merchantId, definition: { group } }: Promotion): string | undefined =>
  group === undefined ? undefined : `${merchantId ?? ''} ${group}`;

function judge(
  promotion: Promotion,
  basket: readonly BasketLine[],
  occasion: Occasion,
  { applied, stoppedBy }: State,
): Deal | Ineligible {
  const { definition, used } = promotion;
  const now = ineligibleReason(promotion, occasion);
  if (now) return now;
  const inScope = basket.filter((line) => isInScope(promotion, line));
  if (inScope.length === 0) return ineligible('nothing_in_scope', 'Nothing in the cart is in its scope');
  if (stoppedBy !== undefined) return ineligible('stopped', `${stoppedBy} lets no rule follow`);
  if (definition.exclusive === 'order' && applied > 0)
    return ineligible('not_alone', 'It applies alone, and another rule has applied');
  const on = definition.kind === 'free_shipping' ? 'shipping' : 'goods';
  const isOpen = (line: BasketLine): boolean =>
    !line[on].closed && (definition.exclusive !== 'line' || !line[on].discounted);
  const open = inScope.every(isOpen) ? inScope : inScope.filter(isOpen);
  if (open.length === 0)
    return ineligible('lines_taken', 'Its lines are discounted by a rule that they are not shared with');
  const deal = belowMinimumReason(definition, open) ?? evaluateRule(definition, open, occasion.memberTier);
  const budget = definition.limits?.budget;
  if (budget !== undefined && isDeal(deal) && used.spent + deal.amount > budget)
    return ineligible(
      'budget_spent',
      `Of its budget of ${budget}, ${used.spent} is spent; this would take ${deal.amount}`,
    );
  return deal;
}

function apply({ definition }: Promotion, { on, parts }: Deal, state: State): void {
  for (const { line, amount } of parts) {
    line[on].left -= amount;
    line[on].discounted = true;
    if (definition.exclusive === 'line') line[on].closed = true;
  }
  state.applied += 1;
  if (definition.exclusive === 'order' || definition.exclusive === 'later') state.stoppedBy = definition.name;
}
