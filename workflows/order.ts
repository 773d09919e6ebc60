import { ApplicationFailure, CancellationScope, setHandler, workflowInfo } from '@temporalio/workflow';
import { OrderStatus } from '../src/contracts/statuses';
import type { Verdict } from '../src/contracts/orders/verdict';
import * as messages from './messages';
import { addressCorrected } from './order/address-hold';
import { backorderFilled } from './order/backorder';
import { requestCancellation } from './order/cancellation-request';
import { noteFulfillmentFact } from './order/fulfillment';
import { attended, handedToPerson, handleInterventions } from './order/interventions';
import { OrderRun } from './order/order-run';
import { paymentSettled, requestPayment } from './order/payment';
import { newState, type OrderState } from './order/state';

/**
 * Runs an order from checkout to its end. It is validated, stock reserved, paid, backorders filled, split by merchant
 * and warehouse, every fulfillment packed, shipped and signed for. A cancellation before hand-over, or the end of the
 * payment window, undoes everything. `state` is given by the run that this one continues; an order that is adopted gets
 * it from the books.
 */
export async function order(input: messages.OrderInput, state?: OrderState): Promise<OrderStatus> {
  const run = new OrderRun(input, state ?? newState(input));
  handleMessages(run);
  handleInterventions(run);
  setHandler(messages.getProgress, () => run.progress());
  // "Request Cancellation" in the Web UI means the same as the Update.
  CancellationScope.current().cancelRequested.catch(() => {
    const request = { reason: 'operator_decision', actor: `temporal:${workflowInfo().workflowId}` } as const;
    run.actor.post(() => requestCancellation(run, request, () => undefined));
  });

  await CancellationScope.nonCancellable(() => run.run());
  return run.state.status;
}

/** Puts the messages of customers, the floor and carriers into the inbox of a run. */
function handleMessages(run: OrderRun): void {
  const { actor, input, state, verdicts } = run;
  setHandler(messages.awaitVerdict, () =>
    actor.ask<Verdict>((answer) => {
      verdicts.answerWhenDecided(input.paymentId, answer);
    }),
  );
  setHandler(
    messages.payAgain,
    ({ paymentId }) =>
      actor.ask<Verdict>((answer) => {
        requestPayment(run, paymentId);
        verdicts.answerWhenDecided(paymentId, answer);
      }),
    { validator: (_payment: { paymentId: string }) => assertAwaitsPayment(state) },
  );
  setHandler(messages.cancellationBegun, (request) =>
    actor.post(() => {
      // A run that accepted it itself knows it already.
      if (state.cancellation === null) requestCancellation(run, request, () => undefined);
    }),
  );
  setHandler(messages.handedToPerson, ({ taskId }) => actor.post(() => handedToPerson(run, taskId)));
  setHandler(messages.attended, ({ taskId }) => actor.post(() => attended(run, taskId)));
  setHandler(messages.watchdogReported, ({ reason }) =>
    actor.post(() => {
      state.attention.found = reason;
    }),
  );
  setHandler(messages.addressMended, () => actor.post(() => addressCorrected(run)));
  setHandler(messages.backorderFilled, () => actor.post(() => backorderFilled(state)));
  setHandler(messages.paymentRequested, ({ paymentId }) =>
    actor.post(() => {
      // An order that is paid for, or undone, abandons it.
      if (state.phase === 'pay' || state.phase === 'rebuild') requestPayment(run, paymentId);
    }),
  );
  setHandler(messages.paymentSettled, ({ paymentId }) => actor.post(() => paymentSettled(state, paymentId)));
  setHandler(messages.parcelPacked, ({ fulfillmentId }) =>
    actor.post(() => noteFulfillmentFact(state, fulfillmentId, (facts) => (facts.packed = true))),
  );
  setHandler(messages.parcelHandedOver, ({ fulfillmentId }) =>
    actor.post(() => noteFulfillmentFact(state, fulfillmentId, (facts) => (facts.handedOver = true))),
  );
  setHandler(messages.carrierReported, ({ fulfillmentId, scan }) =>
    actor.post(() => noteFulfillmentFact(state, fulfillmentId, (facts) => facts.scans.push(scan))),
  );
}

function assertAwaitsPayment({ status, phase }: OrderState): void {
  // The books, which a rebuilt run reads first, have let the attempt in.
  if (status !== OrderStatus.awaitingPayment && phase !== 'rebuild')
    throw ApplicationFailure.nonRetryable(`The order is ${status}`, 'payment_not_awaited');
}
