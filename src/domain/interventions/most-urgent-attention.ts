import { AttentionReason } from '../../contracts/statuses';

/**
 * Ranks the reasons by urgency. The order is stuck, a person works on it, its next step is missing, a person must act,
 * a provider must recover, something takes too long.
 */
const BY_URGENCY: readonly AttentionReason[] = [
  AttentionReason.workflowFailing,
  AttentionReason.handedToPerson,
  AttentionReason.stepMissing,
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

/** Picks the most urgent reason, or null when there is none. A reason of another version ranks last. */
export function mostUrgentAttention(reasons: Iterable<AttentionReason | null>): AttentionReason | null {
  const given = [...reasons].filter((reason) => reason !== null);
  return BY_URGENCY.find((reason) => given.includes(reason)) ?? given[0] ?? null;
}
