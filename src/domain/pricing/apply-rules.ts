import type { PromotionDefinition, PromotionKind } from '../../contracts/pricing/promotion';
import { compareIds, type BasketLine, type RuleDiscount } from './basket';
import type { Promotion } from './priced-cart';
import { isInScope, ineligibleReason, belowMinimumReason, type PricingOccasion } from './conditions';
import { evaluateRule } from './evaluate-rule';
import { ineligible, type Ineligible } from './ineligible';

/** Describes a promotion's outcome: the discount that it gave, or the reason why it gave none. */
export type RuleVerdict = { readonly promotion: Promotion; readonly outcome: RuleDiscount | Ineligible };

/** Default priorities by kind: prices first, then items, spending, coupons and delivery. */
const PRIORITIES: Readonly<Record<PromotionKind, number>> = {
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
const COUPON_PRIORITY = 400;

/** Returns a rule's priority, its own or the default of its kind; lower ones apply first. */
export function priorityOf(rule: PromotionDefinition): number {
  if (rule.priority !== undefined) return rule.priority;
  return rule.coupon && rule.kind !== 'free_shipping' ? COUPON_PRIORITY : PRIORITIES[rule.kind];
}

/** Checks whether a promotion gave a discount. */
export const isDiscount = (outcome: RuleDiscount | Ineligible): outcome is RuleDiscount => 'amount' in outcome;

/**
 * Applies promotions to a basket one after another, by priority, then id. Each works on the amounts that those before
 * it left; the basket changes. Of an owner's group, all promotions are evaluated at the first one's turn, and the one
 * with the largest discount applies (of equal ones, the earlier). Returns the outcomes in the order of the turns.
 */
export function applyRules(
  basket: readonly BasketLine[],
  promotions: readonly Promotion[],
  occasion: PricingOccasion,
): readonly RuleVerdict[] {
  const turns = turnsOf(promotions);
  const state: State = { applied: 0, stoppedBy: undefined };
  for (const turn of turns) {
    if (turn.outcome) continue;
    const rivals = turn.group === undefined ? [turn] : turns.filter((other) => other.group === turn.group);
    for (const rival of rivals) rival.outcome = evaluate(rival.promotion, basket, occasion, state);
    const best = bestOf(rivals);
    if (!best) continue;
    for (const rival of rivals) if (rival !== best.turn) rival.outcome = groupTaken(best, rival.outcome);
    apply(best.turn.promotion, best.deal, state);
  }
  return turns as readonly (Turn & RuleVerdict)[];
}

function turnsOf(promotions: readonly Promotion[]): Turn[] {
  const turns = promotions.map((promotion): Turn => ({
    promotion,
    priority: priorityOf(promotion.definition),
    group: groupOf(promotion),
    outcome: undefined,
  }));
  return turns.sort((a, b) => a.priority - b.priority || compareIds(a.promotion.id, b.promotion.id));
}

/** Replaces the discount of a promotion whose group another one won; a reason why it gives none stays. */
function groupTaken(best: Best, outcome: Turn['outcome']): Turn['outcome'] {
  if (!outcome || !isDiscount(outcome)) return outcome;
  const winner = `Of its group, ${best.turn.promotion.definition.name} gives ${best.deal.amount}`;
  return ineligible('group_taken', `${winner}; this would give ${outcome.amount}`);
}

/** Describes a promotion's turn; `outcome` is undefined until it is evaluated. */
interface Turn {
  readonly promotion: Promotion;
  readonly priority: number;
  readonly group: string | undefined;
  outcome: RuleDiscount | Ineligible | undefined;
}

interface Best {
  readonly turn: Turn;
  readonly deal: RuleDiscount;
}

function bestOf(rivals: readonly Turn[]): Best | undefined {
  let best: Best | undefined;
  for (const turn of rivals)
    if (turn.outcome && isDiscount(turn.outcome) && turn.outcome.amount > (best?.deal.amount ?? 0))
      best = { turn, deal: turn.outcome };
  return best;
}

/** Counts the applied promotions and names the one that lets no other follow. */
interface State {
  applied: number;
  stoppedBy: string | undefined;
}

const groupOf = ({ merchantId, definition: { group } }: Promotion): string | undefined =>
  group === undefined ? undefined : `${merchantId ?? ''} ${group}`;

/** Returns the discount that a promotion would give now, or the reason why it gives none. */
function evaluate(
  promotion: Promotion,
  basket: readonly BasketLine[],
  occasion: PricingOccasion,
  { applied, stoppedBy }: State,
): RuleDiscount | Ineligible {
  const { definition, used } = promotion;
  const reason = ineligibleReason(promotion, occasion);
  if (reason) return reason;
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
  if (budget !== undefined && isDiscount(deal) && used.spent + deal.amount > budget)
    return ineligible(
      'budget_spent',
      `Of its budget of ${budget}, ${used.spent} is spent; this would take ${deal.amount}`,
    );
  return deal;
}

/** Takes a discount off the basket's lines. */
function apply({ definition }: Promotion, { on, lineDiscounts: parts }: RuleDiscount, state: State): void {
  for (const { line, amount } of parts) {
    line[on].left -= amount;
    line[on].discounted = true;
    if (definition.exclusive === 'line') line[on].closed = true;
  }
  state.applied += 1;
  if (definition.exclusive === 'order' || definition.exclusive === 'later') state.stoppedBy = definition.name;
}
