import { ActivityCancellationType, isCancellation, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities';

/** A cancellation waits until the attempt under way has ended, so that its outcome is known. */
const WAIT = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED;

/**
 * Runs short, keyed transactions as local activities. A transaction that fails for a second waits on a timer, so that
 * an outage of the database delays no Signal; it is retried until it succeeds.
 */
export const books = proxyLocalActivities<Activities>({
  startToCloseTimeout: '3s',
  localRetryThreshold: '1s',
  retry: { initialInterval: '200ms', maximumInterval: '30s' },
  cancellationType: WAIT,
});

/** Tries a call to the outside once, as a local activity. */
const quick = proxyLocalActivities<Activities>({
  startToCloseTimeout: '3s',
  retry: { maximumAttempts: 1 },
  cancellationType: WAIT,
});

/** Names the task queue of a call, and the key (a merchant's) by which callers take turns in it. */
export interface Lane {
  readonly taskQueue: string;
  readonly fairnessKey?: string;
}

/** Makes the same call with retries, on its provider's own task queue. */
const withRetries = ({ taskQueue, fairnessKey }: Lane) =>
  proxyActivities<Activities>({
    taskQueue,
    ...(fairnessKey === undefined ? {} : { priority: { fairnessKey } }),
    summary: 'tried until the provider answers',
    startToCloseTimeout: '20s',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '2m' },
    cancellationType: WAIT,
  });

/**
 * Calls a provider once as a local activity, which costs the least. Then calls it as a regular activity until it
 * succeeds. `whileRetrying` wraps the latter. Safe because every effect has its key.
 */
export async function callProvider<Result>(
  lane: Lane,
  call: (activities: Activities) => Promise<Result>,
  whileRetrying: (work: () => Promise<Result>) => Promise<Result>,
): Promise<Result> {
  try {
    return await call(quick);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return await whileRetrying(() => call(withRetries(lane)));
  }
}
