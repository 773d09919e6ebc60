import {
  ActivityFailure,
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { OrderStatus } from '../src/contracts/statuses';
import * as messages from './messages';
import { handleInterventions } from './order/interventions';
import { OrderRun } from './order/order-run';

/**
 * Runs an order from checkout to its end. It is validated, stock reserved, paid, backorders filled, split by merchant
 * and warehouse, every fulfillment packed, shipped and signed for. A cancellation before hand-over, or the end of the
 * payment window, undoes everything.
 */
export async function order(input: messages.OrderInput): Promise<OrderStatus> {
  const run = new OrderRun(input);
  // A cancellation ends the flow; handlers run beside it, and what they began finishes.
  const toItsEnd = <T>(work: () => Promise<T>): Promise<T> => CancellationScope.nonCancellable(work);
  setHandler(messages.awaitVerdict, () => toItsEnd(() => run.payment.verdictOn(input.paymentId)));
  setHandler(messages.payAgain, ({ paymentId }) => toItsEnd(() => run.payment.pay(paymentId)), {
    validator: (_payment: { paymentId: string }) =>
      assertStatus(run, OrderStatus.awaitingPayment, 'payment_not_awaited'),
  });
  handleInterventions(run);
  setHandler(messages.cancellationBegun, (request) => toItsEnd(() => run.cancellationBegun(request)));
  setHandler(messages.attended, ({ taskId }) => toItsEnd(() => run.attendTask.done(taskId)));
  setHandler(messages.watchdogReported, ({ reason }) => run.attention.reported(reason));
  setHandler(messages.addressMended, () => run.hold.addressCorrected());
  setHandler(messages.backorderFilled, () => run.backorder.filled());
  setHandler(messages.paymentSettled, ({ paymentId }) => run.payment.settled(paymentId));
  setHandler(messages.parcelPacked, ({ fulfillmentId }) =>
    run.signalFulfillment(fulfillmentId, (fulfillment) => fulfillment.packed()),
  );
  setHandler(messages.parcelHandedOver, ({ fulfillmentId }) =>
    run.signalFulfillment(fulfillmentId, (fulfillment) => fulfillment.handedOver()),
  );
  setHandler(messages.carrierReported, ({ fulfillmentId, scan }) =>
    run.signalFulfillment(fulfillmentId, (fulfillment) => fulfillment.reported(scan)),
  );
  setHandler(messages.getProgress, () => run.progress());
  // "Request Cancellation" in the Web UI means the same as the Update.
  CancellationScope.current().cancelRequested.catch(() =>
    CancellationScope.nonCancellable(() =>
      run.cancel({ reason: 'operator_decision', actor: `temporal:${workflowInfo().workflowId}` }),
    ),
  );

  await CancellationScope.nonCancellable(() => flow(run));
  await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
  return run.status;
}

async function flow(run: OrderRun): Promise<void> {
  try {
    await run.cancellably(async () => {
      const placed = await run.place();
      if (placed === 'address_not_mended') {
        await run.unwind(placed);
        return;
      }
      if (!placed) return;
      if (!(await run.payment.untilPaid(placed.payUntil))) {
        await run.unwind('payment_window_expired');
        return;
      }
      await run.backorder.untilFilled();
      await run.release();
      await Promise.all(run.fulfillments.map((fulfillment) => fulfillment.run()));
      await run.complete();
    });
  } catch (error) {
    // A step under way may have failed instead of being cancelled.
    const ended = isCancellation(error) || error instanceof ActivityFailure;
    if (!ended || run.cancellation === undefined) throw error;
    await run.unwind(run.cancellation);
  }
}

function assertStatus(run: OrderRun, status: OrderStatus, code: string): void {
  if (run.status !== status) throw ApplicationFailure.nonRetryable(`The order is ${run.status}`, code);
}
