import { CancellationScope, condition, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { SearchAttributePair } from '@temporalio/common';
import type { CancellationReason, CancelOrder } from '../../src/contracts/orders/place-order';
import type {
  ByActor,
  ChooseCarrier,
  InterventionVerdict,
  RetryNow,
} from '../../src/contracts/interventions/interventions';
import { HANDED_OVER_STATUSES, OrderStatus, Stage } from '../../src/contracts/statuses';
import type { CancellationVerdict, Verdict } from '../../src/contracts/orders/verdict';
import type { OrderStanding } from '../../src/domain/interventions/available-actions';
import { AddressHold } from './address-hold';
import { AttendTask } from './attend-task';
import { Attention } from './attention';
import { Backorder } from './backorder';
import { finishCancellation } from './cancellation';
import { orderDetails, orderWaits, type OrderView } from './details';
import { Fulfillment } from './fulfillment';
import { completeOrder } from './complete-order';
import type { OrderInput, OrderProgress } from '../messages';
import { PaymentPhase } from './payment';
import { books } from '../runtime/call-activities';
import { Saga } from '../runtime/saga';
import { attributes } from '../search-attributes';
import { Steps } from './steps';

/** Keeps the state of a running order, and takes the steps that change it. */
export class OrderRun {
  status: OrderStatus = OrderStatus.draft;
  stage: Stage = Stage.receive;
  /** Set once a cancellation was accepted; from then on the flow only unwinds. */
  cancellation: CancellationReason | undefined;
  readonly attention: Attention;
  readonly attendTask: AttendTask;
  readonly #steps: Steps;
  readonly payment: PaymentPhase;
  readonly hold: AddressHold;
  readonly backorder: Backorder;
  readonly #saga = new Saga();
  #scope: CancellationScope | undefined;
  #fulfillments = new Map<string, Fulfillment>();
  /** Signals may arrive before this run knows the fulfillment that they are about. */
  readonly #early: { id: string; fact: (fulfillment: Fulfillment) => void }[] = [];
  #shownDetails = '';
  #shownAttention: string | null = null;

  constructor(private readonly input: OrderInput) {
    this.attention = new Attention(input.orderId, () => this.#show());
    this.attendTask = new AttendTask(input.orderId, this.attention);
    this.#steps = new Steps(this.attention, () => this.#show());
    this.payment = new PaymentPhase(input, this.#saga, this.#steps, () =>
      this.#move(OrderStatus.awaitingPayment, Stage.receive),
    );
    this.hold = new AddressHold(input, this.#steps, this.payment, (status) => this.#move(status, Stage.receive));
    this.backorder = new Backorder(input.orderId, this.#steps, this.attention, () => {
      this.payment.decideRest({ outcome: 'accepted' });
      if (this.cancellation === undefined) this.#move(OrderStatus.awaitingStock, Stage.receive);
    });
    this.#show();
  }

  get fulfillments(): readonly Fulfillment[] {
    return [...this.#fulfillments.values()];
  }

  /** Runs work whose waits a cancellation ends; effects that are under way finish. */
  cancellably(work: () => Promise<void>): Promise<void> {
    this.#scope = new CancellationScope();
    return this.#scope.run(work);
  }

  /** Passes a fact to a fulfillment, or keeps it until that one is released. */
  signalFulfillment(fulfillmentId: string, fact: (fulfillment: Fulfillment) => void): void {
    const fulfillment = this.#fulfillments.get(fulfillmentId);
    if (fulfillment) fact(fulfillment);
    else this.#early.push({ id: fulfillmentId, fact });
  }

  /** Validates the order, reserves its stock, and waits for a good address. Returns undefined when it was rejected. */
  async place(): Promise<{ payUntil: number } | 'address_not_mended' | undefined> {
    const { orderId, paymentWindowSeconds, addressHold } = this.input;
    const validated = await this.#steps.run(() => books.validateOrder({ orderId }));
    if (validated?.outcome === 'rejected') return this.#reject(validated);
    this.#saga.register(() => books.releaseStock({ orderId }));
    const hold = validated?.outcome === 'address_held' ? addressHold : undefined;
    const reserved = await this.#steps.run(() =>
      books.reserveStock({ orderId, paymentWindowSeconds: hold?.seconds ?? paymentWindowSeconds }),
    );
    if (reserved.outcome === 'rejected') return this.#reject(reserved);
    this.backorder.setAgreedOn(reserved.agreedOn);
    const until = Date.parse(reserved.payUntil);
    return hold ? this.hold.untilCorrected(hold, until) : { payUntil: until };
  }

  #reject(verdict: Extract<Verdict, { outcome: 'rejected' }>): undefined {
    this.payment.decideRest(verdict);
    this.#move(OrderStatus.rejected, Stage.closed);
  }

  /** Splits the paid order into fulfillments, and releases them to their warehouses. */
  async release(): Promise<void> {
    const refs = await this.#steps.run(() => books.releaseToWarehouse({ orderId: this.input.orderId }));
    // The books release nothing when they hold a cancellation: it is on its way here, and ends this wait.
    if (refs.length === 0 || this.cancellation !== undefined) await condition(() => false);
    this.#fulfillments = new Map(
      refs.map((ref) => [
        ref.fulfillmentId,
        new Fulfillment(ref, this.input, this.#saga, this.attention, this.#steps, () => this.#fulfillmentMoved()),
      ]),
    );
    for (const { id, fact } of this.#early.splice(0)) this.signalFulfillment(id, fact);
    this.payment.decideRest({ outcome: 'accepted' });
    this.#move(OrderStatus.inFulfillment, Stage.pick, [
      attributes.warehouses([...new Set(refs.map((ref) => ref.warehouseId))]),
    ]);
  }

  /** Ends the order as completed, or as returned when every fulfillment came back. */
  async complete(): Promise<void> {
    await this.#voided();
    this.#move(await completeOrder(this.input, this.#steps), Stage.closed);
  }

  /** Cancels, unless something was handed over: the database decides, as both ask it. */
  async cancel(request: CancelOrder & { actor: string }): Promise<CancellationVerdict> {
    const verdict = await CancellationScope.nonCancellable(() =>
      books.beginCancellation({ orderId: this.input.orderId, ...request }),
    );
    if (verdict.outcome === 'refused') return verdict;
    if (this.cancellation === undefined) {
      this.cancellation = request.reason;
      this.#move(OrderStatus.cancelling, this.stage);
      this.#scope?.cancel();
    }
    await condition(() => this.stage === Stage.closed);
    return this.status === OrderStatus.cancelled ? verdict : { outcome: 'refused', code: 'order_not_cancellable' };
  }

  /** Takes over a cancellation from the books; a run that accepted it itself knows it already. */
  async cancellationBegun(request: CancelOrder & { actor: string }): Promise<void> {
    if (this.cancellation === undefined) await this.cancel(request);
  }

  /** Tries every call that waits for a provider again at once, and every step that failed permanently. */
  async retryNow(request: ByActor<RetryNow>, requestId: string): Promise<InterventionVerdict> {
    await books.recordRetry({ ...request, orderId: this.input.orderId, request: requestId });
    return { outcome: 'retried', steps: this.#steps.retry() };
  }

  /** Reports whether a fulfillment waits for a label that another carrier could give. */
  awaitsLabel(fulfillmentId: string): boolean {
    return this.#fulfillments.get(fulfillmentId)?.status === 'packed' && this.cancellation === undefined;
  }

  async chooseCarrier(request: ByActor<ChooseCarrier>, requestId: string): Promise<InterventionVerdict> {
    const fulfillment = this.#fulfillments.get(request.fulfillmentId);
    return fulfillment ? fulfillment.chooseCarrier(request, requestId) : { outcome: 'refused', code: 'not_found' };
  }

  /** Reads the current state of the order, which decides what people can do about it. */
  standing(): OrderStanding {
    const { fulfillments } = this;
    return {
      closed: this.stage === Stage.closed,
      cancelling: this.cancellation !== undefined,
      stepWaits: this.#steps.waiting > 0,
      labelAwaited: fulfillments.some(({ id }) => this.awaitsLabel(id)),
      attended: this.attendTask.isOpen,
      handedOver: fulfillments.some(({ status }) => HANDED_OVER_STATUSES.includes(status)),
    };
  }

  /** Undoes everything, and ends the order as cancelled. */
  async unwind(reason: CancellationReason): Promise<void> {
    await this.#saga.compensate();
    await CancellationScope.nonCancellable(async () => {
      await this.#voided();
      await finishCancellation(this.input, reason, this.payment, this.#steps);
    });
    this.payment.decideRest({ outcome: 'rejected', code: 'order_not_cancellable', shortages: [] });
    this.#move(OrderStatus.cancelled, Stage.closed);
  }

  /** Waits until the carriers have voided every abandoned booking. */
  async #voided(): Promise<void> {
    await Promise.all(this.fulfillments.map((fulfillment) => fulfillment.voided()));
  }

  progress(): OrderProgress {
    const view = this.#view();
    return { status: view.status, stage: view.stage, attention: view.attention, waitsFor: orderWaits(view) };
  }

  #fulfillmentMoved(): void {
    const open = this.fulfillments.filter(({ status }) => !HANDED_OVER_STATUSES.includes(status));
    if (open.length === 0 && this.status === OrderStatus.inFulfillment) {
      const carriers = [...new Set(this.fulfillments.flatMap(({ carrierCode }) => carrierCode ?? []))];
      this.#move(OrderStatus.shipped, Stage.ship, [attributes.carriers(carriers)]);
    } else this.#show();
  }

  #move(status: OrderStatus, stage: Stage, more: SearchAttributePair[] = []): void {
    if (this.status === status && this.stage === stage) return this.#show();
    this.status = status;
    this.stage = stage;
    upsertSearchAttributes([attributes.status(status), attributes.stage(stage), ...more]);
    this.#show();
  }

  /** Keeps what staff read in the Web UI true. */
  #show(): void {
    if (this.attention.reason !== this.#shownAttention) {
      this.#shownAttention = this.attention.reason;
      upsertSearchAttributes([attributes.attention(this.attention.reason)]);
    }
    const details = orderDetails(this.#view());
    if (details !== this.#shownDetails) setCurrentDetails(details);
    this.#shownDetails = details;
  }

  #view(): OrderView {
    return {
      status: this.status,
      stage: this.stage,
      attention: this.attention.reason,
      agreedOn: this.backorder.agreedOn,
      fulfillments: this.fulfillments.map(({ id, status }) => ({ id, status, awaitsLabel: this.awaitsLabel(id) })),
      standing: this.standing(),
    };
  }
}
