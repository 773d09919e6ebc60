import { sql } from 'kysely';
import type { Arrival, BackorderTerms, BackorderedUnits } from '../../domain/inventory/agree-backorder';
import type { Demand } from '../../domain/inventory/sourcing-terms';
import type { ValuedUnits } from '../../domain/orders/split-into-fulfillments';
import { changeBackordered } from '../catalogue/backorder-terms';
import { runAsSystem } from '../run-as-system';
import { newId } from '../new-id';
import { replenishOwed } from '../purchasing/replenishments';
import type { Tx } from '../transactions';

/**
 * Locks the queues of some SKUs, in the order of their ids. Lock their shelves first: everybody does, so that nobody
 * deadlocks.
 */
export async function lockQueues(tx: Tx, skuIds: readonly string[]): Promise<void> {
  await tx
    .selectFrom('sku')
    .select('id')
    .where('id', 'in', [...new Set(skuIds)])
    .orderBy('id')
    .forNoKeyUpdate()
    .execute();
}

/**
 * Reads how some SKUs are sold before they are there; those that are not, or that no warehouse has a shelf for, are
 * left out. Any caller may: what is owed, and what suppliers send, is read for Mallflow.
 */
export const readTerms = (tx: Tx, skuIds: readonly string[], today: string): Promise<Map<string, BackorderTerms>> =>
  runAsSystem(tx, async (): Promise<Map<string, BackorderTerms>> => {
    const rows = await tx
      .selectFrom('sku as k')
      .select(['k.id', 'k.backorderLeadDays', 'k.backorderMax', 'k.owed'])
      .where('k.id', 'in', [...new Set(skuIds)])
      .where('k.backorderLeadDays', 'is not', null)
      .where((eb) => eb.exists(eb.selectFrom('stock as s').select('s.skuId').whereRef('s.skuId', '=', 'k.id')))
      .execute();
    if (rows.length === 0) return new Map();
    // What a shelf lacks of its safety stock is filled up first, and promised to nobody.
    const { rows: arrivals } = await sql<Arrival & { skuId: string }>`
    select r."skuId", r."expectedOn"::text as "expectedOn",
      greatest(0, r.confirmed - r.received - greatest(0, s."safetyStock" - (s."onHand" - s.reserved)))::int as units
    from replenishment r join stock s on s."skuId" = r."skuId" and s."warehouseId" = r."warehouseId"
    where r."skuId" = any(${rows.map((row) => row.id)}::text[]) and r."closedAt" is null and r.status = 'confirmed' and r."expectedOn" >= ${today}::date`.execute(
      tx,
    );
    return new Map(
      rows.flatMap(({ id, backorderLeadDays, backorderMax, owed }) =>
        backorderLeadDays === null
          ? []
          : [
              [
                id,
                {
                  leadDays: backorderLeadDays,
                  maxUnits: backorderMax,
                  backordered: owed,
                  arrivals: arrivals.filter((arrival) => arrival.skuId === id),
                },
              ] as const,
            ],
      ),
    );
  });

/** What units carry of an order's price. */
export type UnitValue = Pick<ValuedUnits, 'amount' | 'shippingAmount' | 'platformAmount'>;

/** Units that are owed, with what they are worth. */
export type ValuedBackorder = BackorderedUnits<Demand> & UnitValue;

/** Writes what an order is owed, and has it bought. The queues must be locked. */
export async function writeBackorders(tx: Tx, orderId: string, owed: readonly ValuedBackorder[]): Promise<void> {
  await tx
    .insertInto('backorder')
    .values(
      owed.map(
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
    owed.map(({ demand, quantity }) => ({ skuId: demand.skuId, quantity })),
    1,
  );
  await replenishOwed(
    tx,
    owed.map(({ demand }) => demand.skuId),
  );
}

/** Ends what an order still waits for. Its shelves and queues must be locked. */
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

/** Tells whether an order waits for goods. */
export const isWaitingForStock = async (tx: Tx, orderId: string): Promise<boolean> =>
  (await tx
    .selectFrom('backorder')
    .select('id')
    .where('orderId', '=', orderId)
    .where('status', '=', 'waiting')
    .limit(1)
    .executeTakeFirst()) !== undefined;
