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
 * Refills one shelf, need after need: the supplier is asked, reminded and held to its word until the goods are booked
 * in; people are told when it does not go by itself. It is started by the first need, and ends when there is none.
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
      // Staff who press "Request Cancellation" in the Web UI close what is under way; a try that was on its way then
      // may have failed instead.
      if (!CancellationScope.current().consideredCancelled) throw error;
      await CancellationScope.nonCancellable(() => books.abandonReplenishment({ replenishmentId }));
      throw isCancellation(error) ? error : new CancelledFailure('Staff cancelled the replenishment');
    }
    if (workflowInfo().continueAsNewSuggested && run.pending.length > 0)
      await continueAsNew<typeof replenishment>(run.pending);
  }
}
