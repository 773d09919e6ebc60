import { sql } from 'kysely';
import { CLOSED_ORDER_STATUSES, OrderStatus } from '../contracts/statuses';

const list = (statuses: readonly OrderStatus[]) => sql.join(statuses.map((status) => sql.lit(status)));

/** Lists the statuses that no order leaves, for an SQL `in`. */
export const closedStatuses = list(CLOSED_ORDER_STATUSES);

/** Lists the statuses of orders that were paid for and released to the warehouses, whatever happened to them later. */
export const releasedStatuses = list([
  OrderStatus.inFulfillment,
  OrderStatus.shipped,
  OrderStatus.completed,
  OrderStatus.returned,
]);

/** Lists the statuses of orders that certainly have, had or wait for reservations. */
export const reservedStatuses = list([
  OrderStatus.awaitingAddress,
  OrderStatus.awaitingPayment,
  OrderStatus.awaitingStock,
  OrderStatus.inFulfillment,
  OrderStatus.shipped,
  OrderStatus.completed,
  OrderStatus.returned,
]);
