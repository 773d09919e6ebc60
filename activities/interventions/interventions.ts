import { lockFulfillment, setChosenCarrier } from '../../src/books/orders/fulfillments';
import { lockOrder } from '../../src/books/orders/orders';
import { openAttendTask } from '../../src/books/interventions/attend-tasks';
import { itemsOf } from '../../src/books/warehouse/tasks';
import { appendEvents, hasEventOfRequest } from '../../src/books/timeline';
import { actingFor } from '../../src/contracts/caller';
import type {
  By,
  ChooseCarrier,
  HandToPerson,
  InterventionVerdict,
  RetryNow,
} from '../../src/contracts/interventions/interventions';
import type { PackedParcel } from '../../src/contracts/warehouse/task';
import { estimateParcel } from '../../src/domain/parcel';
import { bookingsOf, hasRate, nextNumber } from '../shipping/booking-plan';
import type { ActivityDeps, OrderRef } from '../deps';

/** Which request of an operator it is: a repetition of it changes nothing. */
interface Requested extends OrderRef {
  readonly request: string;
}

type Choice =
  | { readonly outcome: 'carrier_chosen'; readonly givenUp: readonly number[] }
  | Extract<InterventionVerdict, { outcome: 'refused' }>;

/** What people of the mall decide about an order that is stuck: each written with who, why and when. */
export const createInterventionActivities = ({ transactions, carriers }: ActivityDeps) => ({
  /** Writes that somebody set an order's stuck steps going again. Keyed by the request. */
  recordRetry: ({ orderId, actor, reason, request }: Requested & By<RetryNow>): Promise<void> =>
    transactions.run(actingFor(actor), async (tx) => {
      await lockOrder(tx, orderId);
      if (!(await hasEventOfRequest(tx, orderId, request)))
        await appendEvents(tx, orderId, [{ type: 'retry.requested', data: { reason, request } }]);
    }),

  /**
   * Gives up every booking of a packed part for another carrier, and names those whose label may be somewhere. Refused
   * when the part has its label, or the carrier does not take the parcel. Keyed by the request.
   */
  chooseCarrier: ({
    orderId,
    fulfillmentId,
    carrierCode,
    actor,
    reason,
    request,
  }: Requested & By<ChooseCarrier>): Promise<Choice> =>
    transactions.run(actingFor(actor), async (tx) => {
      const part = await lockFulfillment(tx, fulfillmentId);
      await lockOrder(tx, orderId);
      const bookings = await bookingsOf(tx, { orderId, fulfillmentId });
      const open = (below: number) =>
        bookings.filter(({ n, status }) => status === 'started' && n < below).map(({ n }) => n);
      if (part && (await hasEventOfRequest(tx, orderId, request)))
        return { outcome: 'carrier_chosen', givenUp: open(part.firstBooking) };
      if (part?.orderId !== orderId || !['released', 'packed'].includes(part.status))
        return { outcome: 'refused', code: 'label_not_awaited' };
      if (bookings.some(({ status }) => status === 'succeeded'))
        return { outcome: 'refused', code: 'label_not_awaited' };
      const parcel = (part.parcel as PackedParcel | null) ?? estimateParcel(await itemsOf(tx, fulfillmentId));
      if (!(await hasRate(tx, carriers.code, orderId, parcel, carrierCode)))
        return { outcome: 'refused', code: 'carrier_not_offered' };
      const firstBooking = nextNumber(bookings);
      await setChosenCarrier(tx, fulfillmentId, carrierCode, firstBooking);
      await appendEvents(tx, orderId, [
        { type: 'carrier.chosen', merchantId: part.merchantId, data: { fulfillmentId, carrierCode, reason, request } },
      ]);
      return { outcome: 'carrier_chosen', givenUp: open(firstBooking) };
    }),

  /** Opens the task of a person who is to see to the order; one at a time. Keyed by the request. */
  openAttendTask: ({
    orderId,
    request,
    ...asked
  }: Requested & By<HandToPerson>): Promise<{ taskId: string; opened: boolean }> =>
    transactions.run(actingFor(asked.actor), (tx) => openAttendTask(tx, orderId, asked, request)),
});
