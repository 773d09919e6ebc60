import { AT_WAREHOUSE_STATUSES, OrderStatus, Stage } from '../../src/contracts/statuses';
import { WAITS } from '../runtime/steps';
import { move, type OrderContext, type RunPhase } from './context';
import { advanceFulfillment, hasEnded } from './fulfillment';
import { newFulfillment, type OrderState } from './state';

/** Splits a paid order into fulfillments, and releases them to their warehouses. */
export const release: RunPhase = async (order) => {
  const { input, state, steps } = order;
  const refs = await steps.runTransaction('releaseToWarehouse', { orderId: input.orderId });
  // The books release nothing when they hold a cancellation: it is on its way here.
  if (refs === WAITS || refs.length === 0) return WAITS;
  state.fulfillments = refs.map((ref) => ({ ...newFulfillment(ref), ...state.factsBeforeRelease[ref.fulfillmentId] }));
  for (const { fulfillmentId } of refs) Reflect.deleteProperty(state.factsBeforeRelease, fulfillmentId);
  order.verdicts.decideFinally({ outcome: 'accepted' });
  move(order, OrderStatus.inFulfillment, Stage.pick);
  return 'fulfill';
};

/** Moves every fulfillment as far as it gets; the order completes after the last of them. */
export const fulfill: RunPhase = async (order) => {
  const { state } = order;
  for (const fulfillment of state.fulfillments) {
    await advanceFulfillment(order, fulfillment);
    markShipped(order);
  }
  return state.fulfillments.every(hasEnded) ? 'complete' : WAITS;
};

/**
 * Ends an order in the books: as completed, or as returned when every fulfillment that was not cancelled came
 * back. A run that was rebuilt may
 * not know every booking that was abandoned: those that the books know are voided first.
 */
export const complete: RunPhase = async (order) => {
  const { input, state, steps } = order;
  const { orderId } = input;
  const ended = await steps.runTransaction('completeOrder', { orderId, undone: state.abandonedVoided });
  if (ended === WAITS) return WAITS;
  if (ended.givenUp) {
    abandonBookings(state, ended.givenUp);
    state.abandonedVoided = true;
    return 'fulfill';
  }
  move(order, ended.status, Stage.closed);
  return 'end';
};

/** Notes bookings that were abandoned for another carrier, and are to be voided. */
export function abandonBookings(
  { fulfillments }: OrderState,
  bookings: readonly { readonly fulfillmentId: string; readonly n: number }[],
): void {
  for (const { fulfillmentId, n } of bookings) {
    const fulfillment = fulfillments.find(({ ref }) => ref.fulfillmentId === fulfillmentId);
    if (fulfillment && !fulfillment.abandoned.includes(n)) fulfillment.abandoned.push(n);
  }
}

function markShipped(order: OrderContext): void {
  const { state } = order;
  const isOut = !state.fulfillments.some(({ status }) => AT_WAREHOUSE_STATUSES.includes(status));
  if (isOut && state.status === OrderStatus.inFulfillment) move(order, OrderStatus.shipped, Stage.ship);
}
