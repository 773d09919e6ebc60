import { sql } from 'kysely';
import { CLOSED_ORDER_STATUSES, OrderStatus } from '../contracts/statuses';

const list = (statuses: readonly OrderStatus[]) => sql.join(statuses.map((status) => sql.lit(status)));

/** The statuses that no order leaves, for an SQL `in`. */
export const closedStatuses = list(CLOSED_ORDER_STATUSES);

/** The statuses of orders that were paid for and went to the warehouses, whatever came of them. */
export const releasedStatuses = list([
  OrderStatus.inFulfillment,
  OrderStatus.shipped,
  OrderStatus.completed,
  OrderStatus.returned,
]);

/** The statuses of orders that hold, held or wait for their stock for certain. */
export const reservedStatuses = list([
  OrderStatus.awaitingAddress,
  OrderStatus.awaitingPayment,
  OrderStatus.awaitingStock,
  OrderStatus.inFulfillment,
  OrderStatus.shipped,
  OrderStatus.completed,
  OrderStatus.returned,
]);
