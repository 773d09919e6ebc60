import { sql } from 'kysely';
import type { CancellationReason } from '../../contracts/orders/place-order';
import type { FulfillmentFact, OrderFacts } from '../../contracts/orders/order-facts';
import { findAttendTask } from '../attend-tasks';
import type { Tx } from '../transactions';
import { readAbandonedBookings } from './open-effects';

/** Reads what the books know of an order, as far as its workflow is rebuilt from it. */
export async function readOrderFacts(tx: Tx, orderId: string): Promise<OrderFacts> {
  const { status, stage, payUntil, agreedOn } = await tx
    .selectFrom('orders')
    .select(['status', 'stage', 'payUntil', 'agreedOn'])
    .where('id', '=', orderId)
    .executeTakeFirstOrThrow();
  const payments = await tx
    .selectFrom('payment')
    .select(['id as paymentId', 'status'])
    .where('orderId', '=', orderId)
    .orderBy('number')
    .execute();
  const task = await findAttendTask(tx, orderId);
  const corrected = await tx
    .selectFrom('timeline_event')
    .select('seq')
    .where('orderId', '=', orderId)
    .where('type', '=', 'address.mended')
    .executeTakeFirst();
  return {
    status,
    stage,
    payUntil: payUntil?.toISOString() ?? null,
    agreedOn: agreedOn?.toISOString().slice(0, 10) ?? null,
    cancellation: status === 'cancelling' ? await cancellationReason(tx, orderId) : null,
    payments: payments.map(({ paymentId, status: attempt }) => ({
      paymentId,
      // Nobody is charged whose window has passed while the order had no workflow.
      status: attempt === 'pending' && payUntil !== null && payUntil < new Date() ? 'abandoned' : attempt,
    })),
    fulfillments: await readFulfillments(tx, orderId),
    attendTask: task?.id ?? null,
    corrected: corrected !== undefined,
  };
}

async function readFulfillments(tx: Tx, orderId: string): Promise<FulfillmentFact[]> {
  const rows = await tx
    .selectFrom('fulfillment as f')
    .leftJoin('shipment as s', 's.fulfillmentId', 'f.id')
    .select([
      'f.id as fulfillmentId',
      'f.merchantId',
      'f.warehouseId',
      'f.status',
      's.carrierCode',
      's.status as shipment',
    ])
    .where('f.orderId', '=', orderId)
    .orderBy('f.number')
    .execute();
  const abandoned = await readAbandonedBookings(tx, orderId);
  return rows.map((row) => ({
    ...row,
    abandoned: abandoned.filter(({ fulfillmentId }) => fulfillmentId === row.fulfillmentId).map(({ n }) => n),
  }));
}

async function cancellationReason(tx: Tx, orderId: string): Promise<CancellationReason> {
  const requested = await tx
    .selectFrom('timeline_event')
    .select(sql<CancellationReason>`data->>'reason'`.as('reason'))
    .where('orderId', '=', orderId)
    .where('type', '=', 'order.cancellation_requested')
    .orderBy('seq')
    .executeTakeFirstOrThrow();
  return requested.reason;
}
