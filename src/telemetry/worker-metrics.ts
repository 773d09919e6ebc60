import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { CancelledFailure } from '@temporalio/common';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { Transactions } from '../books/transactions';
import { measureDatabase } from './database-metrics';

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 15, 30];

export interface WorkerMetrics {
  readonly registry: Registry;
  /** The same transactions, each measured. */
  readonly transactions: Transactions;
  /** Measures every attempt of an activity, local ones included. */
  readonly activities: ActivityInterceptorsFactory;
  /** Returns the same provider with the named calls measured. */
  provider<P extends { readonly code: string }>(provider: P, calls: readonly CallOf<P>[]): P;
}

/** Names the calls of a provider that return a promise. */
type CallOf<P> = Extract<
  { [K in keyof P]: P[K] extends (...args: never[]) => Promise<unknown> ? K : never }[keyof P],
  string
>;

/** Builds the metrics of a worker process: activities, calls to providers, database, and the process itself. */
export function createWorkerMetrics(database: Transactions): WorkerMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const activity = new Histogram({
    name: 'mallflow_activity_duration_seconds',
    help: "Attempts of activities, by the activity's name",
    labelNames: ['activity', 'outcome'],
    buckets: BUCKETS,
    registers: [registry],
  });
  const call = new Histogram({
    name: 'mallflow_provider_call_duration_seconds',
    help: 'Calls to providers; a refusal is an answer',
    labelNames: ['provider', 'call', 'outcome'],
    buckets: BUCKETS,
    registers: [registry],
  });
  return {
    registry,
    transactions: measureDatabase(registry, database),
    activities: ({ info }) => ({
      inbound: {
        execute: (input, next) =>
          timed(
            () => next(input),
            (outcome, seconds) => {
              activity.observe({ activity: info.activityType, outcome }, seconds);
            },
          ),
      },
    }),
    provider: (provider, calls) =>
      new Proxy(provider, {
        get(target, name) {
          const member: unknown = Reflect.get(target, name);
          if (typeof member !== 'function') return member;
          const run = (...args: unknown[]): unknown => Reflect.apply(member, target, args);
          if (!(calls as readonly PropertyKey[]).includes(name)) return run;
          return (...args: unknown[]) =>
            timed(
              async () => run(...args),
              (outcome, seconds) => {
                call.observe({ provider: target.code, call: String(name), outcome }, seconds);
              },
            );
        },
      }),
  };
}

/** Runs work and reports its duration and outcome, also when it throws. */
async function timed<T>(work: () => Promise<T>, report: (outcome: Outcome, seconds: number) => void): Promise<T> {
  const began = performance.now();
  let outcome: Outcome = 'completed';
  try {
    return await work();
  } catch (error) {
    outcome = outcomeOf(error);
    throw error;
  } finally {
    report(outcome, (performance.now() - began) / 1000);
  }
}

/** Names the outcome of a call. `unavailable`: no answer came in time, so the effect may or may not exist. */
type Outcome = 'completed' | 'unavailable' | 'cancelled' | 'failed';

function outcomeOf(error: unknown): Outcome {
  const { name } = (error ?? {}) as { name?: unknown };
  if (error instanceof CancelledFailure || name === 'AbortError') return 'cancelled';
  return name === 'ProviderUnavailable' || name === 'TimeoutError' ? 'unavailable' : 'failed';
}
