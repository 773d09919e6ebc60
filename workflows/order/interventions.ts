import { ApplicationFailure, currentUpdateInfo, setHandler } from '@temporalio/workflow';
import type { ErrorCode } from '../../src/contracts/errors';
import type {
  ByActor,
  ChooseCarrier,
  HandToPerson,
  InterventionVerdict,
  RetryNow,
} from '../../src/contracts/interventions/interventions';
import type { InterventionVerb } from '../../src/contracts/interventions/intervention-codes';
import { availableActions } from '../../src/domain/interventions/available-actions';
import { invalidMembers } from '../../src/domain/interventions/intervention-shape';
import * as messages from '../messages';
import { WAITS, type Waits } from '../runtime/steps';
import { requestCancellation } from './cancellation-request';
import { abandonBookings } from './fulfillment-phases';
import { awaitsLabel } from './fulfillment';
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
 * and by what the order takes as it is now.
 */
export function handleInterventions(run: OrderRun): void {
  setHandler(messages.retryNow, (request) => answerOf(run, (id) => retryNow(run, request, id)), {
    validator: (request) => {
      assertFits(run, 'retryNow', request);
    },
  });
  setHandler(messages.chooseCarrier, (request) => answerOf(run, (id) => chooseCarrier(run, request, id)), {
    validator: (request: ByActor<ChooseCarrier>) => {
      assertFits(run, 'chooseCarrier', request);
      const chosen = run.state.fulfillments.find(({ ref }) => ref.fulfillmentId === request.fulfillmentId);
      if (!chosen || !awaitsLabel(run.state, chosen))
        throw refusal('label_not_awaited', `${request.fulfillmentId} waits for no label`);
    },
  });
  setHandler(messages.handToPerson, (request) => answerOf(run, (id) => handToPerson(run, request, id)), {
    validator: (request) => {
      assertFits(run, 'handToPerson', request);
    },
  });
  setHandler(messages.cancelOrder, (request) => run.actor.ask((answer) => requestCancellation(run, request, answer)), {
    // The database decides whether it comes too late, as the hand-over asks it too.
    validator: (request) => {
      assertShape('cancelOrder', request);
    },
  });
}

/** Takes an intervention when its turn comes, again while its step waits, and answers it. */
function answerOf(
  run: OrderRun,
  take: (requestId: string) => Promise<InterventionVerdict | Waits>,
): Promise<InterventionVerdict> {
  const requestId = currentUpdateInfo()?.id ?? '';
  return run.actor.ask((answer) =>
    run.request(async () => {
      const verdict = await take(requestId);
      if (verdict === WAITS) return false;
      run.answerAfter(() => answer(verdict));
      return true;
    }),
  );
}

/** Tries every call that waits for a provider again at once, and every step that failed. */
async function retryNow(
  { input, steps }: OrderRun,
  request: ByActor<RetryNow>,
  requestId: string,
): Promise<InterventionVerdict | Waits> {
  const recorded = await steps.runRequested('recordRetry', { ...request, orderId: input.orderId, request: requestId });
  return recorded === WAITS ? WAITS : { outcome: 'retried', steps: steps.retry() };
}

/**
 * Books another carrier when the label of the first does not come. The first booking is voided beside the new one,
 * which does not wait for that.
 */
async function chooseCarrier(
  { input, state, steps }: OrderRun,
  request: ByActor<ChooseCarrier>,
  requestId: string,
): Promise<InterventionVerdict | Waits> {
  const { fulfillmentId } = request;
  const verdict = await steps.runRequested('chooseCarrier', { ...request, orderId: input.orderId, request: requestId });
  if (verdict === WAITS || verdict.outcome === 'refused') return verdict;
  // A booking that waits is made again, and finds the choice in the books.
  steps.retry(fulfillmentId);
  abandonBookings(
    state,
    verdict.givenUp.map((n) => ({ fulfillmentId, n })),
  );
  return { outcome: 'carrier_chosen' };
}

/** Hands an order to a person: opens the task, and raises attention until it is done. */
async function handToPerson(
  run: OrderRun,
  request: ByActor<HandToPerson>,
  requestId: string,
): Promise<InterventionVerdict | Waits> {
  const { input, steps } = run;
  const task = await steps.runRequested('openAttendTask', { ...request, orderId: input.orderId, request: requestId });
  if (task === WAITS) return WAITS;
  if (!task.opened) return { outcome: 'refused', code: 'already_attended' };
  handedToPerson(run, task.taskId);
  return { outcome: 'handed', taskId: task.taskId };
}

/** Notes that a task for a person is open, unless the person was faster. */
export function handedToPerson({ state: { attention } }: OrderRun, taskId: string): void {
  if (!attention.attended.includes(taskId)) attention.attendTask = taskId;
}

/** Notes that a person has done the task. */
export function attended({ state: { attention } }: OrderRun, taskId: string): void {
  attention.attended.push(taskId);
  if (attention.attendTask === taskId) attention.attendTask = null;
}

function assertShape(verb: InterventionVerb, request: unknown): void {
  const invalid = invalidMembers(verb, request);
  if (invalid.length > 0) throw refusal('validation_failed', invalid.join('; '));
}

function assertFits(run: OrderRun, verb: InterventionVerb, request: unknown): void {
  assertShape(verb, request);
  const standing = run.standing();
  if (standing.closed) throw refusal('order_closed', `The order is ${run.state.status}`);
  if (!availableActions(standing).includes(verb)) throw refusal(REFUSALS[verb], `The order is ${run.state.status}`);
}

const refusal = (code: ErrorCode, detail: string): ApplicationFailure => ApplicationFailure.nonRetryable(detail, code);
