import {
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { replenishmentEnded, stockLow, supplierAnswered } from './messages';
import { books } from './runtime/call-activities';
import { ReplenishmentRun } from './replenishment/replenishment-run';

/**
 * Refills one shelf, replenishment after replenishment: orders from the supplier and reminds it until the goods are
 * received. People get a follow-up when the supplier fails. `stockLow` starts it; it ends when none is pending.
 */
export async function replenishment(pending: readonly string[] = []): Promise<void> {
  const run = new ReplenishmentRun([...pending]);
  setHandler(stockLow, ({ replenishmentId }) => {
    run.need(replenishmentId);
  });
  setHandler(supplierAnswered, (answer) => {
    run.answered(answer);
  });
  setHandler(replenishmentEnded, ({ replenishmentId }) => {
    run.ended(replenishmentId);
  });

  await condition(() => run.pending.length > 0);
  for (let next = run.next(); next !== undefined; next = run.next()) {
    const replenishmentId = next;
    try {
      await run.replenish(replenishmentId);
    } catch (error) {
      // "Request Cancellation" in the Web UI closes the replenishment under way, whose step may have failed instead of
      // being cancelled.
      if (!CancellationScope.current().consideredCancelled) throw error;
      await CancellationScope.nonCancellable(() => books.abandonReplenishment({ replenishmentId }));
      throw isCancellation(error) ? error : new CancelledFailure('Staff cancelled the replenishment');
    }
    if (workflowInfo().continueAsNewSuggested && run.pending.length > 0)
      await continueAsNew<typeof replenishment>(run.pending);
  }
}
