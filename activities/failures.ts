import { ApplicationFailure } from '@temporalio/common';

/** Says that a provider will not do what the order needs. Retried, and shown to staff, as only people can settle it. */
export const providerRefused = (what: string): ApplicationFailure =>
  ApplicationFailure.retryable(what, 'provider_refused');

/**
 * Says that the books lack what an effect needs: a defect, or a message for something that cannot be. Not retried by
 * itself.
 */
export const invariantViolated = (what: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(what, 'cannot_be');

/**
 * Says that a provider refused for good what was asked under a key: only another try, which staff ask for, may end
 * otherwise. Not retried by itself.
 */
export const refusedForGood = (key: string, reason: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(`${key} was refused: ${reason}`, 'provider_refused');
