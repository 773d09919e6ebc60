import { ActivityCancellationType, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities';

export type ActivityName = keyof Activities;
export type Argument<Name extends ActivityName> = Parameters<Activities[Name]>[0];
export type Result<Name extends ActivityName> = Awaited<ReturnType<Activities[Name]>>;

/** Names the task queue of a call, and the key (a merchant's) by which callers take turns in it. */
export interface CallTarget {
  readonly taskQueue: string;
  readonly fairnessKey?: string;
}

/** Lists Activities as functions of one argument, which a caller picks by a name that it keeps in its state. */
type ByName = Record<ActivityName, (argument: unknown) => Promise<unknown>>;

/**
 * Runs short, keyed transactions as local activities. One that fails four times within about a second fails the step,
 * which then waits where staff see it: an outage of the database delays no message, and fills no history.
 */
export const books = proxyLocalActivities<Activities>({
  startToCloseTimeout: '3s',
  localRetryThreshold: '1s',
  retry: { initialInterval: '200ms', maximumAttempts: 4 },
}) as unknown as ByName;

/** Tries a call to the outside once, as a local activity. */
export const once = proxyLocalActivities<Activities>({
  startToCloseTimeout: '3s',
  retry: { maximumAttempts: 1 },
}) as unknown as ByName;

/**
 * Makes the same call with retries, on its provider's own task queue. A cancellation waits until the attempt under way
 * has ended, so that its outcome is known.
 */
export const untilAnswered = ({ taskQueue, fairnessKey }: CallTarget): ByName =>
  proxyActivities<Activities>({
    taskQueue,
    ...(fairnessKey === undefined ? {} : { priority: { fairnessKey } }),
    summary: 'tried until the provider answers',
    startToCloseTimeout: '20s',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  }) as unknown as ByName;
