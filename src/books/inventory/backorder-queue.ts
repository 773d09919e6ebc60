import { sql } from 'kysely';
import type { BackorderFill } from '../../domain/inventory/fill-waiting-backorders';
import { allocate } from '../../domain/money';
import type { Tx } from '../transactions';
import type { UnitValue } from './backorders';

/** Reads the backorders of a SKU in the order of promise, without those whose order is being cancelled. */
export async function readQueue(tx: Tx, skuId: string, limit: number | null) {
  const query = tx
    .selectFrom('backorder as b')
    .innerJoin('orders as o', 'o.id', 'b.orderId')
    .select([
      'b.id',
      'b.orderId',
      'b.orderLineId',
      'b.merchantId',
      'b.amount',
      'b.shippingAmount',
      'b.platformAmount',
      'o.country',
      'o.urgency',
      'o.payUntil',
    ])
    .select([
      sql<number>`b.quantity - b.filled`.as('open'),
      sql<string>`o."agreedOn"::text`.as('agreedOn'),
      sql<string | null>`o."requestedDate"::text`.as('requestedDate'),
      sql<string[]>`array(
        select distinct r."warehouseId" from reservation r where r."orderId" = b."orderId" and r.status = 'held'
      )`.as('shippedFrom'),
    ])
    .where('b.skuId', '=', skuId)
    .where('b.status', '=', 'waiting')
    .where('o.status', '<>', 'cancelling')
    .orderBy('o.agreedOn')
    .orderBy('o.placedAt')
    .orderBy('o.id')
    .orderBy('b.id');
  return (limit === null ? query : query.limit(limit)).execute();
}

/** Describes a waiting backorder with its order's delivery. */
type QueueRow = Awaited<ReturnType<typeof readQueue>>[number];

/** Describes units that go to a backorder from one warehouse, with the amounts that they carry. */
export interface ValuedFill extends UnitValue {
  readonly row: QueueRow;
  readonly warehouseId: string;
  readonly quantity: number;
}

/** Splits the amounts of each backorder between the units that fill it and those that still wait. */
export function valueFills(fills: readonly BackorderFill[], rows: readonly QueueRow[]): ValuedFill[] {
  const left = new Map(rows.map((row) => [row.id, row]));
  return fills.map(({ backorderId, warehouseId, quantity }) => {
    const row = left.get(backorderId) as QueueRow;
    const share = (whole: number): number => allocate(whole, [quantity, row.open - quantity])[0] ?? 0;
    const [shippingAmount, platformAmount] = [share(row.shippingAmount), share(row.platformAmount)];
    const amount = share(row.amount - row.shippingAmount) + shippingAmount;
    left.set(backorderId, {
      ...row,
      open: row.open - quantity,
      amount: row.amount - amount,
      shippingAmount: row.shippingAmount - shippingAmount,
      platformAmount: row.platformAmount - platformAmount,
    });
    return { row, warehouseId, quantity, amount, shippingAmount, platformAmount };
  });
}

/** Adds the filled units to their backorders, and ends those that are filled. */
export async function markFilled(tx: Tx, fills: readonly ValuedFill[]): Promise<void> {
  await sql`
    update backorder set filled = filled + u.units, amount = backorder.amount - u.amount,
      "shippingAmount" = backorder."shippingAmount" - u.shipping,
      "platformAmount" = backorder."platformAmount" - u.platform,
      status = case when filled + u.units = quantity then 'filled'::backorder_status else 'waiting' end
    from (
      select id, sum(units)::int as units, sum(amount)::bigint as amount, sum(shipping)::bigint as shipping,
        sum(platform)::bigint as platform
      from unnest(
        ${fills.map(({ row }) => row.id)}::text[],
        ${fills.map(({ quantity }) => quantity)}::int[],
        ${fills.map(({ amount }) => amount)}::bigint[],
        ${fills.map(({ shippingAmount }) => shippingAmount)}::bigint[],
        ${fills.map(({ platformAmount }) => platformAmount)}::bigint[]
      ) as f (id, units, amount, shipping, platform) group by 1
    ) u
    where backorder.id = u.id`.execute(tx);
}
