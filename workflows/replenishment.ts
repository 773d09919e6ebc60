import { CancellationScope, CancelledFailure, setHandler } from '@temporalio/workflow';
import { replenishmentEnded, stockLow, supplierAnswered } from './messages';
import { ReplenishmentRun } from './replenishment/replenishment-run';
import { newState, type ReplenishmentState } from './replenishment/state';

/**
 * Refills one shelf, replenishment after replenishment: orders from the supplier and reminds it until the goods are
 * received. People get a follow-up when the supplier fails. `stockLow` starts it; it ends when none is pending. `state`
 * is given by the run that this one continues.
 */
export async function replenishment(state: ReplenishmentState = newState()): Promise<void> {
  const run = new ReplenishmentRun(state);
  const { actor } = run;
  setHandler(stockLow, ({ replenishmentId }) => actor.post(() => run.enqueue(replenishmentId)));
  setHandler(supplierAnswered, (answer) =>
    actor.post(() => {
      state.answers[answer.replenishmentId] = answer;
    }),
  );
  setHandler(replenishmentEnded, ({ replenishmentId }) => actor.post(() => state.ended.push(replenishmentId)));
  // "Request Cancellation" in the Web UI closes the replenishment under way.
  CancellationScope.current().cancelRequested.catch(() => actor.post(() => run.cancel()));

  await CancellationScope.nonCancellable(() => run.run());
  if (state.cancelled) throw new CancelledFailure('Staff cancelled the replenishment');
}
