import { CancellationScope, condition } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import type { By, ChooseCarrier, InterventionVerdict } from '../../src/contracts/interventions/interventions';
import type { ReleasedFulfillment } from '../../src/contracts/orders/order';
import { AttentionReason, CarrierScan, FulfillmentStatus } from '../../src/contracts/statuses';
import { FULFILLMENT_WAITS } from '../../src/domain/interventions/available-actions';
import type { Attention } from './attention';
import type { OrderInput } from '../messages';
import { books } from '../runtime/call-activities';
import type { Saga } from '../runtime/saga';
import type { Steps } from './steps';

/** One merchant's part of an order, from the shelf to the door; its trouble stops no other part. */
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

  /** Says in plain words what it waits for and which message ends the wait; null when it waits for nobody. */
  waitsFor(): string | null {
    const what = FULFILLMENT_WAITS[this.status];
    return what === undefined ? null : `${this.id}: ${what}. Ends with ${this.#endsWith()}`;
  }

  #endsWith(): string {
    const signal = (name: string, more = '') => `Signal \`${name}\` \`{"fulfillmentId":"${this.id}"${more}}\``;
    if (this.status === 'released') return `the pack task, or ${signal('parcelPacked')}`;
    if (this.status === 'packed') return "the carrier's answer, by itself";
    if (this.status === 'labelled') return `the hand-over, or ${signal('parcelHandedOver')}`;
    if (this.status === 'handed_over') return `the carrier's scan, or ${signal('carrierReported', ',"scan":"signed"')}`;
    return `the carrier's scan, or ${signal('carrierReported', ',"scan":"returned"')}`;
  }

  /** Runs to the end: delivered, or returned and refunded. */
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
   * Takes another carrier for a label that does not come. What the carrier of before may have made of it is voided
   * beside the new booking, which does not wait for that.
   */
  async chooseCarrier(asked: By<ChooseCarrier>, request: string): Promise<InterventionVerdict> {
    const at = { orderId: this.input.orderId, fulfillmentId: this.id };
    const verdict = await books.chooseCarrier({ ...asked, ...at, request });
    if (verdict.outcome === 'refused') return verdict;
    // A booking that waits is made anew, and finds the choice in the books.
    this.steps.retry(this.id);
    for (const n of verdict.givenUp) {
      this.#voiding.push(
        CancellationScope.nonCancellable(() => this.#atCarrier((activities) => activities.voidBooking({ ...at, n }))),
      );
    }
    return { outcome: 'carrier_chosen' };
  }

  /** Waits until no label is left of bookings that were given up. */
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

  /**
   * Waits for a scan that decides; when the carrier is silent for too long, staff are asked to look and the wait goes
   * on.
   */
  async #nextScan(): Promise<CarrierScan> {
    const some = () => this.#scans.length > 0;
    if (
      !(await condition(some, this.input.deliverySilenceSeconds * 1000, {
        summary: `${this.id}: the carrier may be silent until then`,
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
