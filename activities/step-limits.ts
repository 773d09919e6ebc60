import { asyncLocalStorage } from '@temporalio/activity';
import type { StepLimits } from '../src/books/connection-pool';
import { USUAL_LIMITS } from '../src/books/transactions';

/** How long a step within a workflow task waits for a connection: then it gives way to others. */
const STEP_WAIT_MS = 1_000;
/** Is a little less than the time limit of a step: PostgreSQL ends its statement, and frees its locks, first. */
const STEP_STATEMENT_MS = 2_500;

/**
 * Limits the transactions of an Activity. A step within a workflow task ends when its time is over, so that it does no
 * work beside its next attempt. A call on a provider's queue delays nobody: were it to give way as soon as a step does,
 * it would lose every time while there is more work than connections.
 */
export function stepLimits(): StepLimits {
  const activity = asyncLocalStorage.getStore();
  if (activity?.info.isLocal !== true) return USUAL_LIMITS;
  return {
    connectionMs: STEP_WAIT_MS,
    statementMs: STEP_STATEMENT_MS,
    isOver: () => activity.cancellationSignal.aborted,
  };
}
