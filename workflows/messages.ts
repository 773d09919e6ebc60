import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { NotificationChannel } from '../src/contracts/addresses/address-findings';
import type { CancelOrder } from '../src/contracts/orders/place-order';
import type {
  ByActor,
  ChooseCarrier,
  HandToPerson,
  InterventionVerdict,
  RetryNow,
} from '../src/contracts/interventions/interventions';
import type { CarrierScan, WatchdogReason, OrderStatus, Stage } from '../src/contracts/statuses';
import type { CancellationVerdict, Verdict } from '../src/contracts/orders/verdict';

/** Starts an order's workflow: holds references, and the policies in force when the order was placed. */
export interface OrderInput {
  readonly orderId: string;
  readonly paymentId: string;
  readonly paymentQueue: string;
  readonly carrierQueue: string;
  readonly paymentWindowSeconds: number;
  readonly deliverySilenceSeconds: number;
  readonly addressHold: AddressHoldPolicy;
  /** Set when the order's workflow was lost: it is rebuilt from the books. */
  readonly adopted?: boolean;
}

/** Says how long an order waits for a correct address, and how its customer is notified. */
export interface AddressHoldPolicy {
  readonly seconds: number;
  /** Seconds from the begin of the hold to each reminder. */
  readonly reminders: readonly number[];
  /** The ways to notify the customer, each with the task queue of its provider. */
  readonly channels: readonly { readonly channel: NotificationChannel; readonly queue: string }[];
}

export interface OrderProgress {
  readonly status: OrderStatus;
  readonly stage: Stage;
  readonly attention: string | null;
  readonly waitsFor: readonly string[];
}

/**
 * Returns the verdict on the order once it is known. It is accepted, rejected, declined, or the customer must act on
 * it.
 */
export const awaitVerdict = defineUpdate<Verdict>('awaitVerdict');
/** Tries another payment attempt of an order that waits for payment. */
export const payAgain = defineUpdate<Verdict, [{ paymentId: string }]>('payAgain');
/** Cancels an order that was not handed over, and returns once everything is undone. */
export const cancelOrder = defineUpdate<CancellationVerdict, [ByActor<CancelOrder>]>('cancelOrder');

/** Tries every step that waits for a provider, or failed permanently, again at once. Refused when there is none. */
export const retryNow = defineUpdate<InterventionVerdict, [ByActor<RetryNow>]>('retryNow');
/** Books another carrier for a packed fulfillment whose label does not come. */
export const chooseCarrier = defineUpdate<InterventionVerdict, [ByActor<ChooseCarrier>]>('chooseCarrier');
/** Opens a task for a person, and raises attention until the task is done. */
export const handToPerson = defineUpdate<InterventionVerdict, [ByActor<HandToPerson>]>('handToPerson');

/** A task for a person was opened about the order: attention is raised until it is done. */
export const handedToPerson = defineSignal<[{ taskId: string }]>('handedToPerson');
/** A person has done the task about the order. */
export const attended = defineSignal<[{ taskId: string }]>('attended');
/** The watchdog found a reason why the order needs a person, or (null) that no reason is left. */
export const watchdogReported = defineSignal<[{ reason: WatchdogReason | null }]>('watchdogReported');

/** Somebody corrected the address of an order on hold: it may continue. */
export const addressMended = defineSignal('addressMended');
/** Stock has filled the order's backorders: it may continue. */
export const backorderFilled = defineSignal('backorderFilled');
/** The books hold a cancellation: repeats it for a run that lost the Update. */
export const cancellationBegun = defineSignal<[ByActor<CancelOrder>]>('cancellationBegun');
/** The books hold another payment attempt: repeats it for a run that lost the Update. */
export const paymentRequested = defineSignal<[{ paymentId: string }]>('paymentRequested');
/** The customer has acted on a payment attempt; the order asks the gateway for the outcome. */
export const paymentSettled = defineSignal<[{ paymentId: string }]>('paymentSettled');
/** The warehouse has packed a fulfillment's parcel. */
export const parcelPacked = defineSignal<[{ fulfillmentId: string }]>('parcelPacked');
/** The warehouse has handed a fulfillment's parcel over to its carrier. */
export const parcelHandedOver = defineSignal<[{ fulfillmentId: string }]>('parcelHandedOver');
/** The carrier reported a scan that decides: signed, refused, returned or exception. */
export const carrierReported = defineSignal<[{ fulfillmentId: string; scan: CarrierScan }]>('carrierReported');

/** A shelf is at or below its threshold: its workflow starts, or queues this replenishment. */
export const stockLow = defineSignal<[{ replenishmentId: string }]>('stockLow');
/** The supplier said how much it sends, and when. */
export const supplierAnswered =
  defineSignal<[{ replenishmentId: string; quantity: number; expectedOn: string }]>('supplierAnswered');
/** The goods have arrived, or the replenishment was closed. */
export const replenishmentEnded = defineSignal<[{ replenishmentId: string }]>('replenishmentEnded');

/** Returns the current state of the order, and what it waits for. */
export const getProgress = defineQuery<OrderProgress>('getProgress');
