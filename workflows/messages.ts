import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { NotificationChannel } from '../src/contracts/addresses/address-findings';
import type { CancelOrder } from '../src/contracts/orders/place-order';
import type {
  By,
  ChooseCarrier,
  HandToPerson,
  InterventionVerdict,
  RetryNow,
} from '../src/contracts/interventions/interventions';
import type { CarrierScan, FoundReason, OrderStatus, Stage } from '../src/contracts/statuses';
import type { CancellationVerdict, Verdict } from '../src/contracts/orders/verdict';

/** What an order's workflow starts with: references, and the policies in force when it was placed. */
export interface OrderInput {
  readonly orderId: string;
  readonly paymentId: string;
  readonly paymentQueue: string;
  readonly carrierQueue: string;
  readonly paymentWindowSeconds: number;
  readonly deliverySilenceSeconds: number;
  /**
   * How long an order with an address that cannot be delivered to is held, and how its customer is told. Absent before
   * 0.2.0.
   */
  readonly addressHold?: AddressHoldPolicy;
}

export interface AddressHoldPolicy {
  readonly seconds: number;
  /** After how many seconds the customer is reminded. */
  readonly reminders: readonly number[];
  /** By which ways, and on whose queue. */
  readonly channels: readonly { readonly channel: NotificationChannel; readonly queue: string }[];
}

export interface OrderProgress {
  readonly status: OrderStatus;
  readonly stage: Stage;
  readonly attention: string | null;
  readonly waitsFor: readonly string[];
}

/** Answers once the order was judged: accepted, to be paid by the customer's own act, declined, or rejected. */
export const awaitVerdict = defineUpdate<Verdict>('awaitVerdict');
/** Tries another payment of an order that waits for one. */
export const payAgain = defineUpdate<Verdict, [{ paymentId: string }]>('payAgain');
/** Cancels an order that was not handed over, and answers once everything is undone. */
export const cancelOrder = defineUpdate<CancellationVerdict, [CancelOrder & { actor: string }]>('cancelOrder');

/** Tries again at once whatever waits for a provider, or failed for good. Refused when nothing does. */
export const retryNow = defineUpdate<InterventionVerdict, [By<RetryNow>]>('retryNow');
/** Books a packed part, whose label does not come, with another carrier. */
export const chooseCarrier = defineUpdate<InterventionVerdict, [By<ChooseCarrier>]>('chooseCarrier');
/** Opens a task for a person who sees to the order, and shows that until it is done. */
export const handToPerson = defineUpdate<InterventionVerdict, [By<HandToPerson>]>('handToPerson');

/** The task of the person whom the order was handed to is done. */
export const attended = defineSignal<[{ taskId: string }]>('attended');
/** The watchdog found a reason why a person should look, or (null) that there is none any more. */
export const watchdogReported = defineSignal<[{ reason: FoundReason | null }]>('watchdogReported');

/** The address of an order on hold is mended: it may go on. */
export const addressMended = defineSignal('addressMended');
/** Whatever the order was owed has come and is held for it: it may go on. */
export const backorderFilled = defineSignal('backorderFilled');
/** The books hold a cancellation: for a run that lost the Update which asked for it. */
export const cancellationBegun = defineSignal<[CancelOrder & { actor: string }]>('cancellationBegun');
/** The customer has acted on a payment; the order asks the gateway what came of it. */
export const paymentSettled = defineSignal<[{ paymentId: string }]>('paymentSettled');
/** A fulfillment's parcel is packed. */
export const parcelPacked = defineSignal<[{ fulfillmentId: string }]>('parcelPacked');
/** A fulfillment's parcel is with its carrier. */
export const parcelHandedOver = defineSignal<[{ fulfillmentId: string }]>('parcelHandedOver');
/** The carrier reported something that decides: signed, refused, returned or exception. */
export const carrierReported = defineSignal<[{ fulfillmentId: string; scan: CarrierScan }]>('carrierReported');

/** A shelf is at or below its threshold: its replenishment starts, or takes the need on. */
export const stockLow = defineSignal<[{ replenishmentId: string }]>('stockLow');
/** The supplier said what it sends, and when. */
export const supplierAnswered =
  defineSignal<[{ replenishmentId: string; quantity: number; expectedOn: string }]>('supplierAnswered');
/** The goods are there, or the replenishment was closed. */
export const replenishmentEnded = defineSignal<[{ replenishmentId: string }]>('replenishmentEnded');

/** Where the order stands and what it waits for. */
export const getProgress = defineQuery<OrderProgress>('getProgress');
