import type { ByActor } from '../../src/contracts/interventions/interventions';
import type { CancelOrder } from '../../src/contracts/orders/place-order';
import type { CancellationVerdict } from '../../src/contracts/orders/verdict';
import { OrderStatus, Stage } from '../../src/contracts/statuses';
import type { Result } from '../runtime/call-activities';
import { WAITS, type Waits } from '../runtime/steps';
import { move, unwindFor, type OrderContext, type RunPhase } from './context';
import { atCarrier } from './fulfillment';
import { atGateway } from './payment';
import type { OrderState, UndoableEffect } from './state';

type CancellationRequest = ByActor<CancelOrder>;

/**
 * Cancels an order, unless something was handed over. Cancellation and hand-over lock the same rows, so the database
 * decides. Returns the refusal; undefined when the order unwinds.
 */
export async function cancel(
  order: OrderContext,
  request: CancellationRequest,
): Promise<Extract<CancellationVerdict, { outcome: 'refused' }> | Waits | undefined> {
  const { input, state, steps } = order;
  const verdict = await steps.runRequested('beginCancellation', { orderId: input.orderId, ...request });
  if (verdict === WAITS) return WAITS;
  if (verdict.outcome === 'refused') return verdict;
  if (state.cancellation === null && state.phase !== 'end') {
    state.cancellation = request.reason;
    move(order, OrderStatus.cancelling, state.stage);
    if (state.phase !== 'unwind') state.phase = unwindFor(order, request.reason);
  }
  return undefined;
}

/**
 * Undoes everything, the newest effect first, and ends the order as cancelled. An effect that cannot be undone now
 * waits beside the others: one refusal blocks nobody else's money or stock.
 */
export const unwind: RunPhase = async (order) => {
  const { input, state, steps } = order;
  const { unwinding } = state;
  if (!unwinding || steps.isStopping) return WAITS;
  unwinding.left ??= effectsOf(state);
  for (const undo of unwinding.left) {
    if (await undoEffect(order, undo)) unwinding.left = unwinding.left.filter((one) => one !== undo);
  }
  if (unwinding.left.length > 0) return WAITS;
  const { reason, booksUndone: undone } = unwinding;
  const left = await steps.runTransaction('finishCancellation', { orderId: input.orderId, reason, undone });
  if (left === WAITS) return WAITS;
  if (left) {
    // A run that was rebuilt, or whose last steps were lost, may have done more than it knows.
    state.unwinding = { reason, booksUndone: true, left: effectsLeft(left) };
    return 'unwind';
  }
  order.verdicts.decideFinally({ outcome: 'rejected', code: 'order_not_cancellable', shortages: [] });
  move(order, OrderStatus.cancelled, Stage.closed);
  return 'end';
};

/** Lists what an order may have done, the newest first. */
function effectsOf({ fulfillments, payment }: OrderState): UndoableEffect[] {
  return [
    ...fulfillments
      .toReversed()
      .flatMap(({ ref: { fulfillmentId }, status, abandoned }): UndoableEffect[] => [
        ...abandoned.map((n): UndoableEffect => ({ kind: 'booking', fulfillmentId, n })),
        ...(status === 'released' ? [] : [{ kind: 'shipment', fulfillmentId } as const]),
      ]),
    ...payment.tried.toReversed().map((paymentId): UndoableEffect => ({ kind: 'payment', paymentId })),
    { kind: 'stock' },
  ];
}

function effectsLeft(left: NonNullable<Result<'finishCancellation'>>): UndoableEffect[] {
  return [
    ...left.givenUp.map((booking): UndoableEffect => ({ kind: 'booking', ...booking })),
    ...left.fulfillmentIds.map((fulfillmentId): UndoableEffect => ({ kind: 'shipment', fulfillmentId })),
    ...left.paymentIds.map((paymentId): UndoableEffect => ({ kind: 'payment', paymentId })),
  ];
}

/** Undoes one effect. Returns false while that waits. */
async function undoEffect(order: OrderContext, undo: UndoableEffect): Promise<boolean> {
  const { orderId } = order.input;
  switch (undo.kind) {
    case 'shipment': {
      const { fulfillmentId } = undo;
      return (await atCarrier(order, fulfillmentId, 'voidShipment', { orderId, fulfillmentId })) !== WAITS;
    }
    case 'booking': {
      const { fulfillmentId, n } = undo;
      return (await atCarrier(order, fulfillmentId, 'voidBooking', { orderId, fulfillmentId, n })) !== WAITS;
    }
    case 'payment':
      return (await atGateway(order, 'voidPayment', undo.paymentId)) !== WAITS;
    case 'stock':
      return (await order.steps.runTransaction('releaseStock', { orderId })) !== WAITS;
  }
}
