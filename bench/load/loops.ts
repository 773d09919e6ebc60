import { setTimeout as wait } from 'node:timers/promises';
import type { Faults } from './faults';
import { arrivals, randomFrom } from './statistics';

export const WINDOWS = 3;
/** Delays each slot of a closed loop against the one before, so that they do not work in step. */
const STAGGER_MS = 20;
const SEED = 20_261_123;

export interface Running {
  readonly faults: Faults;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, of: number) => void;
}

export interface ClosedLoop {
  readonly concurrency: number;
  /** The number of pieces of work before the first window. */
  readonly warmUp: number;
  readonly perWindow: number;
  /** Called at the begin of the first window and at the end of each. */
  readonly onMark?: () => void;
}

/**
 * Keeps `concurrency` pieces of work under way until the windows are full. Resolves, once the last piece has ended,
 * with the seconds of each window. Failed work is counted by `faults` and does not count for a window.
 */
export async function closedLoop(
  work: () => Promise<void>,
  { concurrency, warmUp, perWindow, onMark }: ClosedLoop,
  { faults, signal, onProgress: reportProgress }: Running,
): Promise<number[]> {
  const total = warmUp + perWindow * WINDOWS;
  const marks: number[] = [];
  let done = 0;
  const mark = () => {
    marks.push(performance.now());
    onMark?.();
  };
  const slot = async (_: unknown, number: number): Promise<void> => {
    await wait(number * STAGGER_MS, undefined, { signal });
    while (done < total) {
      signal.throwIfAborted();
      if (!(await faults.tolerate(work))) continue;
      done += 1;
      if (done >= warmUp && done <= total && (done - warmUp) % perWindow === 0) mark();
      reportProgress(Math.min(done, total), total);
    }
  };
  // All of them end before a failure is thrown: no work may be under way when the stack is stopped.
  for (const result of await Promise.allSettled(Array.from({ length: concurrency }, slot)))
    if (result.status === 'rejected') throw result.reason;
  return marks.slice(1).map((at, window) => (at - (marks[window] ?? 0)) / 1000);
}

/**
 * Begins work at its due times, however much is under way, and resolves when all has ended. Work receives the time at
 * which it was due (`performance.now()`), so that a latency counted from there includes a late beginning.
 */
export async function openLoop(
  work: (due: number) => Promise<void>,
  count: number,
  ratePerSecond: number,
  { faults, signal, onProgress: reportProgress }: Running,
): Promise<void> {
  const began = performance.now();
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let done = 0;
  const begin = (due: number) => {
    const one = faults
      .tolerate(() => work(due))
      .then(
        () => reportProgress((done += 1), count),
        (error: unknown) => {
          failures.push(error);
        },
      )
      .finally(() => underWay.delete(one));
    underWay.add(one);
  };
  try {
    for (const arrival of arrivals(count, ratePerSecond, randomFrom(SEED))) {
      const ahead = began + arrival - performance.now();
      if (ahead >= 1) await wait(ahead, undefined, { signal });
      if (failures.length > 0) break;
      begin(began + arrival);
    }
  } finally {
    // Also after a failure: no work may be under way when the stack is stopped.
    await Promise.all(underWay);
  }
  if (failures.length > 0) throw failures[0];
}
