import { CancellationScope, condition, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { SearchAttributePair } from '@temporalio/common';
import type { CancellationReason, CancelOrder } from '../../src/contracts/orders/place-order';
import type {
  By,
  ChooseCarrier,
  HandToPerson,
  InterventionVerdict,
  RetryNow,
} from '../../src/contracts/interventions/interventions';
import type { InterventionVerb } from '../../src/contracts/interventions/intervention-codes';
import { AttentionReason, HANDED_OVER_STATUSES, OrderStatus, Stage } from '../../src/contracts/statuses';
import type { CancellationVerdict, Verdict } from '../../src/contracts/orders/verdict';
import { ORDER_WAITS, availableActions, type OrderStanding } from '../../src/domain/interventions/available-actions';
import { AddressHold } from './address-hold';
import { Attention } from './attention';
import { Backorder } from './backorder';
import { finishCancellation } from './cancellation';
import { Fulfillment } from './fulfillment';
import { completeOrder } from './complete-order';
import type { OrderInput, OrderProgress } from '../messages';
import { PaymentPhase } from './payment';
import { books } from '../runtime/call-activities';
import { Saga } from '../runtime/saga';
import { attributes } from '../search-attributes';
import { Steps } from './steps';

/** The state of a running order and the steps that change it. */
export class OrderRun {
  status: OrderStatus = OrderStatus.draft;
  stage: Stage = Stage.receive;
  /** Set once a cancellation was accepted; from then on the flow only unwinds. */
  cancellation: CancellationReason | undefined;
  readonly attention: Attention;
  readonly #steps: Steps;
  readonly payment: PaymentPhase;
  readonly hold: AddressHold;
  readonly backorder: Backorder;
  readonly #saga = new Saga();
  #scope: CancellationScope | undefined;
  #fulfillments = new Map<string, Fulfillment>();
  /** Signals may arrive before the part they are about is known to this run. */
  readonly #early: { id: string; fact: (part: Fulfillment) => void }[] = [];
  #shown = '';
  #attribute: string | null = null;
  /** The task of the person whom the order was handed to, while it is open. */
  #task: string | undefined;
  readonly #attended = new Set<string>();

  constructor(private readonly input: OrderInput) {
    this.attention = new Attention(input.orderId, () => this.#show());
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

  /** Runs what a cancellation ends: it ends the waits, never the effects under way. */
  cancellably(work: () => Promise<void>): Promise<void> {
    this.#scope = new CancellationScope();
    return this.#scope.run(work);
  }

  /** Passes a fact to a part; for a part that is not released yet it is kept. */
  signalFulfillment(fulfillmentId: string, fact: (part: Fulfillment) => void): void {
    const part = this.#fulfillments.get(fulfillmentId);
    if (part) fact(part);
    else this.#early.push({ id: fulfillmentId, fact });
  }

  /** Validates the order, holds its stock, and waits for a good address. Undefined when it was rejected. */
  async place(): Promise<{ payUntil: number } | 'address_not_mended' | undefined> {
    const { orderId, paymentWindowSeconds, addressHold } = this.input;
    const judged = await this.#steps.run(() => books.validateOrder({ orderId }));
    if (judged?.outcome === 'rejected') return this.#reject(judged);
    this.#saga.register(() => books.releaseStock({ orderId }));
    const hold = judged?.outcome === 'address_held' ? addressHold : undefined;
    const reserved = await this.#steps.run(() =>
      books.reserveStock({ orderId, paymentWindowSeconds: hold?.seconds ?? paymentWindowSeconds }),
    );
    if (reserved.outcome === 'rejected') return this.#reject(reserved);
    this.backorder.agreed(reserved.agreedOn);
    const until = Date.parse(reserved.payUntil);
    return hold ? this.hold.untilMended(hold, until) : { payUntil: until };
  }

  #reject(verdict: Extract<Verdict, { outcome: 'rejected' }>): undefined {
    this.payment.decideRest(verdict);
    this.#move(OrderStatus.rejected, Stage.closed);
  }

  /** Splits the paid order and hands its parts to the warehouses. */
  async release(): Promise<void> {
    const refs = await this.#steps.run(() => books.releaseToWarehouse({ orderId: this.input.orderId }));
    // Where nothing is released the books hold a cancellation: it is on its way here, and ends this wait.
    if (refs.length === 0 || this.cancellation !== undefined) await condition(() => false);
    this.#fulfillments = new Map(
      refs.map((ref) => [
        ref.fulfillmentId,
        new Fulfillment(ref, this.input, this.#saga, this.attention, this.#steps, () => this.#partMoved()),
      ]),
    );
    for (const { id, fact } of this.#early.splice(0)) this.signalFulfillment(id, fact);
    this.payment.decideRest({ outcome: 'accepted' });
    this.#move(OrderStatus.inFulfillment, Stage.pick, [
      attributes.warehouses([...new Set(refs.map((ref) => ref.warehouseId))]),
    ]);
  }

  /** Writes the order's end: completed, or returned when every part came back. */
  async complete(): Promise<void> {
    await this.#voided();
    this.#move(await completeOrder(this.input, this.#steps), Stage.closed);
  }

  /** Cancels, unless something was handed over: the database decides, as the hand-over asks it too. */
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

  /** Hears of a cancellation that the books hold. A run that was not replaced since knows it already. */
  async cancellationBegun(request: CancelOrder & { actor: string }): Promise<void> {
    if (this.cancellation === undefined) await this.cancel(request);
  }

  /** Ends the back-off of every call that waits for a provider, and runs what failed for good again. */
  async retryNow(asked: By<RetryNow>, request: string): Promise<InterventionVerdict> {
    await books.recordRetry({ ...asked, orderId: this.input.orderId, request });
    return { outcome: 'retried', steps: this.#steps.retry() };
  }

  /** Tells whether a part waits for a label that another carrier could give. */
  awaitsLabel(fulfillmentId: string): boolean {
    return this.#fulfillments.get(fulfillmentId)?.status === 'packed' && this.cancellation === undefined;
  }

  async chooseCarrier(asked: By<ChooseCarrier>, request: string): Promise<InterventionVerdict> {
    const part = this.#fulfillments.get(asked.fulfillmentId);
    return part ? part.chooseCarrier(asked, request) : { outcome: 'refused', code: 'not_found' };
  }

  /** Opens the task of a person, and shows it as attention until `attended` tells that it is done. */
  async handToPerson(asked: By<HandToPerson>, request: string): Promise<InterventionVerdict> {
    const { taskId, opened } = await books.openAttendTask({ ...asked, orderId: this.input.orderId, request });
    if (!opened) return { outcome: 'refused', code: 'already_attended' };
    if (!this.#attended.has(taskId)) {
      this.#task = taskId;
      await this.attention.raise(AttentionReason.handedToPerson);
    }
    return { outcome: 'handed', taskId };
  }

  /** Hears that a person has seen to the order; that may come before the answer of the step that opened the task. */
  async attended(taskId: string): Promise<void> {
    this.#attended.add(taskId);
    if (this.#task !== taskId) return;
    this.#task = undefined;
    await this.attention.clear(AttentionReason.handedToPerson);
  }

  /** How the order stands, as far as people can move it. */
  standing(): OrderStanding {
    const { fulfillments } = this;
    return {
      closed: this.stage === Stage.closed,
      cancelling: this.cancellation !== undefined,
      stepWaits: this.#steps.waiting > 0,
      labelAwaited: fulfillments.some((part) => this.awaitsLabel(part.id)),
      attended: this.#task !== undefined,
      handedOver: fulfillments.some((part) => HANDED_OVER_STATUSES.includes(part.status)),
    };
  }

  /** Undoes everything and ends the order as cancelled. */
  async unwind(reason: CancellationReason): Promise<void> {
    await this.#saga.compensate();
    await CancellationScope.nonCancellable(async () => {
      await this.#voided();
      await finishCancellation(this.input, reason, this.payment, this.#steps);
    });
    this.payment.decideRest({ outcome: 'rejected', code: 'order_not_cancellable', shortages: [] });
    this.#move(OrderStatus.cancelled, Stage.closed);
  }

  /** Waits until no label is left of bookings that were given up for another carrier. */
  async #voided(): Promise<void> {
    await Promise.all(this.fulfillments.map((part) => part.voided()));
  }

  progress(): OrderProgress {
    return { status: this.status, stage: this.stage, attention: this.attention.reason, waitsFor: this.#waitsFor() };
  }

  #partMoved(): void {
    const open = this.fulfillments.filter((part) => !HANDED_OVER_STATUSES.includes(part.status));
    if (open.length === 0 && this.status === OrderStatus.inFulfillment) {
      const carriers = [...new Set(this.fulfillments.flatMap((part) => part.carrierCode ?? []))];
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

  #waitsFor(): string[] {
    if (this.stage === Stage.closed) return [];
    if (this.status === OrderStatus.cancelling) return [`${ORDER_WAITS.cancelling}. Ends by itself`];
    if (this.status === OrderStatus.draft) return [`${ORDER_WAITS.draft}. Ends by itself`];
    if (this.status === OrderStatus.awaitingAddress)
      return [
        `${ORDER_WAITS.awaiting_address}. Ends with Signal \`addressMended\`, which \`PUT /v1/orders/{id}/recipient\` and the customer's link send, or the deadline`,
      ];
    if (this.status === OrderStatus.awaitingPayment)
      return [
        `${ORDER_WAITS.awaiting_payment}. Ends with Signal \`paymentSettled\`, another payment (\`POST /v1/orders/{id}/payments\`), or the end of the window`,
      ];
    if (this.status === OrderStatus.awaitingStock) return [this.backorder.waitsFor];
    return this.fulfillments.flatMap((part) => part.waitsFor() ?? []);
  }

  /** Keeps what staff read in the Web UI true. */
  #show(): void {
    if (this.attention.reason !== this.#attribute) {
      this.#attribute = this.attention.reason;
      upsertSearchAttributes([attributes.attention(this.attention.reason)]);
    }
    const waits = this.#waitsFor()
      .map((line) => `- ${line}`)
      .join('\n');
    const shown = [
      `**${this.status}** (${this.stage})`,
      ...(this.attention.reason ? [`Needs a person: **${this.attention.reason}**`] : []),
      ...(waits ? ['Waits for:', waits] : []),
      ...this.#verbs(),
    ].join('\n\n');
    if (shown !== this.#shown) setCurrentDetails(shown);
    this.#shown = shown;
  }

  /** Says what staff can do as it stands, to be typed as it is. */
  #verbs(): string[] {
    const verbs = availableActions(this.standing()).map((verb) => {
      const waiting = this.fulfillments.find((part) => this.awaitsLabel(part.id));
      const about = verb === 'chooseCarrier' ? `"fulfillmentId":"${waiting?.id}","carrierCode":"<code>",` : '';
      return `- ${VERB_SAYS[verb]}: Update \`${verb}\` \`{${about}"reason":"operator_decision","actor":"support:<who>"}\``;
    });
    return verbs.length > 0 ? ['What staff can do:', verbs.join('\n')] : [];
  }
}

const VERB_SAYS: Readonly<Record<InterventionVerb, string>> = {
  retryNow: 'To try again now',
  chooseCarrier: 'To book with another carrier',
  cancelOrder: 'To cancel',
  handToPerson: 'To hand it to a person',
};
