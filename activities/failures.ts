import { ApplicationFailure } from '@temporalio/common';

/** Reports that a provider refuses what the order needs. Retried, and shown to staff, as only people can solve it. */
export const providerRefused = (message: string): ApplicationFailure =>
  ApplicationFailure.retryable(message, 'provider_refused');

/** Reports that the books contradict an effect: a defect, or a late message. Temporal does not retry it. */
export const invariantViolated = (message: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(message, 'cannot_be');

/** Reports that the books hold a cancellation, of which the order's run hears soon: it then ends the step. */
export const cancelledMeanwhile = (what: string): ApplicationFailure =>
  ApplicationFailure.retryable(`${what} is being cancelled`, 'cancelled_meanwhile');

/**
 * Reports that a provider refused the request under a key permanently. Temporal does not retry it: staff have to
 * request another attempt.
 */
export const refusedPermanently = (key: string, reason: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(`${key} was refused: ${reason}`, 'provider_refused');
