import { ApplicationFailure, CancellationScope, currentUpdateInfo, setHandler } from '@temporalio/workflow';
import type { ErrorCode } from '../../src/contracts/errors';
import type { ByActor, ChooseCarrier } from '../../src/contracts/interventions/interventions';
import type { InterventionVerb } from '../../src/contracts/interventions/intervention-codes';
import { invalidMembers } from '../../src/domain/interventions/intervention-shape';
import { availableActions } from '../../src/domain/interventions/available-actions';
import * as messages from '../messages';
import type { OrderRun } from './order-run';

/** The code that refuses a verb which an order does not take now. */
const REFUSALS: Readonly<Record<InterventionVerb, ErrorCode>> = {
  retryNow: 'nothing_to_retry',
  chooseCarrier: 'label_not_awaited',
  cancelOrder: 'order_not_cancellable',
  handToPerson: 'already_attended',
};

/**
 * Lets staff move an order that is stuck. Validators refuse a request by its shape, as it may be typed in the Web UI,
 * and by what the order takes as it is now. No cancellation interrupts a request.
 */
export function handleInterventions(run: OrderRun): void {
  const requestId = (): string => currentUpdateInfo()?.id ?? '';
  setHandler(
    messages.retryNow,
    (request) => CancellationScope.nonCancellable(() => run.retryNow(request, requestId())),
    {
      validator: (request) => {
        assertFits(run, 'retryNow', request);
      },
    },
  );
  setHandler(
    messages.chooseCarrier,
    (request) => CancellationScope.nonCancellable(() => run.chooseCarrier(request, requestId())),
    {
      validator: (request: ByActor<ChooseCarrier>) => {
        assertFits(run, 'chooseCarrier', request);
        if (!run.awaitsLabel(request.fulfillmentId))
          throw refusal('label_not_awaited', `${request.fulfillmentId} waits for no label`);
      },
    },
  );
  setHandler(
    messages.handToPerson,
    (request) => CancellationScope.nonCancellable(() => run.attendTask.open(request, requestId())),
    {
      validator: (request) => {
        assertFits(run, 'handToPerson', request);
      },
    },
  );
  setHandler(messages.cancelOrder, (request) => CancellationScope.nonCancellable(() => run.cancel(request)), {
    // The database decides whether it comes too late, as the hand-over asks it too.
    validator: (request) => {
      assertShape('cancelOrder', request);
    },
  });
}

function assertShape(verb: InterventionVerb, request: unknown): void {
  const invalid = invalidMembers(verb, request);
  if (invalid.length > 0) throw refusal('validation_failed', invalid.join('; '));
}

function assertFits(run: OrderRun, verb: InterventionVerb, request: unknown): void {
  assertShape(verb, request);
  const standing = run.standing();
  if (standing.closed) throw refusal('order_closed', `The order is ${run.status}`);
  if (!availableActions(standing).includes(verb)) throw refusal(REFUSALS[verb], `The order is ${run.status}`);
}

const refusal = (code: ErrorCode, detail: string): ApplicationFailure => ApplicationFailure.nonRetryable(detail, code);
