import { CancellationScope, condition, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { SearchAttributePair } from '@temporalio/common';
import type { CancellationReason, CancelOrder } from '../src/contracts/place-order';
import { AttentionReason, OrderStatus, Stage } from '../src/contracts/statuses';
import type { CancellationVerdict, Verdict } from '../src/contracts/verdict';
import { Attention } from './attention';
import { Fulfillment } from './fulfillment';
import type { OrderInput, OrderProgress } from './messages';
import { PaymentPhase } from './payment';
import { books } from './proxies';
import { Saga } from './saga';
import { attributes } from './search-attributes';

/** The state of a running order and the steps that change it. */
export class OrderRun {
  status: OrderStatus = OrderStatus.draft;
  stage: Stage = Stage.receive;
  /** Set once a cancellation was accepted; from then on the flow only unwinds. */
  cancellation: CancellationReason | undefined;
  readonly attention: Attention;
  readonly payment: PaymentPhase;
  readonly #saga = new Saga();
  #scope: CancellationScope | undefined;
  #fulfillments = new Map<string, Fulfillment>();
  /** Signals may arrive before the part they are about is known to this run. */
  readonly #early: { id: string; fact: (part: Fulfillment) => void }[] = [];
  #shown = '';

  constructor(private readonly input: OrderInput) {
    this.attention = new Attention(input.orderId, () => this.#show());
    this.payment = new PaymentPhase(input, this.#saga, this.attention, () => this.#move(OrderStatus.awaitingPayment, Stage.receive));
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
  tell(fulfillmentId: string, fact: (part: Fulfillment) => void): void {
    const part = this.#fulfillments.get(fulfillmentId);
    if (part) fact(part);
    else this.#early.push({ id: fulfillmentId, fact });
  }

  /** Validates the order and holds its stock. Undefined when it was rejected. */
  async place(): Promise<{ payUntil: number } | undefined> {
    const { orderId, paymentWindowSeconds } = this.input;
    const invalid = await books.validateOrder({ orderId });
    if (invalid) return this.#reject(invalid);
    this.#saga.register(() => books.releaseStock({ orderId }));
    const reserved = await books.reserveStock({ orderId, paymentWindowSeconds });
    if (reserved.outcome === 'rejected') return this.#reject(reserved);
    return { payUntil: Date.parse(reserved.payUntil) };
  }

  #reject(verdict: Extract<Verdict, { outcome: 'rejected' }>): undefined {
    this.payment.decideRest(verdict);
    this.#move(OrderStatus.rejected, Stage.closed);
  }

  /** Splits the paid order and hands its parts to the warehouses. */
  async release(): Promise<void> {
    const refs = await books.releaseToWarehouse({ orderId: this.input.orderId });
    if (this.cancellation !== undefined) return;
    this.#fulfillments = new Map(refs.map((ref) => [
      ref.fulfillmentId, new Fulfillment(ref, this.input, this.#saga, this.attention, () => this.#partMoved()),
    ]));
    for (const { id, fact } of this.#early.splice(0)) this.tell(id, fact);
    this.payment.decideRest({ outcome: 'accepted' });
    this.#move(OrderStatus.inFulfillment, Stage.pick, [attributes.warehouses([...new Set(refs.map((ref) => ref.warehouseId))])]);
  }

  /** Writes the order's end: completed, or returned when every part came back. */
  async complete(): Promise<void> {
    const { status } = await books.completeOrder({ orderId: this.input.orderId });
    this.#move(status, Stage.closed);
  }

  /** Cancels, unless something was handed over: the database decides, as the hand-over asks it too. */
  async cancel(request: CancelOrder & { actor: string }): Promise<CancellationVerdict> {
    const verdict = await CancellationScope.nonCancellable(() => books.beginCancellation({ orderId: this.input.orderId, ...request }));
    if (verdict.outcome === 'refused') return verdict;
    if (this.cancellation === undefined) {
      this.cancellation = request.reason;
      this.#move(OrderStatus.cancelling, this.stage);
      this.#scope?.cancel();
    }
    await condition(() => this.stage === Stage.closed);
    return this.status === OrderStatus.cancelled ? verdict : { outcome: 'refused', code: 'order_not_cancellable' };
  }

  /** Waits, for staff to see, until somebody cancels an order of which a step can never succeed. Its other parts go on. */
  async untilCancelled(): Promise<CancellationReason> {
    await this.attention.raise(AttentionReason.needsOperator);
    await condition(() => this.cancellation !== undefined);
    return this.cancellation as CancellationReason;
  }

  /** Undoes everything and ends the order as cancelled. */
  async unwind(reason: CancellationReason): Promise<void> {
    await this.#saga.compensate();
    await CancellationScope.nonCancellable(() => books.finishCancellation({ orderId: this.input.orderId, reason }));
    this.payment.decideRest({ outcome: 'rejected', code: 'order_not_cancellable', shortages: [] });
    this.#move(OrderStatus.cancelled, Stage.closed);
  }

  progress(): OrderProgress {
    return { status: this.status, stage: this.stage, attention: this.attention.reason, waitsFor: this.#waitsFor() };
  }

  #partMoved(): void {
    const open = this.fulfillments.filter((part) => !['handed_over', 'delivered', 'returning', 'returned'].includes(part.status));
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
    if (this.status === OrderStatus.cancelling) return ['Undoing what was done: label, payment, stock. Ends by itself'];
    if (this.status === OrderStatus.draft) return ['Validation, stock and payment. Ends by itself'];
    if (this.status === OrderStatus.awaitingPayment) return ['The customer\'s payment. Ends with Signal `paymentSettled`, another payment (`POST /v1/orders/{id}/payments`), or the end of the window'];
    return this.fulfillments.flatMap((part) => part.waitsFor() ?? []);
  }

  /** Keeps what staff read in the Web UI true. */
  #show(): void {
    if (this.attention.reason !== this.#attribute) {
      this.#attribute = this.attention.reason;
      upsertSearchAttributes([attributes.attention(this.attention.reason)]);
    }
    const waits = this.#waitsFor().map((line) => `- ${line}`).join('\n');
    const shown = [
      `**${this.status}** (${this.stage})`,
      ...(this.attention.reason ? [`Needs a person: **${this.attention.reason}**`] : []),
      ...(waits ? ['Waits for:', waits] : []),
      ...(this.stage === Stage.closed ? [] : ['To cancel: Update `cancelOrder` `{"reason":"operator_decision","actor":"support:<who>"}`']),
    ].join('\n\n');
    if (shown !== this.#shown) setCurrentDetails(shown);
    this.#shown = shown;
  }

  #attribute: string | null = null;
}
