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
 * Runs the local activities of a workflow one at a time. Side by side, each wakes the run as it ends, but a replay is
 * woken once by all that have ended: the commands that follow change places, and the history no longer replays
 * (temporalio/sdk-typescript#1744; ADR 0009). The back-off between two tries blocks no other activity.
 */
export const oneAtATime: WorkflowInterceptorsFactory = () => {
  let busy = false;
  /** Decided when two activities first meet: runs in which they met before this rule continue without it. */
  let takesTurns: boolean | undefined;
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
          takesTurns ??= patched('local-activities-in-turn');
          return takesTurns ? inTurn(call, next) : next(call);
        },
      },
    ],
  };
};
