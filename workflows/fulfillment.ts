import { condition } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { FulfillmentRef } from '../src/contracts/order';
import { AttentionReason, CarrierScan, FulfillmentStatus } from '../src/contracts/statuses';
import type { Attention } from './attention';
import type { OrderInput } from './messages';
import { books, outside } from './proxies';
import type { Saga } from './saga';

/** One merchant's part of an order, from the shelf to the door; its trouble stops no other part. */
export class Fulfillment {
  status: FulfillmentStatus = FulfillmentStatus.released;
  carrierCode: string | undefined;
  #packed = false;
  #handedOver = false;
  readonly #scans: CarrierScan[] = [];

  constructor(
    private readonly ref: FulfillmentRef,
    private readonly input: OrderInput,
    private readonly saga: Saga,
    private readonly attention: Attention,
    private readonly changed: () => void,
  ) {}

  packed(): void { this.#packed = true; }
  handedOver(): void { this.#handedOver = true; }
  reported(scan: CarrierScan): void { this.#scans.push(scan); }

  get id(): string { return this.ref.fulfillmentId; }

  /** Says in plain words what it waits for and which message ends the wait; null when it waits for nobody. */
  waitsFor(): string | null {
    const signal = (name: string, more = '') => `Signal \`${name}\` \`{"fulfillmentId":"${this.id}"${more}}\``;
    if (this.status === 'released') return `${this.id}: pick, recheck and pack at the warehouse. Ends with the pack task, or ${signal('parcelPacked')}`;
    if (this.status === 'packed') return `${this.id}: a label from the carrier. Ends by itself when the carrier answers`;
    if (this.status === 'labelled') return `${this.id}: the carrier to collect the parcel. Ends with the hand-over, or ${signal('parcelHandedOver')}`;
    if (this.status === 'handed_over') return `${this.id}: the recipient's signature. Ends with the carrier's scan, or ${signal('carrierReported', ',"scan":"signed"')}`;
    if (this.status === 'returning') return `${this.id}: the refused parcel to come back. Ends with the carrier's scan, or ${signal('carrierReported', ',"scan":"returned"')}`;
    return null;
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

  async #untilDoor(at: { orderId: string; fulfillmentId: string }): Promise<void> {
    for (;;) {
      const scan = await this.#nextScan();
      if (scan === CarrierScan.signed) {
        await books.confirmDelivery(at);
        this.#move(FulfillmentStatus.delivered);
        return;
      }
      if (scan === CarrierScan.exception) await this.attention.raise(AttentionReason.carrierException);
      if (scan === CarrierScan.refused) {
        await books.beginReturn(at);
        this.#move(FulfillmentStatus.returning);
      }
      if (scan === CarrierScan.returned) {
        await books.restockReturn(at);
        await this.#atGateway((activities) => activities.refundPayment(at));
        this.#move(FulfillmentStatus.returned);
        return;
      }
    }
  }

  /** Waits for a scan that decides; when the carrier is silent for too long, staff are asked to look and the wait goes on. */
  async #nextScan(): Promise<CarrierScan> {
    const some = () => this.#scans.length > 0;
    if (!(await condition(some, this.input.deliverySilenceSeconds * 1000, { summary: `${this.id}: the carrier may be silent until then` }))) {
      await this.attention.raise(AttentionReason.deliveryOverdue);
      await condition(some);
    }
    const scan = this.#scans.shift() as CarrierScan;
    if (scan !== CarrierScan.exception) {
      await this.attention.clear(AttentionReason.deliveryOverdue);
      await this.attention.clear(AttentionReason.carrierException);
    }
    return scan;
  }

  #move(status: FulfillmentStatus): void {
    this.status = status;
    this.changed();
  }

  #atCarrier<Result>(call: (activities: Activities) => Promise<Result>): Promise<Result> {
    return outside({ taskQueue: this.input.carrierQueue, fairnessKey: this.ref.merchantId }, call, (work) => this.attention.during(AttentionReason.carrierUnavailable, work));
  }

  #atGateway<Result>(call: (activities: Activities) => Promise<Result>): Promise<Result> {
    return outside({ taskQueue: this.input.paymentQueue, fairnessKey: this.ref.merchantId }, call, (work) => this.attention.during(AttentionReason.paymentProviderUnavailable, work));
  }
}
