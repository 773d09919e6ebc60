import { OrderStatus, Stage } from '../../src/contracts/statuses';
import type { Verdict } from '../../src/contracts/orders/verdict';
import { WAITS } from '../runtime/steps';
import { beginHold } from './address-hold';
import { move, type OrderContext, type RunPhase } from './context';
import type { Phase } from './state';

/** Validates the destination and the address of an order. */
export const validate: RunPhase = async (order) => {
  const { orderId } = order.input;
  const validated = await order.steps.runTransaction('validateOrder', { orderId });
  if (validated === WAITS) return WAITS;
  // It was cancelled before this run could hear of it: the books say where it stands.
  if (validated?.outcome === 'cancelling') return 'rebuild';
  if (validated?.outcome === 'rejected') return reject(order, validated);
  if (validated?.outcome === 'address_held') beginHold(order, order.input.addressHold);
  return 'reserve';
};

/** Reserves the stock of an order until its payment window, or the hold for its address, ends. */
export const reserve: RunPhase = async (order) => {
  const { input, state } = order;
  const reserved = await order.steps.runTransaction('reserveStock', {
    orderId: input.orderId,
    paymentWindowSeconds: state.hold ? input.addressHold.seconds : input.paymentWindowSeconds,
  });
  if (reserved === WAITS) return WAITS;
  if (reserved.outcome === 'rejected') return reject(order, reserved);
  state.backorder.agreedOn = reserved.agreedOn ?? null;
  const until = Date.parse(reserved.payUntil);
  if (state.hold) {
    state.hold = { ...state.hold, until };
    return 'hold';
  }
  state.payment.payUntil = until;
  return 'pay';
};

function reject(order: OrderContext, verdict: Extract<Verdict, { outcome: 'rejected' }>): Phase {
  order.verdicts.decideFinally(verdict);
  move(order, OrderStatus.rejected, Stage.closed);
  return 'end';
}
