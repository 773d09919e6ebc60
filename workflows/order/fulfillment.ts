import { AttentionReason, CarrierScan, FulfillmentStatus, HANDED_OVER_STATUSES } from '../../src/contracts/statuses';
import type { ActivityName, Argument, Result } from '../runtime/call-activities';
import type { Deadline } from '../runtime/timers';
import { WAITS, type Waits } from '../runtime/steps';
import { resumeOrder, type OrderContext } from './context';
import type { FulfillmentFacts, FulfillmentState, OrderState } from './state';

/** Notes a fact about a fulfillment, or keeps it until the run knows the fulfillment. */
export function noteFulfillmentFact(
  { fulfillments, factsBeforeRelease }: OrderState,
  fulfillmentId: string,
  fact: (facts: FulfillmentFacts) => void,
): void {
  const known = fulfillments.find(({ ref }) => ref.fulfillmentId === fulfillmentId);
  fact(known ?? (factsBeforeRelease[fulfillmentId] ??= { packed: false, handedOver: false, scans: [] }));
}

/**
 * Moves a fulfillment from the shelf to the door as far as it gets. It ends delivered, or returned and refunded; its
 * trouble stops no other fulfillment.
 */
export async function advanceFulfillment(order: OrderContext, fulfillment: FulfillmentState): Promise<void> {
  while (await STEPS[fulfillment.status](order, fulfillment));
  await voidAbandoned(order, fulfillment);
}

/** Reports whether the carrier has, or had, a fulfillment. */
export const isHandedOver = ({ status }: FulfillmentState): boolean => HANDED_OVER_STATUSES.includes(status);

const nothingUndone = () => ({ label: false, stock: false, money: false });

/** Begins to cancel a fulfillment that no carrier has. */
export function beginCancelling(fulfillment: FulfillmentState): void {
  if (isHandedOver(fulfillment)) return;
  fulfillment.undone = nothingUndone();
  fulfillment.status = FulfillmentStatus.cancelling;
}

/** Reports whether a fulfillment has come to its end, and no booking that was abandoned for it is open. */
export const hasEnded = ({ status, abandoned }: FulfillmentState): boolean =>
  ENDED.includes(status) && abandoned.length === 0;

/** Reports whether a fulfillment waits for a label that another carrier could give. */
export const awaitsLabel = ({ cancellation }: OrderState, { status }: FulfillmentState): boolean =>
  status === 'packed' && cancellation === null;

/** Lists when the carriers of an order are silent for too long. */
export function scanDeadlines({ phase, fulfillments }: OrderState): Deadline[] {
  if (phase !== 'fulfill') return [];
  return fulfillments.flatMap((fulfillment): Deadline[] => {
    const { ref, status, scanDue, scansAwaited, silent } = fulfillment;
    const isUnderWay = status === 'handed_over' || status === 'returning';
    if (!isUnderWay || scanDue === null || silent || fulfillment.scans.length > 0) return [];
    const passed = () => {
      fulfillment.silent = true;
    };
    const summary = `${ref.fulfillmentId}: deadline for the carrier's next scan`;
    return [{ key: `scan ${scansAwaited} ${ref.fulfillmentId}`, at: scanDue, summary, onPassed: passed }];
  });
}

/** Takes the step that a fulfillment's status asks for. Returns false when it waits, or has ended. */
type FulfillmentStep = (order: OrderContext, fulfillment: FulfillmentState) => Promise<boolean>;

const ENDED: readonly FulfillmentStatus[] = [
  FulfillmentStatus.delivered,
  FulfillmentStatus.returned,
  FulfillmentStatus.cancelled,
];
const end: FulfillmentStep = async () => false;

const STEPS: Readonly<Record<FulfillmentStatus, FulfillmentStep>> = {
  released: async (_order, fulfillment) => {
    if (fulfillment.packed) fulfillment.status = FulfillmentStatus.packed;
    return fulfillment.packed;
  },
  packed: async (order, fulfillment) => {
    const booked = await atCarrier(order, idOf(fulfillment), 'bookShipment', refOf(order, fulfillment));
    if (booked === WAITS) return false;
    fulfillment.carrierCode = booked.carrierCode;
    fulfillment.status = FulfillmentStatus.labelled;
    return true;
  },
  labelled: async (_order, fulfillment) => {
    if (fulfillment.handedOver) fulfillment.status = FulfillmentStatus.handedOver;
    return fulfillment.handedOver;
  },
  handed_over: async (order, fulfillment) => {
    if (!fulfillment.captured) {
      if ((await atGateway(order, fulfillment, 'capturePayment')) === WAITS) return false;
      fulfillment.captured = true;
      awaitScan(order, fulfillment);
    }
    return takeScan(order, fulfillment);
  },
  returning: (order, fulfillment) => takeScan(order, fulfillment),
  cancelling: async (order, fulfillment) => {
    const undone = (fulfillment.undone ??= nothingUndone());
    if (!undone.label) {
      const label = await atCarrier(order, idOf(fulfillment), 'voidShipment', refOf(order, fulfillment));
      if (label === WAITS) return false;
      if (label?.status === 'handed_over') {
        fulfillment.status = FulfillmentStatus.handedOver;
        resumeOrder(order);
        return true;
      }
      undone.label = true;
    }
    // Neither waits for the other.
    undone.stock ||=
      (await order.steps.runTransaction('cancelFulfillment', refOf(order, fulfillment), idOf(fulfillment))) !== WAITS;
    undone.money ||= (await atGateway(order, fulfillment, 'voidFulfillmentAmount')) !== WAITS;
    if (undone.stock && undone.money) fulfillment.status = FulfillmentStatus.cancelled;
    return false;
  },
  delivered: end,
  returned: end,
  cancelled: end,
};

