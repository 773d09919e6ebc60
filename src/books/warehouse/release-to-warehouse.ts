import type { Urgency } from '../../contracts/statuses';
import { splitIntoFulfillments } from '../../domain/orders/split-into-fulfillments';
import { fillBackorders } from '../inventory/fill-backorders';
import { lockStock } from '../inventory/stock-rows';
import { allocateLots } from '../inventory/allocations';
import { insertFulfillment } from '../orders/fulfillments';
import { openTasks } from './tasks';
import type { TimelineFact } from '../timeline';
import type { Tx } from '../transactions';

/**
 * Splits an order by merchant and warehouse, binds its reservations to lots and opens the pick tasks. The reservations
 * must be held. `today` is the mall's day (ISO date). Returns the facts for the timeline.
 */
export async function releaseToWarehouse(
  tx: Tx,
  orderId: string,
  urgency: Urgency,
  gift: boolean,
  today: string,
): Promise<TimelineFact[]> {
  const held = await tx
    .selectFrom('reservation')
    .selectAll()
    .where('orderId', '=', orderId)
    .where('status', '=', 'held')
    .orderBy('id')
    .execute();
  await lockStock(tx, held);
  const plans = splitIntoFulfillments(held);
  const facts: TimelineFact[] = [];
  for (const { number, merchantId, warehouseId, amount, platformAmount, units: parts } of plans) {
    const fulfillmentId = await insertFulfillment(tx, {
      orderId,
      number,
      merchantId,
      warehouseId,
      amount,
      platformAmount,
    });
    await allocateLots(tx, fulfillmentId, parts);
    await openTasks(tx, { orderId, fulfillmentId, merchantId, warehouseId, urgency, gift });
    facts.push({ type: 'fulfillment.released', merchantId, data: { fulfillmentId, warehouseId } });
  }
  // Lots that are bound now may leave free units that keep long enough for a backorder.
  await fillBackorders(
    tx,
    held.filter(({ keepsUntil }) => keepsUntil !== null),
    today,
  );
  return facts;
}
