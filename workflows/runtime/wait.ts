import { ActivityFailure, ApplicationFailure, type TemporalFailure } from '@temporalio/workflow';
import type { ActivityName, CallTarget } from './call-activities';

/** Describes a step that waits. Serialisable: a run that continues as new takes it over. */
export interface Wait {
  readonly step: ActivityName;
  readonly argument: unknown;
  /** Whom it belongs to, as a fulfillment; staff may retry the steps of one. */
  readonly owner: string | null;
  /** Whether somebody's request waits for it: then only its own answer ends it. */
  readonly requested: boolean;
  /**
   * `calling`: a provider is called until it answers. `stopping`: nobody needs the call any more, and its attempt under
   * way ends. `answered`: the step takes the answer when it is taken next. `failed`: it is taken again at `retryAt`, or
   * when staff retry it.
   */
  state: 'calling' | 'stopping' | 'answered' | 'failed';
  readonly target: CallTarget | null;
  /** Why staff should look at the order while the provider does not answer. */
  readonly reason: string | null;
  readonly since: number;
  /** Whether the provider has not answered for so long that staff see it. */
  late: boolean;
  /** Whether staff retry the call: it ends, and is made again at once. */
  retryRequested: boolean;
  answer?: unknown;
  /** Number of failed attempts. */
  tries: number;
  failure: string | null;
  /** When the step is run again, in ms since 1970. 0: now. Null: only staff can retry it. */
  retryAt: number | null;
}

/** Describes a step that is run. */
export type StepCall = Pick<Wait, 'step' | 'argument'> & {
  readonly owner?: string | null | undefined;
  readonly requested?: boolean;
};

/** Names a wait among those of its run, by its step and argument. */
export const keyOf = (step: ActivityName, argument: unknown): string =>
  [step, ...Object.values((argument ?? {}) as Record<string, unknown>)].join(' ');

/** A failed step is due once its retry time has passed, or staff retry it. */
export const isDue = ({ state, retryAt }: Wait): boolean => state === 'failed' && retryAt === 0;

/** Finds why a step failed. A regular activity's failure wraps its cause, that of a local one comes as it is. */
const causeOf = (error: unknown): unknown => (error instanceof ActivityFailure ? error.cause : error);

/** Reports whether a step can never succeed by itself. */
export const isPermanent = (error: unknown): boolean => {
  const cause = causeOf(error);
  return cause instanceof ApplicationFailure && cause.nonRetryable === true;
};

/** Names a failure's type only: its message could contain what somebody typed. */
export const failureOf = (error: TemporalFailure): string => {
  const cause = causeOf(error);
  return cause instanceof ApplicationFailure ? (cause.type ?? 'unknown') : 'timeout';
};

/** Builds the wait of a step that failed. */
export const newWait = ({ step, argument, owner, requested }: StepCall): Wait => ({
  step,
  argument,
  owner: owner ?? null,
  requested: requested ?? false,
  state: 'failed',
  target: null,
  reason: null,
  since: Date.now(),
  late: false,
  retryRequested: false,
  tries: 0,
  failure: null,
  retryAt: null,
});
