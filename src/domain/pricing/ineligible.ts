import type { RuleReason } from '../../contracts/pricing/promotion';

/** Why a rule does not apply: a code, and one plain sentence. */
export interface Why { readonly code: RuleReason; readonly reason: string }

export const whyNot = (code: RuleReason, reason: string): Why => ({ code, reason });

export const notAMember = (tiers: readonly string[]): Why => whyNot('not_a_member', `It is for members of ${[...new Set(tiers)].join(', ')}`);

export const nothingToGain = whyNot('nothing_to_gain', 'The goods already cost no more than this');
