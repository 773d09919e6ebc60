import { ApplicationFailure, CancellationScope, currentUpdateInfo, setHandler } from '@temporalio/workflow';
import type { ErrorCode } from '../../src/contracts/errors';
import type { By, ChooseCarrier } from '../../src/contracts/interventions/interventions';
import type { InterventionVerb } from '../../src/contracts/interventions/intervention-codes';
import { invalidMembers } from '../../src/domain/interventions/intervention-shape';
import { availableActions } from '../../src/domain/interventions/available-actions';
import * as messages from '../messages';
import type { OrderRun } from './order-run';

/** Why a verb that an order does not take now is refused. */
const REFUSALS: Readonly<Record<InterventionVerb, ErrorCode>> = {
  retryNow: 'nothing_to_retry',
  chooseCarrier: 'label_not_awaited',
  cancelOrder: 'order_not_cancellable',
  handToPerson: 'already_attended',
};

/**
 * Lets people of the mall move an order that is stuck. What does not fit is refused before it is written anywhere: by
 * shape, as these are typed in the Web UI too, and by what the order takes as it stands. No cancellation interrupts
 * them.
 */
export function handleInterventions(run: OrderRun): void {
  const request = (): string => currentUpdateInfo()?.id ?? '';
  setHandler(messages.retryNow, (asked) => CancellationScope.nonCancellable(() => run.retryNow(asked, request())), {
    validator: (asked) => {
      assertFits(run, 'retryNow', asked);
    },
  });
  setHandler(
    messages.chooseCarrier,
    (asked) => CancellationScope.nonCancellable(() => run.chooseCarrier(asked, request())),
    {
      validator: (asked: By<ChooseCarrier>) => {
        assertFits(run, 'chooseCarrier', asked);
        if (!run.awaitsLabel(asked.fulfillmentId))
          throw refusal('label_not_awaited', `${asked.fulfillmentId} waits for no label`);
      },
    },
  );
  setHandler(
    messages.handToPerson,
    (asked) => CancellationScope.nonCancellable(() => run.handToPerson(asked, request())),
    {
      validator: (asked) => {
        assertFits(run, 'handToPerson', asked);
      },
    },
  );
  setHandler(messages.cancelOrder, (asked) => CancellationScope.nonCancellable(() => run.cancel(asked)), {
    // Whether it comes too late is answered by the database, which the hand-over asks too.
    validator: (asked) => {
      assertShape('cancelOrder', asked);
    },
  });
}

function assertShape(verb: InterventionVerb, asked: unknown): void {
  const misfits = invalidMembers(verb, asked);
  if (misfits.length > 0) throw refusal('validation_failed', misfits.join('; '));
}

function assertFits(run: OrderRun, verb: InterventionVerb, asked: unknown): void {
  assertShape(verb, asked);
  const standing = run.standing();
  if (standing.closed) throw refusal('order_closed', `The order is ${run.status}`);
  if (!availableActions(standing).includes(verb)) throw refusal(REFUSALS[verb], `The order is ${run.status}`);
}

const refusal = (code: ErrorCode, detail: string): ApplicationFailure => ApplicationFailure.nonRetryable(detail, code);
