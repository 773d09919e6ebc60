import type { ByActor } from '../../src/contracts/interventions/interventions';
import type { CancelOrder } from '../../src/contracts/orders/place-order';
import type { CancellationVerdict } from '../../src/contracts/orders/verdict';
import { OrderStatus } from '../../src/contracts/statuses';
import { WAITS } from '../runtime/steps';
import { cancel } from './cancellation';
import type { OrderRun } from './order-run';

/** Takes somebody's request to cancel, and answers it: a refusal at once, else after everything is undone. */
export function requestCancellation(
  run: OrderRun,
  request: ByActor<CancelOrder>,
  answer: (verdict: CancellationVerdict) => void,
): void {
  run.request(async () => {
    const refused = await cancel(run, request);
    if (refused === WAITS) return false;
    if (refused) run.answerAfter(() => answer(refused));
    else
      run.answerAtEnd(() =>
        answer(
          run.state.status === OrderStatus.cancelled
            ? { outcome: 'cancelled' }
            : { outcome: 'refused', code: 'order_not_cancellable' },
        ),
      );
    return true;
  });
}
