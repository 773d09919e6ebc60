import { continueAsNew, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { OrderStatus } from '../../src/contracts/statuses';
import type { OrderStanding } from '../../src/domain/interventions/available-actions';
import type { OrderInput, OrderProgress } from '../messages';
import { Actor } from '../runtime/actor';
import { Timers } from '../runtime/timers';
import { Steps, WAITS } from '../runtime/steps';
import { attributes } from '../search-attributes';
import { hold, holdDeadlines, resume } from './address-hold';
import { failingStep, MARK, ownAttention, shownAttention } from './attention';
import { backorder, backorderDeadlines } from './backorder';
import { isCancellationOver, unwind } from './cancellation';
import type { OrderContext, RunPhase } from './context';
import { complete, fulfill, release } from './fulfillment-phases';
import { orderDetails, orderWaits, type OrderView } from './details';
import { awaitsLabel, isHandedOver, scanDeadlines } from './fulfillment';
import { pay, paymentDeadlines } from './payment';
import { reserve, validate } from './placement';
import { rebuild } from './rebuild';
import type { AttributeState, FailingStep, FulfillmentState, OrderState, Phase } from './state';
import { Verdicts } from './verdicts';

/** Lists what an order does in each phase. */
const PHASES: Readonly<Record<Exclude<Phase, 'end'>, RunPhase>> = {
  rebuild,
  validate,
  reserve,
  hold,
  resume,
  pay,
  backorder,
  release,
  fulfill,
  complete,
  unwind,
};

/** Runs an order: an actor whose state says what it does, what it waits for and what staff see. */
export class OrderRun implements OrderContext {
  readonly actor = new Actor();
  readonly steps: Steps;
  readonly verdicts: Verdicts;
  readonly #timers: Timers;
  /** Requests whose step waits; each is taken again until it returns true. */
  #requests: (() => Promise<boolean>)[] = [];
  /** Answers that are given once the books and the state agree. */
  readonly #answers: (() => void)[] = [];
  /** Answers that are given once a cancellation has ended. */
  readonly #answersOfCancellation: (() => void)[] = [];
  #shownDetails = '';

  constructor(
    readonly input: OrderInput,
    readonly state: OrderState,
  ) {
    this.steps = new Steps(state.waits, this.actor);
    this.verdicts = new Verdicts(state.verdicts);
    this.#timers = new Timers(this.actor);
  }

  /** Runs the order to its end. */
  run(): Promise<void> {
    return this.actor.run(() => this.#turn());
  }

  /** Takes a request of somebody: `take` returns false while its step waits, and is called again then. */
  request(take: () => Promise<boolean>): void {
    this.#requests.push(take);
  }

  /** Gives an answer once everything that follows from its request is done. */
  answerAfter(answer: () => void): void {
    this.#answers.push(answer);
  }

  /** Gives an answer once the cancellation has ended: the order is cancelled, or continues. */
  answerAfterCancellation(answer: () => void): void {
    this.#answersOfCancellation.push(answer);
  }

  /** Brings the order to where it waits for a message. Returns whether it has ended. */
  async #turn(): Promise<boolean> {
    await this.#takeRequests();
    // The books hear that no person is needed any more before the order continues.
    await this.#writeAttention();
    await this.#advance();
    const isWritten = await this.#writeAttention();
    const ended = this.state.phase === 'end' && isWritten && this.#requests.length === 0;
    for (const answer of this.#answers.splice(0)) answer();
    if (this.state.phase === 'end' || isCancellationOver(this.state))
      for (const answer of this.#answersOfCancellation.splice(0)) answer();
    if (!ended) {
      this.steps.reconcile();
      this.#timers.reconcile(this.#wantedDeadlines());
    }
    this.#show();
    if (!ended && !this.steps.isStopping && (await this.actor.readyToContinueAsNew(this.#requests.length === 0)))
      await continueAsNew<(input: OrderInput, state: OrderState) => Promise<unknown>>(this.input, this.state);
    return ended;
  }

  async #takeRequests(): Promise<void> {
    const waiting: (() => Promise<boolean>)[] = [];
    for (const take of this.#requests.splice(0)) if (!(await take())) waiting.push(take);
    this.#requests = [...waiting, ...this.#requests];
  }

  async #advance(): Promise<void> {
    const { state } = this;
    this.#show();
    while (state.phase !== 'end') {
      const next = await PHASES[state.phase](this);
      if (next === WAITS) return;
      state.phase = next;
      this.#show();
    }
  }

  /** Keeps the order's own reason for attention true in the books, which clear it when the order ends. */
  async #writeAttention(): Promise<boolean> {
    const { orderId } = this.input;
    const { attention, phase } = this.state;
    // The books of an order that has ended hold no reason any more.
    const ended = phase === 'end';
    const reason = ended ? null : ownAttention(this.state);
    const failing = ended ? null : failingStep(this.state);
    const { inBooks } = attention;
    if (inBooks !== null && sameFailing(inBooks.failing, failing) && (ended || inBooks.reason === reason)) return true;
    const marked = await this.steps.runTransaction(MARK, { orderId, reason, failing }, undefined, MARK);
    // An attempt that failed may have been written all the same.
    attention.inBooks = marked === WAITS ? null : { reason, failing };
    return marked !== WAITS;
  }

  #wantedDeadlines() {
    const { state } = this;
    return [
      ...holdDeadlines(state),
      ...paymentDeadlines(state),
      ...backorderDeadlines(state),
      ...scanDeadlines(state),
      ...this.steps.deadlines(),
    ];
  }

  /** Reads the current state of the order, which decides what people can do about it. */
  standing(): OrderStanding {
    const { state } = this;
    return {
      closed: state.phase === 'end',
      cancelling: state.cancellation !== null,
      stepWaits: this.steps.waiting.some(({ step }) => step !== MARK),
      labelAwaited: state.fulfillments.some((fulfillment) => awaitsLabel(state, fulfillment)),
      attended: state.attention.attendTask !== null,
      handedOver: state.fulfillments.some(isHandedOver),
    };
  }

  progress(): OrderProgress {
    const view = this.#view();
    return { status: view.status, stage: view.stage, attention: view.attention, waitsFor: orderWaits(view) };
  }

  /** Keeps what staff read in the Web UI true. */
  #show(): void {
    const { attributes: shown, status, stage, fulfillments } = this.state;
    const now: AttributeState = {
      status,
      stage,
      attention: shownAttention(this.state),
      warehouses: [...new Set(fulfillments.map(({ ref }) => ref.warehouseId))],
      carriers: status === OrderStatus.inFulfillment ? shown.carriers : carriersOf(fulfillments),
    };
    const changed = [
      ...(now.status === shown.status ? [] : [attributes.status(now.status)]),
      ...(now.stage === shown.stage ? [] : [attributes.stage(now.stage)]),
      ...(now.attention === shown.attention ? [] : [attributes.attention(now.attention)]),
      ...(now.warehouses.join() === shown.warehouses.join() ? [] : [attributes.warehouses([...now.warehouses])]),
      ...(now.carriers.join() === shown.carriers.join() ? [] : [attributes.carriers([...now.carriers])]),
    ];
    if (changed.length > 0) upsertSearchAttributes(changed);
    Object.assign(shown, now);
    const details = orderDetails(this.#view());
    if (details !== this.#shownDetails) setCurrentDetails(details);
    this.#shownDetails = details;
  }

  #view(): OrderView {
    const { state } = this;
    return {
      status: state.status,
      stage: state.stage,
      attention: shownAttention(state),
      agreedOn: state.backorder.agreedOn ?? undefined,
      failing: this.steps.waiting.filter((wait) => wait.state === 'failed'),
      fulfillments: state.fulfillments.map((fulfillment) => ({
        id: fulfillment.ref.fulfillmentId,
        status: fulfillment.status,
        awaitsLabel: awaitsLabel(state, fulfillment),
      })),
      standing: this.standing(),
    };
  }
}

const carriersOf = (fulfillments: readonly FulfillmentState[]): string[] => [
  ...new Set(fulfillments.flatMap(({ carrierCode }) => carrierCode ?? [])),
];

const sameFailing = (a: FailingStep | null, b: FailingStep | null): boolean =>
  a?.step === b?.step && a?.attempts === b?.attempts;
