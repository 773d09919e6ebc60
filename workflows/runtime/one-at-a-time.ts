import {
  condition,
  patched,
  type Next,
  type WorkflowInterceptorsFactory,
  type WorkflowOutboundCallsInterceptor,
} from '@temporalio/workflow';

type Schedule = Next<WorkflowOutboundCallsInterceptor, 'scheduleLocalActivity'>;
type Call = Parameters<Schedule>[0];

/**
 * Lets the local activities of a run take turns: one at a time. Side by side they end in an order of their own, each
 * waking the run for itself; a replay is woken once by all that have ended, so what follows them changes places and the
 * history no longer replays (temporalio/sdk-typescript#1744; ADR 0009). A back-off between two tries is nobody's turn.
 */
export const oneAtATime: WorkflowInterceptorsFactory = () => {
  let busy = false;
  /** Decided when two first meet: runs in which they met before this rule go on without it. */
  let ruled: boolean | undefined;
  const begin = (call: Call, next: Schedule): Promise<unknown> => {
    busy = true;
    const running = next(call);
    const end = (): void => {
      busy = false;
    };
    running.then(end, end);
    return running;
  };
  const inTurn = async (call: Call, next: Schedule): Promise<unknown> => {
    while (busy) await condition(() => !busy);
    return begin(call, next);
  };
  return {
    outbound: [
      {
        scheduleLocalActivity: (call, next) => {
          if (!busy) return begin(call, next);
          ruled ??= patched('local-activities-in-turn');
          return ruled ? inTurn(call, next) : next(call);
        },
      },
    ],
  };
};
