import { patched } from '@temporalio/workflow';
import type { ByActor } from '../../src/contracts/interventions/interventions';
import type { CancelOrder } from '../../src/contracts/orders/place-order';
import type { CancellationVerdict } from '../../src/contracts/orders/verdict';
import { OrderStatus, Stage } from '../../src/contracts/statuses';
import type { Result } from '../runtime/call-activities';
import { WAITS, type Waits } from '../runtime/steps';
import { move, unwindFor, type OrderContext, type RunPhase } from './context';
import { advanceFulfillment, atCarrier, beginCancelling, hasEnded, isHandedOver } from './fulfillment';
import { atGateway } from './payment';
import type { FulfillmentState, OrderState, UndoableEffect, UnwindingState } from './state';

/** Marks orders that undo each fulfillment by itself, since release 0.6. */
const BY_FULFILLMENT = 'undo-by-fulfillment';

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
 * Undoes everything and ends the order as cancelled. Each fulfillment is undone by itself, its label first: one that
 * waits blocks nobody else's money or stock. When a carrier already has a parcel, the order continues with that.
 */
export const unwind: RunPhase = async (order) => {
  const { input, state, steps } = order;
  const { unwinding } = state;
  if (!unwinding || steps.isStopping) return WAITS;
  unwinding.left ??= beginUnwinding(state, unwinding);
  // Those whose bookings were abandoned may wait for their carrier after all else is undone.
  const undoing = state.fulfillments.filter(({ undone }) => undone !== undefined).toReversed();
  for (const fulfillment of undoing) await advanceFulfillment(order, fulfillment);
  if (state.cancellation === null && state.fulfillments.some(isHandedOver)) return 'fulfill';
  if (!undoing.every(hasEnded)) return WAITS;
  for (const undo of unwinding.left) {
    const outcome = await undoEffect(order, undo);
    // Nothing is undone beside what the books say.
    if (outcome === 'handed_over') return steps.stop() ? WAITS : 'rebuild';
    if (outcome === 'undone') unwinding.left = unwinding.left.filter((one) => one !== undo);
  }
  if (unwinding.left.length > 0) return WAITS;
  const { reason, booksUndone: undone } = unwinding;
  const left = await steps.runTransaction('finishCancellation', { orderId: input.orderId, reason, undone });
  if (left === WAITS) return WAITS;
  if (left) {
    // A run that was rebuilt, or whose last steps were lost, may have done more than it knows.
    state.unwinding = { reason, booksUndone: true, left: null };
    if (patched(BY_FULFILLMENT)) return 'rebuild';
    state.unwinding.left = effectsLeft(left);
    return 'unwind';
  }
  order.verdicts.decideFinally({ outcome: 'rejected', code: 'order_not_cancellable', shortages: [] });
  move(order, OrderStatus.cancelled, Stage.closed);
  return 'end';
};

/** Reports whether an order continues, and its carriers have answered about every label. */
export const isCancellationOver = ({ cancellation, fulfillments }: OrderState): boolean =>
  cancellation === null &&
  !fulfillments.some(({ status, undone }) => status === 'cancelling' && undone?.label !== true);

/** Begins to undo every fulfillment. Returns what is to be undone of the order itself, the newest first. */
function beginUnwinding({ fulfillments, payment }: OrderState, { booksUndone }: UnwindingState): UndoableEffect[] {
  const payments = payment.tried.toReversed().map((paymentId): UndoableEffect => ({ kind: 'payment', paymentId }));
  if (fulfillments.length > 0 && patched(BY_FULFILLMENT)) {
    for (const fulfillment of fulfillments) beginCancelling(fulfillment);
    // Fulfillments void their own amounts: only the books know of more.
    return booksUndone ? payments : [];
  }
  return [...labelsOf(fulfillments), ...payments, { kind: 'stock' }];
}

/** Lists the labels of fulfillments: an order whose history is of release 0.5 undoes them beside its payments. */
const labelsOf = (fulfillments: readonly FulfillmentState[]): UndoableEffect[] =>
  fulfillments
    .toReversed()
    .flatMap(({ ref: { fulfillmentId }, status, abandoned }): UndoableEffect[] => [
      ...abandoned.map((n): UndoableEffect => ({ kind: 'booking', fulfillmentId, n })),
      ...(status === 'released' ? [] : [{ kind: 'shipment', fulfillmentId } as const]),
    ]);

function effectsLeft(left: NonNullable<Result<'finishCancellation'>>): UndoableEffect[] {
  return [
    ...left.givenUp.map((booking): UndoableEffect => ({ kind: 'booking', ...booking })),
    ...left.fulfillmentIds.map((fulfillmentId): UndoableEffect => ({ kind: 'shipment', fulfillmentId })),
    ...left.paymentIds.map((paymentId): UndoableEffect => ({ kind: 'payment', paymentId })),
  ];
}

/** Undoes one effect, unless that waits. `handed_over`: the carrier has the parcel. */
async function undoEffect(order: OrderContext, undo: UndoableEffect): Promise<'undone' | 'handed_over' | Waits> {
  const { orderId } = order.input;
  const ended = (result: unknown) => (result === WAITS ? WAITS : 'undone');
  switch (undo.kind) {
    case 'shipment': {
      const { fulfillmentId } = undo;
      const label = await atCarrier(order, fulfillmentId, 'voidShipment', { orderId, fulfillmentId });
      return label !== WAITS && label?.status === 'handed_over' ? 'handed_over' : ended(label);
    }
    case 'booking': {
      const { fulfillmentId, n } = undo;
      return ended(await atCarrier(order, fulfillmentId, 'voidBooking', { orderId, fulfillmentId, n }));
    }
    case 'payment':
      return ended(await atGateway(order, 'voidPayment', undo.paymentId));
    case 'stock':
      return ended(await order.steps.runTransaction('releaseStock', { orderId }));
  }
}
