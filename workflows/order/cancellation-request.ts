import type { ByActor } from '../../src/contracts/interventions/interventions';
import type { CancelOrder } from '../../src/contracts/orders/place-order';
import type { CancellationVerdict } from '../../src/contracts/orders/verdict';
import { OrderStatus } from '../../src/contracts/statuses';
import { WAITS } from '../runtime/steps';
import { cancel } from './cancellation';
import type { OrderRun } from './order-run';
import type { OrderState } from './state';

/** Takes somebody's request to cancel, and answers it: a refusal at once, else when it is undone or goes on. */
export function requestCancellation(
  run: OrderRun,
  request: ByActor<CancelOrder>,
  answer: (verdict: CancellationVerdict) => void,
): void {
  run.request(async () => {
    const refused = await cancel(run, request);
    if (refused === WAITS) return false;
    if (refused)
      run.answerAfter(() => answer(isPartlyCancelled(run.state) ? { outcome: 'partially_cancelled' } : refused));
    else run.answerAfterCancellation(() => answer(outcomeOf(run.state)));
    return true;
  });
}

function outcomeOf(state: OrderState): CancellationVerdict {
  if (state.status === OrderStatus.cancelled) return { outcome: 'cancelled' };
  return isPartlyCancelled(state)
    ? { outcome: 'partially_cancelled' }
    : { outcome: 'refused', code: 'order_not_cancellable' };
}

const isPartlyCancelled = ({ fulfillments }: OrderState): boolean =>
  fulfillments.some(({ status }) => status === 'cancelling' || status === 'cancelled');
