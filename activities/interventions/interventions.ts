import { lockFulfillment, setChosenCarrier } from '../../src/books/orders/fulfillments';
import { lockOrder } from '../../src/books/orders/orders';
import { openAttendTask } from '../../src/books/attend-tasks';
import { itemsOf } from '../../src/books/warehouse/tasks';
import { appendEvents, hasEventOfRequest } from '../../src/books/timeline';
import { actingFor } from '../../src/contracts/caller';
import type {
  ByActor,
  ChooseCarrier,
  HandToPerson,
  InterventionVerdict,
  RetryNow,
} from '../../src/contracts/interventions/interventions';
import type { PackedParcel } from '../../src/contracts/warehouse/task';
import { estimateParcel } from '../../src/domain/parcel';
import { bookingsOf, hasRate, nextBookingNumber } from '../shipping/booking-plan';
import type { ActivityDeps, OrderRef } from '../deps';

/** Names the staff request that an intervention belongs to: repeating a request changes nothing. */
interface Requested extends OrderRef {
  readonly request: string;
}

type Choice =
  | { readonly outcome: 'carrier_chosen'; readonly givenUp: readonly number[] }
  | Extract<InterventionVerdict, { outcome: 'refused' }>;

/** Builds the interventions of staff in an order that is stuck; each is recorded with actor, reason and time. */
export const createInterventionActivities = ({ transactions, carriers }: ActivityDeps) => ({
  /** Records that staff retried an order's stuck steps. Keyed by the request. */
  recordRetry: ({ orderId, actor, reason, request }: Requested & ByActor<RetryNow>): Promise<void> =>
    transactions.run(actingFor(actor), async (tx) => {
      await lockOrder(tx, orderId);
      if (!(await hasEventOfRequest(tx, orderId, request)))
        await appendEvents(tx, orderId, [{ type: 'retry.requested', data: { reason, request } }]);
    }),

  /**
   * Abandons every booking of a packed fulfillment for another carrier, and names those that may have a label. Refuses
   * when the fulfillment has its label, or the carrier does not take the parcel. Keyed by the request.
   */
  chooseCarrier: ({
    orderId,
    fulfillmentId,
    carrierCode,
    actor,
    reason,
    request,
  }: Requested & ByActor<ChooseCarrier>): Promise<Choice> =>
    transactions.run(actingFor(actor), async (tx) => {
      const fulfillment = await lockFulfillment(tx, fulfillmentId);
      await lockOrder(tx, orderId);
      const bookings = await bookingsOf(tx, fulfillmentId);
      const openBelow = (below: number) =>
        bookings.filter(({ n, status }) => status === 'started' && n < below).map(({ n }) => n);
      if (fulfillment && (await hasEventOfRequest(tx, orderId, request)))
        return { outcome: 'carrier_chosen', givenUp: openBelow(fulfillment.firstBooking) };
      if (fulfillment?.orderId !== orderId || !['released', 'packed'].includes(fulfillment.status))
        return { outcome: 'refused', code: 'label_not_awaited' };
      if (bookings.some(({ status }) => status === 'succeeded'))
        return { outcome: 'refused', code: 'label_not_awaited' };
      const parcel = (fulfillment.parcel as PackedParcel | null) ?? estimateParcel(await itemsOf(tx, fulfillmentId));
      if (!(await hasRate(tx, carriers.code, orderId, parcel, carrierCode)))
        return { outcome: 'refused', code: 'carrier_not_offered' };
      const firstBooking = nextBookingNumber(bookings);
      await setChosenCarrier(tx, fulfillmentId, carrierCode, firstBooking);
      await appendEvents(tx, orderId, [
        {
          type: 'carrier.chosen',
          merchantId: fulfillment.merchantId,
          data: { fulfillmentId, carrierCode, reason, request },
        },
      ]);
      return { outcome: 'carrier_chosen', givenUp: openBelow(firstBooking) };
    }),

  /** Opens the task of a person who looks at the order, unless one is open. Keyed by the request. */
  openAttendTask: ({
    orderId,
    request,
    ...requested
  }: Requested & ByActor<HandToPerson>): Promise<{ taskId: string; opened: boolean }> =>
    transactions.run(actingFor(requested.actor), (tx) => openAttendTask(tx, orderId, requested, request)),
});
