import type { ActivityName, Result } from '../runtime/call-activities';
import { AttentionReason, OrderStatus, Stage } from '../../src/contracts/statuses';
import type { Deadline } from '../runtime/timers';
import { WAITS, type Waits } from '../runtime/steps';
import { move, unwindFor, type OrderContext, type RunPhase } from './context';
import type { OrderState, Phase } from './state';

/** Notes that the customer acted on an attempt. */
export function paymentSettled({ payment }: OrderState, paymentId: string): void {
  if (!payment.customerActed.includes(paymentId)) payment.customerActed.push(paymentId);
}

/** Adds an attempt of the customer, who asked for it in time. It is tried once those before it have failed. */
export function requestPayment({ state, verdicts }: OrderContext, paymentId: string): void {
  verdicts.open(paymentId);
  const { requested, tried } = state.payment;
  if (!requested.includes(paymentId) && !tried.includes(paymentId)) requested.push(paymentId);
}

/**
 * Tries the payment attempts of an order one after another, in the order of their requests, until one is authorized. A
 * request that comes within the window counts, though its turn may come later.
 */
export const pay: RunPhase = async (order) => {
  for (;;) {
    const next = await STEPS[order.state.payment.step](order);
    if (next !== undefined) return next;
  }
};

/** Takes a step of paying. Returns undefined when the next one may follow. */
type PayStep = (order: OrderContext) => Promise<Phase | Waits | undefined>;

const tryAttempt: PayStep = async (order) => {
  const { payment } = order.state;
  const attempt = payment.current;
  if (!payment.tried.includes(attempt)) payment.tried.push(attempt);
  const result = await atGateway(order, 'authorizePayment', attempt);
  if (result === WAITS) return WAITS;
  if (result.status === 'authorized') return 'backorder';
  payment.actionRequired = result.status === 'action_required';
  payment.step = 'awaiting';
  order.verdicts.decide(
    attempt,
    result.status === 'action_required'
      ? { outcome: 'action_required', paymentId: attempt }
      : { outcome: 'declined', paymentId: attempt, declineCode: result.declineCode },
  );
  move(order, OrderStatus.awaitingPayment, Stage.receive);
  return undefined;
};

const awaitCustomer: PayStep = async ({ state: { payment } }) => {
  const settled = payment.customerActed.includes(payment.current);
  payment.customerActed = payment.customerActed.filter((id) => id !== payment.current);
  if (payment.requested.length > 0 || payment.windowPassed) payment.step = 'abandoning';
  else if (settled) payment.step = 'trying';
  else return WAITS;
  return undefined;
};

const abandonAttempt: PayStep = async (order) => {
  const { payment } = order.state;
  if (payment.actionRequired) {
    const abandoned = await atGateway(order, 'abandonPayment', payment.current);
    if (abandoned === WAITS) return WAITS;
    if (abandoned.status === 'authorized') return 'backorder';
    payment.actionRequired = false;
  }
  const next = payment.requested.shift();
  if (next === undefined) return unwindFor(order, 'payment_window_expired');
  payment.current = next;
  payment.step = 'trying';
  return undefined;
};

const STEPS = { trying: tryAttempt, awaiting: awaitCustomer, abandoning: abandonAttempt } as const;

/** Lists the end of the payment window while the order waits for its customer. */
export function paymentDeadlines({ phase, payment }: OrderState): Deadline[] {
  if (phase !== 'pay' || payment.step !== 'awaiting' || payment.payUntil === null || payment.windowPassed) return [];
  const passed = () => {
    payment.windowPassed = true;
  };
  return [{ key: 'payment', at: payment.payUntil, summary: 'payment window', onPassed: passed }];
}

type GatewayStep = Extract<ActivityName, 'authorizePayment' | 'abandonPayment' | 'voidPayment'>;

/** Calls the gateway about an attempt. */
export function atGateway<Name extends GatewayStep>(
  { input, steps }: OrderContext,
  step: Name,
  paymentId: string,
): Promise<Result<Name> | Waits> {
  return steps.callProvider(
    step,
    { orderId: input.orderId, paymentId },
    { target: { taskQueue: input.paymentQueue }, reason: AttentionReason.paymentProviderUnavailable },
  );
}
