import { CancellationScope, condition, isCancellation, patched, sleep } from '@temporalio/workflow';

export const UNREACHABLE = 'out_of_reach';
export const NO_LONGER_NEEDED = 'given_up';

/** Cancels work that takes longer than its time limit: its supplier is then unavailable. */
export const abandonAfter = <T>(seconds: number, work: () => Promise<T>): Promise<T | typeof UNREACHABLE> =>
  abandonOnce(
    () => sleep(seconds * 1000, { summary: 'until the purchase order is mailed' }).then(() => true),
    UNREACHABLE,
    work,
  );

/** Cancels work once a fact makes it unnecessary. Runs that continued with it under an earlier release still do. */
export const abandonWhen = <T>(fact: () => boolean, work: () => Promise<T>): Promise<T | typeof NO_LONGER_NEEDED> =>
  abandonOnce(() => condition(fact).then(() => patched('tries-end-with-their-need')), NO_LONGER_NEEDED, work);

/**
 * Cancels work when something happens, and returns `reason`. The attempt under way is awaited, so that its outcome is
 * known; work that succeeds meanwhile counts. Throws when the workflow itself is cancelled.
 */
async function abandonOnce<T, Reason>(
  happens: () => Promise<boolean>,
  reason: Reason,
  work: () => Promise<T>,
): Promise<T | Reason> {
  const [tries, watch] = [new CancellationScope(), new CancellationScope()];
  const watching = watch
    .run(async () => {
      if (await happens()) tries.cancel();
    })
    .catch((error: unknown) => {
      if (!isCancellation(error)) throw error;
    });
  try {
    return await tries.run(work);
  } catch (error) {
    if (!tries.consideredCancelled || CancellationScope.current().consideredCancelled) throw error;
    return reason;
  } finally {
    watch.cancel();
    await CancellationScope.nonCancellable(() => watching);
  }
}
