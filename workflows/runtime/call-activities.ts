import { ActivityCancellationType, isCancellation, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities';

/** Effects are never left half seen: a cancellation waits until the attempt under way has ended. */
const WAIT = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED;

/**
 * Short, keyed database transactions. An outage of the database becomes a timer after a second, so that it never delays
 * a signal, and is retried until it ends.
 */
export const books = proxyLocalActivities<Activities>({
  startToCloseTimeout: '3s',
  localRetryThreshold: '1s',
  retry: { initialInterval: '200ms', maximumInterval: '30s' },
  cancellationType: WAIT,
});

/** One quick try of a call to the outside. */
const quick = proxyLocalActivities<Activities>({
  startToCloseTimeout: '3s',
  retry: { maximumAttempts: 1 },
  cancellationType: WAIT,
});

/** Whose queue a call waits in, and in whose turn: merchants (or, for a whole order, its own key) take turns there. */
export interface Lane {
  readonly taskQueue: string;
  readonly fairnessKey?: string;
}

/** The same call, patiently, on its provider's own queue. */
const patient = ({ taskQueue, fairnessKey }: Lane) =>
  proxyActivities<Activities>({
    taskQueue,
    ...(fairnessKey === undefined ? {} : { priority: { fairnessKey } }),
    summary: 'tried until the provider answers',
    startToCloseTimeout: '20s',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '2m' },
    cancellationType: WAIT,
  });

/**
 * Calls the outside: once as a local activity, which costs the least; when that fails or is slow, as a regular activity
 * until it succeeds, with `whilePatient` around it. Safe because every effect has its key.
 */
export async function callProvider<Result>(
  lane: Lane,
  call: (activities: Activities) => Promise<Result>,
  whilePatient: (work: () => Promise<Result>) => Promise<Result>,
): Promise<Result> {
  try {
    return await call(quick);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return await whilePatient(() => call(patient(lane)));
  }
}
