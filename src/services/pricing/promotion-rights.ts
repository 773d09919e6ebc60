import type { Caller } from '../../contracts/caller';
import { refuse, type Refusal } from '../../contracts/errors';
import type { PromotionDefinition } from '../../contracts/pricing/promotion';
import type { PromotionLimits, PromotionResource } from '../../contracts/pricing/promotion-api';

/** Refuses a change that a caller may not make to a promotion; row-level security checks whose promotion it is. */
export type PromotionPermission<Change = void> = (
  caller: Caller,
  promotion: PromotionResource,
  change: Change,
) => Refusal | undefined;

/** Refuses a merchant's rule of which the mall would pay a share: only the mall decides that. */
export const refuseWrite = ({ role }: Caller, definition: PromotionDefinition): Refusal | undefined =>
  role === 'merchant' && isShared(definition)
    ? refuse('validation_failed', {
        errors: [{ pointer: '/definition/platformShare', detail: 'Only the mall can set a share that the mall pays' }],
      })
    : undefined;

/** Refuses that a merchant publishes a draft of which the mall would pay a share. */
export const refusePublish: PromotionPermission = ({ role }, { draft }) =>
  role === 'merchant' && isShared(draft)
    ? refuse('forbidden', {
        detail: 'The mall pays a share of this draft: the mall publishes it, or you write one without a share',
      })
    : undefined;

/**
 * Refuses that a merchant raises or lifts a limit of a rule of which the mall pays a share. The limits bound that
 * share.
 */
export const refuseLimits: PromotionPermission<PromotionLimits> = ({ role }, { definition, limits }, requested) => {
  const wider = LIMITS.filter((limit) => (requested[limit] ?? Infinity) > (limits[limit] ?? Infinity));
  if (role !== 'merchant' || !isShared(definition) || wider.length === 0) return undefined;
  return refuse('forbidden', {
    detail: `The mall pays a share of the promotion. Ask the mall to raise or lift: ${wider.join(', ')}`,
  });
};

/** Refuses that a merchant resumes what the mall has paused. */
export const refuseResume: PromotionPermission = ({ role }, { status, pausedBy }) =>
  role === 'merchant' && status === 'paused' && pausedBy !== 'merchant'
    ? refuse('forbidden', { detail: 'The mall has paused the promotion. Ask the mall to resume the promotion' })
    : undefined;

const LIMITS = ['total', 'perCustomer', 'budget'] as const;

const isShared = (definition: PromotionDefinition | null): boolean => (definition?.platformShare ?? 0) > 0;
