import { sql } from 'kysely';
import type { Tx } from '../transactions';

/** A booking that was given up for another carrier, and what became of it nobody has written. */
export interface AbandonedBooking {
  readonly fulfillmentId: string;
  readonly n: number;
}

/**
 * What an order still has with the outside: attempts to pay, parts with a label, and bookings given up for another
 * carrier.
 */
export interface OpenEffects {
  readonly paymentIds: readonly string[];
  readonly fulfillmentIds: readonly string[];
  readonly givenUp: readonly AbandonedBooking[];
}

/** Bookings of an order without an answer, each with whether another carrier was chosen since. */
const openBookings = (orderId: string) => sql<OpenBooking>`
  select f.id, b.n, b.n < f."firstBooking" as "givenUp" from fulfillment f
  join (select key, split_part(key, ':', 3)::int as n from operation where "orderId" = ${orderId} and kind = 'book' and status = 'started') b
    on split_part(b.key, ':', 1) = f.id
  where f."orderId" = ${orderId}`;
interface OpenBooking {
  readonly id: string;
  readonly n: number | null;
  readonly givenUp: boolean;
}
const givenUpOf = (rows: readonly OpenBooking[]): AbandonedBooking[] =>
  rows.flatMap(({ id, n, givenUp }) => (givenUp && n !== null ? [{ fulfillmentId: id, n }] : []));

/** Lists the bookings that an order's parts gave up for another carrier, and whose label may be live. */
export async function readAbandonedBookings(tx: Tx, orderId: string): Promise<AbandonedBooking[]> {
  return givenUpOf((await sql<OpenBooking>`${openBookings(orderId)} order by 1, 2`.execute(tx)).rows);
}

/**
 * Reads what of an order is still with a provider, or may be: authorized money, live labels, and calls whose answer
 * nobody has written. Undefined when nothing is.
 */
export async function readOpenEffects(tx: Tx, orderId: string): Promise<OpenEffects | undefined> {
  const payments = await sql<{ id: string }>`
    select p.id from payment p where p."orderId" = ${orderId} and (p.authorized > p.captured + p.voided
      or exists (select 1 from operation o where o.key = p."orderId" || ':authorize:' || p.number and o.status = 'started'))
    order by p.number`.execute(tx);
  const parts = await sql<OpenBooking>`
    select f.id, null::int as n, false as "givenUp" from fulfillment f join shipment s on s."fulfillmentId" = f.id
    where f."orderId" = ${orderId} and s.status <> 'voided'
    union
    ${openBookings(orderId)} order by 1, 2`.execute(tx);
  const givenUp = givenUpOf(parts.rows);
  const fulfillmentIds = [...new Set(parts.rows.filter((part) => !part.givenUp).map(({ id }) => id))];
  const paymentIds = payments.rows.map(({ id }) => id);
  return paymentIds.length + fulfillmentIds.length + givenUp.length === 0
    ? undefined
    : { paymentIds, fulfillmentIds, givenUp };
}
