import type { RuleReason } from '../../contracts/pricing/promotion';

/** Says why a promotion does not apply: a code and a sentence. */
export interface Ineligible {
  readonly code: RuleReason;
  readonly reason: string;
}

/** Builds the reason why a promotion does not apply. */
export const ineligible = (code: RuleReason, reason: string): Ineligible => ({ code, reason });

/** Builds the reason for a customer outside the member tiers. */
export const notAMember = (tiers: readonly string[]): Ineligible =>
  ineligible('not_a_member', `It is for members of ${[...new Set(tiers)].join(', ')}`);

export const nothingToGain = ineligible('nothing_to_gain', 'The goods already cost no more than this');
