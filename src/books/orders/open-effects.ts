import { sql } from 'kysely';
import type { Tx } from '../transactions';

/** Names a booking that was abandoned for another carrier, and whose outcome is not recorded. */
export interface AbandonedBooking {
  readonly fulfillmentId: string;
  readonly n: number;
}

/** Lists an order's open effects: attempts to pay, fulfillments with a label, and abandoned bookings. */
export interface OpenEffects {
  readonly paymentIds: readonly string[];
  readonly fulfillmentIds: readonly string[];
  readonly givenUp: readonly AbandonedBooking[];
}

/**
 * Selects an order's bookings without a result, each with whether another carrier was chosen since. `offset 0` makes it
 * look operations up by fulfillment: a plan from when the table was small would read the bookings of every order.
 */
const openBookings = (orderId: string) => sql<OpenBooking>`
  select f.id, b.number as n, b.number < f."firstBooking" as abandoned from fulfillment f
  cross join lateral (
    select number from operation
    where "subjectType" = 'fulfillment' and "subjectId" = f.id and kind = 'book' and status = 'started'
    offset 0
  ) b
  where f."orderId" = ${orderId}`;
interface OpenBooking {
  readonly id: string;
  readonly n: number | null;
  readonly abandoned: boolean;
}
const abandonedOf = (rows: readonly OpenBooking[]): AbandonedBooking[] =>
  rows.flatMap(({ id, n, abandoned }) => (abandoned && n !== null ? [{ fulfillmentId: id, n }] : []));

/** Lists the bookings that were abandoned for another carrier, and whose label may be live. */
export async function readAbandonedBookings(tx: Tx, orderId: string): Promise<AbandonedBooking[]> {
  return abandonedOf((await sql<OpenBooking>`${openBookings(orderId)} order by 1, 2`.execute(tx)).rows);
}

/**
 * Reads an order's effects that are, or may be, open at a provider. They are authorized money, live labels, and calls
 * without a recorded result. Undefined when there are none.
 */
export async function readOpenEffects(tx: Tx, orderId: string): Promise<OpenEffects | undefined> {
  const payments = await sql<{ id: string }>`
    select p.id from payment p where p."orderId" = ${orderId} and (
      p.authorized > p.captured + p.voided
      or 'started' = any (
        select o.status from operation o
        where o."subjectType" = 'payment' and o."subjectId" = p.id and o.kind = 'authorize'
      )
    )
    order by p.number`.execute(tx);
  const { rows } = await sql<OpenBooking>`
    select f.id, null::int as n, false as abandoned from fulfillment f join shipment s on s."fulfillmentId" = f.id
    where f."orderId" = ${orderId} and s.status <> 'voided'
    union
    ${openBookings(orderId)} order by 1, 2`.execute(tx);
  const givenUp = abandonedOf(rows);
  const fulfillmentIds = [...new Set(rows.filter(({ abandoned }) => !abandoned).map(({ id }) => id))];
  const paymentIds = payments.rows.map(({ id }) => id);
  return paymentIds.length + fulfillmentIds.length + givenUp.length === 0
    ? undefined
    : { paymentIds, fulfillmentIds, givenUp };
}
