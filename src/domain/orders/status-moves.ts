import type { FulfillmentStatus, OrderStatus } from '../../contracts/statuses';

/** Lists where an object may go from each of its statuses. A status without moves is an end. */
export type StatusMoves<Status extends string> = Readonly<Record<Status, readonly Status[]>>;

/** Lists the statuses from which an object may go to a status. */
export const statusesBefore = <Status extends string>(moves: StatusMoves<Status>, to: Status): Status[] =>
  (Object.keys(moves) as Status[]).filter((from) => moves[from].includes(to));

/** Lists the moves of an order that our activities make. They describe the code; nothing enforces them at run time. */
export const ORDER_MOVES: StatusMoves<OrderStatus> = {
  draft: ['rejected', 'awaiting_address', 'awaiting_payment', 'awaiting_stock', 'in_fulfillment', 'cancelling'],
  awaiting_address: ['draft', 'cancelling'],
  // Without a payment in time it ends at once: nothing is charged, and its stock is freed with it.
  awaiting_payment: ['awaiting_stock', 'in_fulfillment', 'cancelling', 'cancelled'],
  awaiting_stock: ['in_fulfillment', 'cancelling'],
  // Completion does not ask for `shipped`: an order that has ended is not delayed by a step that came late.
  in_fulfillment: ['shipped', 'completed', 'returned', 'cancelling'],
  shipped: ['completed', 'returned'],
  // A carrier already has one of its parcels.
  cancelling: ['cancelled', 'in_fulfillment'],
  completed: [],
  returned: [],
  cancelled: [],
  rejected: [],
};

/** Lists the moves of a fulfillment that our activities and its warehouse make: `moveFulfillment` makes no other. */
export const FULFILLMENT_MOVES: StatusMoves<FulfillmentStatus> = {
  released: ['packed', 'cancelling'],
  packed: ['labelled', 'cancelling'],
  labelled: ['handed_over', 'cancelling'],
  // A parcel may be scanned as back at its sender without a refusal before.
  handed_over: ['delivered', 'returning', 'returned'],
  // Refused at the first attempt and signed for at the second, by the word of a person.
  returning: ['returned', 'delivered'],
  delivered: [],
  returned: [],
  // Its carrier already has the parcel, or its label is voided.
  cancelling: ['cancelled', 'handed_over'],
  cancelled: [],
};
