import { isWaitingForStock } from '../../src/books/inventory/backorders';
import { fulfillmentsOf, lockFulfillment, moveFulfillment } from '../../src/books/orders/fulfillments';
import { lockOrder, moveOrder } from '../../src/books/orders/orders';
import { abandonUnpaid } from '../../src/books/payments/payments';
import { readOpenEffects } from '../../src/books/orders/open-effects';
import { freeAllocations } from '../../src/books/inventory/free-reservations';
import { releaseToWarehouse } from '../../src/books/warehouse/release-to-warehouse';
import { restockFulfillment } from '../../src/books/inventory/allocations';
import { markShipmentReturned, markShipmentSigned } from '../../src/books/shipping/shipments';
import { appendEvents } from '../../src/books/timeline';
import { SYSTEM } from '../../src/contracts/caller';
import type { ReleasedFulfillment } from '../../src/contracts/orders/order';
import { PAYABLE_ORDER_STATUSES, type FulfillmentStatus, type OrderStatus } from '../../src/contracts/statuses';
import { dayOf } from '../../src/domain/dates';
import type { ActivityDeps, OrderRef, FulfillmentRef } from '../deps';
import { invariantViolated } from '../failures';

const UNRELEASED: readonly OrderStatus[] = [...PAYABLE_ORDER_STATUSES, 'awaiting_stock'];

/** Creates the Activities that record the progress of fulfillments. */
export const createFulfillmentActivities = ({ transactions, timeZone }: ActivityDeps) => ({
  /** Splits the paid order by merchant and warehouse, allocates lots, opens the pick tasks. Keyed by the order. */
  releaseToWarehouse: ({ orderId }: OrderRef): Promise<ReleasedFulfillment[]> =>
    transactions.run(SYSTEM, async (tx) => {
      const { status } = await lockOrder(tx, orderId);
      const existing = await fulfillmentsOf(tx, orderId);
      // In any other status the order is being cancelled, or this attempt timed out and comes late.
      if (existing.length > 0 || !UNRELEASED.includes(status)) return existing;
      const order = await tx
        .selectFrom('orders')
        .select(['urgency', 'gift', 'agreedOn'])
        .where('id', '=', orderId)
        .executeTakeFirstOrThrow();
      if (order.agreedOn !== null && (await isWaitingForStock(tx, orderId)))
        throw invariantViolated(`${orderId} cannot be released to the warehouse: it waits for stock`);
      const facts = await releaseToWarehouse(tx, orderId, order.urgency, order.gift, dayOf(new Date(), timeZone));
      await abandonUnpaid(tx, orderId);
      await moveOrder(tx, orderId, { status: 'in_fulfillment', stage: 'pick', payUntil: null });
      await appendEvents(tx, orderId, [{ type: 'order.accepted' }, ...facts]);
      return fulfillmentsOf(tx, orderId);
    }),

  /**
   * Cancels a fulfillment whose label is voided, or was never bought: its stock is free again. Throws while the label
   * may be live. Keyed by the fulfillment.
   */
  cancelFulfillment: ({ orderId, fulfillmentId }: FulfillmentRef): Promise<void> =>
    transactions.run(SYSTEM, async (tx) => {
      const fulfillment = await lockFulfillment(tx, fulfillmentId);
      if (fulfillment?.status === 'cancelled') return;
      if (fulfillment?.status !== 'cancelling')
        throw invariantViolated(`${fulfillmentId} is ${fulfillment?.status ?? 'unknown'}: it is not being cancelled`);
      const open = await readOpenEffects(tx, orderId);
      if (open?.fulfillmentIds.includes(fulfillmentId) === true)
        throw invariantViolated(`${fulfillmentId} cannot be cancelled: its label may be live`);
      const reservations = await freeAllocations(tx, fulfillmentId, dayOf(new Date(), timeZone));
      await moveFulfillment(tx, fulfillmentId, 'cancelled');
      const { merchantId } = fulfillment;
      await appendEvents(tx, orderId, [
        { type: 'stock.released', merchantId, data: { fulfillmentId, reservations } },
        { type: 'fulfillment.cancelled', merchantId, data: { fulfillmentId } },
      ]);
    }),

  /**
   * Records that the recipient signed for a fulfillment, and returns its status: one that came back stays so. Staff may
   * report the signature of one that was refused first. Keyed by the fulfillment. Histories of release 0.5 hold no
   * status: it was delivered.
   */
  confirmDelivery: ({
    orderId,
    fulfillmentId,
  }: FulfillmentRef): Promise<{ readonly status: FulfillmentStatus } | undefined> =>
    transactions.run(SYSTEM, async (tx) => {
      const fulfillment = await lockFulfillment(tx, fulfillmentId);
      if (fulfillment === undefined) throw invariantViolated(`${fulfillmentId} is unknown`);
      const { status } = fulfillment;
      if (status !== 'handed_over' && status !== 'returning') return { status };
      await moveFulfillment(tx, fulfillmentId, 'delivered');
      await markShipmentSigned(tx, fulfillmentId);
      await appendEvents(tx, orderId, [
        { type: 'fulfillment.delivered', merchantId: fulfillment.merchantId, data: { fulfillmentId } },
      ]);
      return { status: 'delivered' };
    }),

  /** Records that a refused fulfillment is on its way back. Keyed by the fulfillment. */
  beginReturn: ({ fulfillmentId }: FulfillmentRef): Promise<void> =>
    transactions.run(SYSTEM, async (tx) => {
      const fulfillment = await lockFulfillment(tx, fulfillmentId);
      if (fulfillment?.status === 'handed_over') await moveFulfillment(tx, fulfillmentId, 'returning');
    }),

  /** Puts the goods of a returned fulfillment back on the shelves. Keyed by the fulfillment. */
  restockReturn: ({ orderId, fulfillmentId }: FulfillmentRef): Promise<void> =>
    transactions.run(SYSTEM, async (tx) => {
      const fulfillment = await lockFulfillment(tx, fulfillmentId);
      if (fulfillment === undefined || !['handed_over', 'returning'].includes(fulfillment.status)) return;
      await restockFulfillment(tx, fulfillmentId, dayOf(new Date(), timeZone));
      await moveFulfillment(tx, fulfillmentId, 'returned');
      await markShipmentReturned(tx, fulfillmentId);
      await appendEvents(tx, orderId, [
        { type: 'stock.restocked', merchantId: fulfillment.merchantId, data: { fulfillmentId } },
        { type: 'fulfillment.returned', merchantId: fulfillment.merchantId, data: { fulfillmentId } },
      ]);
    }),
});