/** Deals with the oldest scan that decides. */
async function takeScan(order: OrderContext, fulfillment: FulfillmentState): Promise<boolean> {
  const [scan] = fulfillment.scans;
  if (scan === undefined) return false;
  const take = SCANS[scan];
  if (take === undefined) {
    // Staff may type any scan in the Web UI: one that decides nothing is passed over.
    fulfillment.scans.shift();
    return true;
  }
  if (scan !== CarrierScan.exception) {
    fulfillment.silent = false;
    fulfillment.exception = false;
  }
  if (!(await take(order, fulfillment))) return false;
  fulfillment.scans.shift();
  awaitScan(order, fulfillment);
  return true;
}

const SCANS: Readonly<Partial<Record<CarrierScan, FulfillmentStep>>> = {
  signed: async (order, fulfillment) => {
    const confirmed = await order.steps.runTransaction('confirmDelivery', refOf(order, fulfillment), idOf(fulfillment));
    if (confirmed === WAITS) return false;
    if ((confirmed?.status ?? FulfillmentStatus.delivered) === FulfillmentStatus.delivered)
      fulfillment.status = FulfillmentStatus.delivered;
    return true;
  },
  exception: async (_order, fulfillment) => {
    fulfillment.exception = true;
    return true;
  },
  refused: async (order, fulfillment) => {
    const begun = await order.steps.runTransaction('beginReturn', refOf(order, fulfillment), idOf(fulfillment));
    if (begun === WAITS) return false;
    fulfillment.status = FulfillmentStatus.returning;
    return true;
  },
  returned: async (order, fulfillment) => {
    if (!fulfillment.restocked) {
      const restocked = await order.steps.runTransaction('restockReturn', refOf(order, fulfillment), idOf(fulfillment));
      if (restocked === WAITS) return false;
      fulfillment.restocked = true;
    }
    if ((await atGateway(order, fulfillment, 'refundPayment')) === WAITS) return false;
    fulfillment.status = FulfillmentStatus.returned;
    return true;
  },
};

function awaitScan({ input }: OrderContext, fulfillment: FulfillmentState): void {
  fulfillment.scanDue = Date.now() + input.deliverySilenceSeconds * 1000;
  fulfillment.scansAwaited += 1;
}

/** Voids the bookings that were abandoned for another carrier; the new booking does not wait for that. */
async function voidAbandoned(order: OrderContext, fulfillment: FulfillmentState): Promise<void> {
  for (const n of fulfillment.abandoned) {
    const voided = await atCarrier(order, idOf(fulfillment), 'voidBooking', { ...refOf(order, fulfillment), n });
    if (voided !== WAITS) fulfillment.abandoned = fulfillment.abandoned.filter((one) => one !== n);
  }
}

const idOf = ({ ref }: FulfillmentState): string => ref.fulfillmentId;
const refOf = ({ input }: OrderContext, { ref }: FulfillmentState) => ({
  orderId: input.orderId,
  fulfillmentId: ref.fulfillmentId,
});

type CarrierStep = Extract<ActivityName, 'bookShipment' | 'voidBooking' | 'voidShipment'>;

/** Calls the carriers about a fulfillment. */
export function atCarrier<Name extends CarrierStep>(
  { input, state, steps }: OrderContext,
  fulfillmentId: string,
  step: Name,
  argument: Argument<Name>,
): Promise<Result<Name> | Waits> {
  const fairnessKey = state.fulfillments.find(({ ref }) => ref.fulfillmentId === fulfillmentId)?.ref.merchantId;
  return steps.callProvider(step, argument, {
    target: { taskQueue: input.carrierQueue, ...(fairnessKey === undefined ? {} : { fairnessKey }) },
    reason: AttentionReason.carrierUnavailable,
    owner: fulfillmentId,
  });
}

function atGateway(
  order: OrderContext,
  fulfillment: FulfillmentState,
  step: 'capturePayment' | 'refundPayment' | 'voidFulfillmentAmount',
): Promise<undefined | void | Waits> {
  return order.steps.callProvider(step, refOf(order, fulfillment), {
    target: { taskQueue: order.input.paymentQueue, fairnessKey: fulfillment.ref.merchantId },
    reason: AttentionReason.paymentProviderUnavailable,
    owner: idOf(fulfillment),
  });
}
