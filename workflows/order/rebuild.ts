import type { FulfillmentFact, OrderFacts } from '../../src/contracts/orders/order-facts';
import { CarrierScan, FulfillmentStatus, HANDED_OVER_STATUSES } from '../../src/contracts/statuses';
import type { OrderStatus, ShipmentStatus } from '../../src/contracts/statuses';
import { WAITS } from '../runtime/steps';
import { beginHold } from './address-hold';
import { move, unwindFor, type OrderContext, type RunPhase } from './context';
import { newFulfillment, type FulfillmentState, type Phase } from './state';

/**
 * Builds the state of an order whose workflow was lost from the books, and continues where they stand. It takes the
 * last step of each thing again: every step has its key, and does nothing when it was done.
 */
export const rebuild: RunPhase = async (order) => {
  const { input, state, steps } = order;
  const facts = await steps.runTransaction('readOrderFacts', { orderId: input.orderId });
  if (facts === WAITS) return WAITS;
  move(order, facts.status, facts.stage);
  state.backorder.agreedOn = facts.agreedOn;
  state.attention.attendTask = facts.attendTask;
  // An attempt of the lost workflow may write another reason yet: this run writes its own.
  state.attention.inBooks = null;
  state.fulfillments = facts.fulfillments.map((fact) => rebuildFulfillment(order, fact));
  rebuildPayment(order, facts);
  state.cancellation = facts.cancellation;
  if (facts.cancellation !== null) return unwindFor(order, facts.cancellation);
  return PHASE_OF[facts.status](order, facts);
};

function accepted(order: OrderContext): Phase {
  order.verdicts.decideFinally({ outcome: 'accepted' });
  return 'fulfill';
}

/** The order ended between its adoption and this run. */
function ended(order: OrderContext): Phase {
  order.verdicts.decideFinally({ outcome: 'rejected', code: 'order_closed', shortages: [] });
  return 'end';
}

/** Names the phase in which an order of each status continues. */
const PHASE_OF: Readonly<Record<OrderStatus, (order: OrderContext, facts: OrderFacts) => Phase>> = {
  // What was validated or reserved already is found so; a corrected order gets its payment window.
  draft: (_order, { corrected, payments }) => {
    if (payments.some(({ status }) => status === 'authorized')) return 'pay';
    return corrected ? 'resume' : 'validate';
  },
  awaiting_address: (order, { payUntil }) => {
    beginHold(order, order.input.addressHold, Date.parse(payUntil ?? ''));
    order.verdicts.decideRest({ outcome: 'address_held' });
    return 'hold';
  },
  awaiting_payment: () => 'pay',
  awaiting_stock: (order) => {
    order.verdicts.decideFinally({ outcome: 'accepted' });
    return 'backorder';
  },
  in_fulfillment: accepted,
  shipped: accepted,
  // The books end it, or say what is left to undo.
  cancelling: (order) => unwindFor(order, 'operator_decision'),
  completed: ended,
  returned: ended,
  cancelled: ended,
  rejected: ended,
};

/**
 * Rebuilds the attempts to pay. The last one with an outcome in the books is tried first: its step finds that, or asks
 * the gateway. Those after it wait for their turn.
 */
function rebuildPayment({ state: { payment, verdicts } }: OrderContext, { payUntil, payments }: OrderFacts): void {
  payment.payUntil = payUntil === null ? null : Date.parse(payUntil);
  // One that was abandoned may never have reached the gateway: the API took it back.
  const last = payments.findLastIndex(({ status }) => status !== 'pending' && status !== 'abandoned');
  const current = Math.max(0, last);
  payment.current = payments[current]?.paymentId ?? payment.current;
  // Any of them may have reached the gateway.
  payment.tried = payments.map(({ paymentId }) => paymentId);
  // Requests that came while the books were read are among them.
  payment.requested = payments
    .slice(current + 1)
    .flatMap(({ paymentId, status }) => (status === 'pending' ? [paymentId] : []));
  // Somebody may await the verdict on an attempt that is decided: the order's own verdict answers that.
  verdicts.open = [...new Set([payment.current, ...payment.requested, ...verdicts.open])];
}

function rebuildFulfillment(
  { input, state }: OrderContext,
  { status, carrierCode, shipment, abandoned, ...ref }: FulfillmentFact,
): FulfillmentState {
  // Facts that came while the books were read.
  const early = state.factsBeforeRelease[ref.fulfillmentId];
  Reflect.deleteProperty(state.factsBeforeRelease, ref.fulfillmentId);
  return {
    ...newFulfillment(ref),
    scanDue: status === 'returning' ? Date.now() + input.deliverySilenceSeconds * 1000 : null,
    scansAwaited: status === 'returning' ? 1 : 0,
    status: RETAKEN_AS[status] ?? status,
    packed: status !== 'released' || early?.packed === true,
    handedOver: HANDED_OVER_STATUSES.includes(status) || early?.handedOver === true,
    captured: ['delivered', 'returning', 'returned'].includes(status),
    restocked: status === 'returned',
    carrierCode,
    scans: status === 'returned' ? [CarrierScan.returned] : scansOf(shipment, status),
    abandoned: [...abandoned],
  };
}

/** Maps a status whose last step may be missing to the status that takes it. */
const RETAKEN_AS: Readonly<Partial<Record<FulfillmentStatus, FulfillmentStatus>>> = {
  // The refund.
  returned: FulfillmentStatus.returning,
  // The void of its amount.
  cancelled: FulfillmentStatus.cancelling,
};

/** Lists the scans that decide, and that the books of a fulfillment have not followed yet. */
function scansOf(shipment: ShipmentStatus | null, status: FulfillmentStatus): CarrierScan[] {
  if (shipment === null || status === 'delivered') return [];
  if (shipment === 'refused' && status === 'returning') return [];
  const scans: Partial<Record<ShipmentStatus, CarrierScan[]>> = {
    signed: [CarrierScan.signed],
    refused: [CarrierScan.refused],
    returned: [CarrierScan.returned],
    exception: [CarrierScan.exception],
  };
  return scans[shipment] ?? [];
}
