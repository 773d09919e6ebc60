import { sql } from 'kysely';
import type { Arrival, BackorderTerms, BackorderedUnits } from '../../domain/inventory/agree-backorder';
import type { Demand } from '../../domain/inventory/sourcing-terms';
import type { ValuedUnits } from '../../domain/orders/split-into-fulfillments';
import { changeBackordered } from '../catalogue/backordered-units';
import { runAsSystem } from '../run-as-system';
import { newId } from '../new-id';
import { replenishBackordered } from '../purchasing/replenishments';
import type { Tx } from '../transactions';

/**
 * Locks the backorder queues of some SKUs (their `sku` rows) in the order of their ids. Lock their shelves first, as
 * every transaction does, so that none deadlocks.
 */
export async function lockBackorderQueues(tx: Tx, skuIds: readonly string[]): Promise<void> {
  await tx
    .selectFrom('sku')
    .select('id')
    .where('id', 'in', [...new Set(skuIds)])
    .orderBy('id')
    .forNoKeyUpdate()
    .execute();
}

/**
 * Reads the backorder terms of some SKUs. SKUs that take no backorders, or that no warehouse has a shelf for, are left
 * out. It reads as the system, so that any caller may ask.
 */
export const readBackorderTerms = (
  tx: Tx,
  skuIds: readonly string[],
  today: string,
): Promise<Map<string, BackorderTerms>> =>
  runAsSystem(tx, async (): Promise<Map<string, BackorderTerms>> => {
    const rows = await tx
      .selectFrom('sku as k')
      .select(['k.id', 'k.backorderLeadDays', 'k.backorderMax', 'k.owed'])
      .where('k.id', 'in', [...new Set(skuIds)])
      .where('k.backorderLeadDays', 'is not', null)
      .where((eb) => eb.exists(eb.selectFrom('stock as s').select('s.skuId').whereRef('s.skuId', '=', 'k.id')))
      .execute();
    if (rows.length === 0) return new Map();
    // Arrivals fill up the safety stock first, which is promised to no order.
    const { rows: arrivals } = await sql<Arrival & { skuId: string }>`
      select r."skuId", r."expectedOn"::text as "expectedOn",
        greatest(0, r.confirmed - r.received - greatest(0, s."safetyStock" - (s."onHand" - s.reserved)))::int as units
      from replenishment r join stock s on s."skuId" = r."skuId" and s."warehouseId" = r."warehouseId"
      where r."skuId" = any(${rows.map((row) => row.id)}::text[])
        and r."closedAt" is null and r.status = 'confirmed' and r."expectedOn" >= ${today}::date`.execute(tx);
    const terms = new Map<string, BackorderTerms>();
    for (const { id, backorderLeadDays: leadDays, backorderMax: maxUnits, owed: backordered } of rows)
      if (leadDays !== null)
        terms.set(id, {
          leadDays,
          maxUnits,
          backordered,
          arrivals: arrivals.filter((arrival) => arrival.skuId === id),
        });
    return terms;
  });

/** Names the amounts of an order's price that its units carry. */
export type UnitValue = Pick<ValuedUnits, 'amount' | 'shippingAmount' | 'platformAmount'>;

/** Describes backordered units with the amounts that they carry. */
export type ValuedBackorder = BackorderedUnits<Demand> & UnitValue;

/** Writes the backorders of an order and opens replenishments for them. The queues must be locked. */
export async function writeBackorders(tx: Tx, orderId: string, backorders: readonly ValuedBackorder[]): Promise<void> {
  await tx
    .insertInto('backorder')
    .values(
      backorders.map(
        ({
          demand: { lineId, merchantId, skuId },
          quantity,
          amount,
          shippingAmount,
          platformAmount,
          expectedOn,
          basis,
        }) => ({
          id: newId('bko'),
          orderId,
          orderLineId: lineId,
          merchantId,
          skuId,
          status: 'waiting' as const,
          quantity,
          amount,
          shippingAmount,
          platformAmount,
          expectedOn,
          basis,
        }),
      ),
    )
    .execute();
  await changeBackordered(
    tx,
    backorders.map(({ demand, quantity }) => ({ skuId: demand.skuId, quantity })),
    1,
  );
  await replenishBackordered(
    tx,
    backorders.map(({ demand }) => demand.skuId),
  );
}

/** Cancels the waiting backorders of an order. Its shelves and queues must be locked. */
export async function cancelBackorders(tx: Tx, orderId: string): Promise<void> {
  const ended = await tx
    .updateTable('backorder')
    .set({ status: 'cancelled' })
    .where('orderId', '=', orderId)
    .where('status', '=', 'waiting')
    .returning(['skuId', 'quantity', 'filled'])
    .execute();
  await changeBackordered(
    tx,
    ended.map(({ skuId, quantity, filled }) => ({ skuId, quantity: quantity - filled })),
    -1,
  );
}

/** Says whether an order has a waiting backorder. */
export const isWaitingForStock = async (tx: Tx, orderId: string): Promise<boolean> =>
  (await tx
    .selectFrom('backorder')
    .select('id')
    .where('orderId', '=', orderId)
    .where('status', '=', 'waiting')
    .limit(1)
    .executeTakeFirst()) !== undefined;
