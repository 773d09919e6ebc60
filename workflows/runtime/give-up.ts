import { CancellationScope, condition, isCancellation, patched, sleep } from '@temporalio/workflow';

export const UNREACHABLE = 'out_of_reach';
export const NO_LONGER_NEEDED = 'given_up';

/** Gives up on work that takes longer than its patience: then its supplier is out of reach. */
export const giveUpAfter = <T>(seconds: number, work: () => Promise<T>): Promise<T | typeof UNREACHABLE> =>
  giveUpOnce(
    () => sleep(seconds * 1000, { summary: 'then the supplier is written to' }).then(() => true),
    UNREACHABLE,
    work,
  );

/**
 * Gives up on work that nothing needs any more once a fact is there. Runs in which an earlier release went on with it
 * do so.
 */
export const giveUpWhen = <T>(fact: () => boolean, work: () => Promise<T>): Promise<T | typeof NO_LONGER_NEEDED> =>
  giveUpOnce(() => condition(fact).then(() => patched('tries-end-with-their-need')), NO_LONGER_NEEDED, work);

/**
 * Gives up on work when something happens, and answers with why. The attempt under way is waited for, so that what
 * comes next knows what it came to; work that ends meanwhile counts. Throws when the workflow itself is cancelled.
 */
async function giveUpOnce<T, Why>(happens: () => Promise<boolean>, why: Why, work: () => Promise<T>): Promise<T | Why> {
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
    return why;
  } finally {
    watch.cancel();
    await CancellationScope.nonCancellable(() => watching);
  }
}
