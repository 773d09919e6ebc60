import { CancellationScope, condition } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import type { ByActor, ChooseCarrier, InterventionVerdict } from '../../src/contracts/interventions/interventions';
import type { ReleasedFulfillment } from '../../src/contracts/orders/order';
import { AttentionReason, CarrierScan, FulfillmentStatus } from '../../src/contracts/statuses';
import type { Attention } from './attention';
import type { OrderInput } from '../messages';
import { books } from '../runtime/call-activities';
import type { Saga } from '../runtime/saga';
import type { Steps } from './steps';

/** Runs a fulfillment from the shelf to the door; its trouble stops no other fulfillment. */
export class Fulfillment {
  status: FulfillmentStatus = FulfillmentStatus.released;
  carrierCode: string | undefined;
  #packed = false;
  #handedOver = false;
  readonly #scans: CarrierScan[] = [];
  readonly #voiding: Promise<void>[] = [];

  constructor(
    private readonly ref: ReleasedFulfillment,
    private readonly input: OrderInput,
    private readonly saga: Saga,
    private readonly attention: Attention,
    private readonly steps: Steps,
    private readonly changed: () => void,
  ) {}

  packed(): void {
    this.#packed = true;
  }
  handedOver(): void {
    this.#handedOver = true;
  }
  reported(scan: CarrierScan): void {
    this.#scans.push(scan);
  }

  get id(): string {
    return this.ref.fulfillmentId;
  }

  /** Runs the fulfillment until it is delivered, or returned and refunded. */
  async run(): Promise<void> {
    const { orderId } = this.input;
    const at = { orderId, fulfillmentId: this.id };

    await condition(() => this.#packed);
    this.#move(FulfillmentStatus.packed);
    this.saga.register(() => this.#atCarrier((activities) => activities.voidShipment(at)));
    const { carrierCode } = await this.#atCarrier((activities) => activities.bookShipment(at));
    this.carrierCode = carrierCode;
    this.#move(FulfillmentStatus.labelled);

    await condition(() => this.#handedOver);
    this.#move(FulfillmentStatus.handedOver);
    await this.#atGateway((activities) => activities.capturePayment(at));

    await this.#untilDoor(at);
  }

  /**
   * Books another carrier when the label of the first does not come. The first booking is voided beside the new one,
   * which does not wait for that.
   */
  async chooseCarrier(request: ByActor<ChooseCarrier>, requestId: string): Promise<InterventionVerdict> {
    const at = { orderId: this.input.orderId, fulfillmentId: this.id };
    const verdict = await books.chooseCarrier({ ...request, ...at, request: requestId });
    if (verdict.outcome === 'refused') return verdict;
    // A booking that waits is made again, and finds the choice in the books.
    this.steps.retry(this.id);
    for (const n of verdict.givenUp) {
      this.#voiding.push(
        CancellationScope.nonCancellable(() => this.#atCarrier((activities) => activities.voidBooking({ ...at, n }))),
      );
    }
    return { outcome: 'carrier_chosen' };
  }

  /** Waits until the carriers have voided every abandoned booking. */
  async voided(): Promise<void> {
    await Promise.all(this.#voiding);
  }

  async #untilDoor(at: { orderId: string; fulfillmentId: string }): Promise<void> {
    for (;;) {
      const scan = await this.#nextScan();
      if (scan === CarrierScan.signed) {
        await this.steps.run(() => books.confirmDelivery(at), this.id);
        this.#move(FulfillmentStatus.delivered);
        return;
      }
      if (scan === CarrierScan.exception) await this.attention.raise(AttentionReason.carrierException, this.id);
      if (scan === CarrierScan.refused) {
        await this.steps.run(() => books.beginReturn(at), this.id);
        this.#move(FulfillmentStatus.returning);
      }
      if (scan === CarrierScan.returned) {
        await this.steps.run(() => books.restockReturn(at), this.id);
        await this.#atGateway((activities) => activities.refundPayment(at));
        this.#move(FulfillmentStatus.returned);
        return;
      }
    }
  }

  /** Waits for the next scan that decides. A carrier that is silent for too long raises attention, and is awaited. */
  async #nextScan(): Promise<CarrierScan> {
    const some = () => this.#scans.length > 0;
    if (
      !(await condition(some, this.input.deliverySilenceSeconds * 1000, {
        summary: `${this.id}: deadline for the carrier's next scan`,
      }))
    ) {
      await this.attention.raise(AttentionReason.deliveryOverdue, this.id);
      await condition(some);
    }
    const scan = this.#scans.shift() as CarrierScan;
    if (scan !== CarrierScan.exception) {
      await this.attention.clear(AttentionReason.deliveryOverdue, this.id);
      await this.attention.clear(AttentionReason.carrierException, this.id);
    }
    return scan;
  }

  #move(status: FulfillmentStatus): void {
    this.status = status;
    this.changed();
  }

  #atCarrier<Result>(call: (activities: Activities) => Promise<Result>): Promise<Result> {
    return this.steps.callProvider(
      { taskQueue: this.input.carrierQueue, fairnessKey: this.ref.merchantId },
      AttentionReason.carrierUnavailable,
      call,
      this.id,
    );
  }

  #atGateway<Result>(call: (activities: Activities) => Promise<Result>): Promise<Result> {
    return this.steps.callProvider(
      { taskQueue: this.input.paymentQueue, fairnessKey: this.ref.merchantId },
      AttentionReason.paymentProviderUnavailable,
      call,
      this.id,
    );
  }
}
