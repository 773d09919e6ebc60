import { sql } from 'kysely';
import type { Tx } from '../../books/transactions';
import { AttentionReason } from '../../contracts/statuses';

/** Under each of these reasons the workflow itself, or a person, shows that a step waits. */
const SHOWN_BY_THE_ORDER = [
  AttentionReason.paymentProviderUnavailable,
  AttentionReason.carrierUnavailable,
  AttentionReason.needsOperator,
  AttentionReason.handedToPerson,
];

/**
 * Lists the open orders whose books stand where the next step should have followed at once. Nothing has happened in
 * them for `quietSeconds`, attention aside. Their workflow did not take a message, or cannot go on. Reads open
 * orders only: each "offset 0" keeps PostgreSQL from hashing a whole table in place of looking at the order's rows.
 */
export async function findMissingSteps(tx: Tx, quietSeconds: number, limit: number): Promise<string[]> {
  const quiet = sql`make_interval(secs => ${quietSeconds}::double precision)`;
  const { rows } = await sql<{ id: string }>`
    select o.id from orders o
    where o."closedAt" is null
      and (o."attentionOwn" is null or o."attentionOwn" not in (${sql.join(SHOWN_BY_THE_ORDER)}))
      and case o.status
        when 'draft' then true
        when 'awaiting_address' then o."payUntil" < now() - ${quiet}
        when 'awaiting_payment' then o."payUntil" < now() - ${quiet} or ${customerActed(quiet)}
        when 'awaiting_stock' then not exists (
          select 1 from backorder b where b."orderId" = o.id and b.status = 'waiting' offset 0)
        when 'cancelling' then true
        when 'in_fulfillment' then ${nextStepIsDue}
        when 'shipped' then ${nextStepIsDue}
        else false end
      and not exists (
        select 1 from timeline_event t
        where t."orderId" = o.id and t.at > now() - ${quiet} and t.type not like 'attention.%' offset 0)
    order by o.id limit ${limit}`.execute(tx);
  return rows.map(({ id }) => id);
}

type Sql = ReturnType<typeof sql>;

/**
 * Holds when the customer acted on an attempt or asked for another one. The order has not asked the gateway since.
 */
const customerActed = (quiet: Sql) => sql`exists (
  select 1 from payment p where p."orderId" = o.id and case p.status
    when 'action_required' then p."customerActedAt" < now() - ${quiet}
    when 'pending' then p."createdAt" < now() - ${quiet} and not exists (
      select 1 from operation a
      where a."subjectType" = 'payment' and a."subjectId" = p.id and a.kind = 'authorize' offset 0)
    else false end offset 0)`;

/** Holds when no attempt at a move of money of a fulfillment has succeeded. */
const notMoved = (kind: 'capture' | 'refund' | 'void') => sql`not exists (
  select 1 from operation m
  where m."subjectType" = 'fulfillment' and m."subjectId" = f.id and m.kind = ${sql.lit(kind)}
    and m.status = 'succeeded' offset 0)`;

/**
 * True when the books show that a step is due. All fulfillments have ended, or one should have moved: it is packed and
 * has no label, handed over and not paid for, returned and not refunded, being cancelled, or cancelled with its amount
 * not voided, or its parcel has come to an end that its status does not show. A run that works says so itself when a
 * provider keeps one of these waiting.
 */
const nextStepIsDue = sql`(
  not exists (
    select 1 from fulfillment f
    where f."orderId" = o.id and f.status not in ('delivered', 'returned', 'cancelled') offset 0)
  or exists (
    select 1 from fulfillment f left join shipment s on s."fulfillmentId" = f.id
    where f."orderId" = o.id and case f.status
      when 'packed' then true
      when 'handed_over' then s.status in ('signed', 'refused', 'returned') or ${notMoved('capture')}
      when 'returning' then s.status = 'returned'
      when 'returned' then ${notMoved('refund')}
      when 'cancelling' then true
      when 'cancelled' then ${notMoved('void')}
      else false end offset 0))`;
