import type { CancellationReason } from '../../src/contracts/orders/place-order';
import { OrderStatus, type Stage } from '../../src/contracts/statuses';
import type { OrderInput } from '../messages';
import type { Steps, Waits } from '../runtime/steps';
import type { OrderState, Phase } from './state';
import type { Verdicts } from './verdicts';

/** Gives the phases of an order what they work with. */
export interface OrderContext {
  readonly input: OrderInput;
  readonly state: OrderState;
  readonly steps: Steps;
  readonly verdicts: Verdicts;
}

/** Runs a phase as far as it gets. Returns the phase that follows, or that this one waits for a message. */
export type RunPhase = (order: OrderContext) => Promise<Phase | Waits>;

/** Moves an order to a status and stage. */
export function move({ state }: OrderContext, status: OrderStatus, stage: Stage): void {
  state.status = status;
  state.stage = stage;
}

/** Lets an order that was being cancelled continue: a carrier already has one of its parcels. */
export function resumeOrder(order: OrderContext): void {
  const { state } = order;
  if (state.cancellation === null) return;
  state.cancellation = null;
  state.unwinding = null;
  order.verdicts.decideFinally({ outcome: 'accepted' });
  move(order, OrderStatus.inFulfillment, state.stage);
}

/** Makes an order undo everything. What it waits for ends first, so that nothing is done while it is undone. */
export function unwindFor({ state, steps }: OrderContext, reason: CancellationReason): Phase {
  steps.stop();
  state.unwinding = { reason, left: null, booksUndone: state.unwinding?.booksUndone ?? false };
  return 'unwind';
}
