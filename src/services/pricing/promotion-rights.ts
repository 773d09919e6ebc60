import type { Caller } from '../../contracts/caller';
import { refuse, type Refusal } from '../../contracts/errors';
import type { PromotionDefinition } from '../../contracts/pricing/promotion';
import type { PromotionLimits, PromotionResource } from '../../contracts/pricing/promotion-api';

/**
 * Says why a caller may not change a promotion so; undefined when it may. Row-level security has seen to whose it is.
 */
export type Right<What = void> = (caller: Caller, promotion: PromotionResource, what: What) => Refusal | undefined;

/** What the mall pays is for the mall to say: a merchant writes no rule that names a share of it. */
export const mayWrite = ({ role }: Caller, definition: PromotionDefinition): Refusal | undefined =>
  role === 'merchant' && isShared(definition)
    ? refuse('validation_failed', {
        errors: [{ pointer: '/definition/platformShare', detail: 'What the mall pays is for the mall to say' }],
      })
    : undefined;

/** A draft of which the mall would pay a share is the mall's to put in force. */
export const mayPublish: Right = ({ role }, { draft }) =>
  role === 'merchant' && isShared(draft)
    ? refuse('forbidden', {
        detail: 'The mall pays a share of this draft: the mall publishes it, or you write one without a share',
      })
    : undefined;

/**
 * The limits of a rule that the mall pays a share of bound what the mall pays: its merchant may draw them closer only.
 */
export const mayLimit: Right<PromotionLimits> = ({ role }, { definition, limits }, wanted) => {
  const wider = LIMITS.filter((limit) => (wanted[limit] ?? Infinity) > (limits[limit] ?? Infinity));
  if (role !== 'merchant' || !isShared(definition) || wider.length === 0) return undefined;
  return refuse('forbidden', {
    detail: `The mall pays a share of it. Ask the mall to raise or lift: ${wider.join(', ')}`,
  });
};

/** What the mall has paused, the mall lets go on. */
export const mayResume: Right = ({ role }, { status, pausedBy }) =>
  role === 'merchant' && status === 'paused' && pausedBy !== 'merchant'
    ? refuse('forbidden', { detail: 'The mall has paused it. Ask the mall to let it go on' })
    : undefined;

const LIMITS = ['total', 'perCustomer', 'budget'] as const;

const isShared = (definition: PromotionDefinition | null): boolean => (definition?.platformShare ?? 0) > 0;
