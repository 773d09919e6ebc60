import { AttentionReason } from '../../contracts/statuses';

/**
 * The reasons by urgency: nothing can go on by itself; somebody is at it; a person must act; a provider has to come
 * back; something takes too long. Of several, the first is shown.
 */
const BY_URGENCY: readonly AttentionReason[] = [
  AttentionReason.workflowFailing,
  AttentionReason.handedToPerson,
  AttentionReason.needsOperator,
  AttentionReason.paymentProviderUnavailable,
  AttentionReason.carrierUnavailable,
  AttentionReason.carrierException,
  AttentionReason.notificationUnavailable,
  AttentionReason.activityRetrying,
  AttentionReason.deliveryOverdue,
  AttentionReason.backorderOverdue,
  AttentionReason.stageOverdue,
];

/** Picks the reason to show: null when there is none. A reason of another version ranks last. */
export function mostUrgentAttention(reasons: Iterable<AttentionReason | null>): AttentionReason | null {
  const given = [...reasons].filter((reason) => reason !== null);
  return BY_URGENCY.find((reason) => given.includes(reason)) ?? given[0] ?? null;
}
