import { sql } from 'kysely';
import type { Tx } from '../../books/transactions';
import { Account } from '../../domain/ledger/ledger-entries';
import { queryAudit, type Audit, type Finding } from '../audit';
import { closedStatuses, releasedStatuses } from '../statuses';

/** Sums one account of the ledger in minor units; debits are positive. */
const balance = (account: Account) => sql`coalesce(sum(amount) filter (where account = ${account}), 0)`;

const ledger = sql`
  select t."orderId",
    ${balance(Account.authorized)} as authorized,
    ${balance(Account.open)} as open,
    ${balance(Account.captured)} as captured,
    ${balance(Account.voided)} as voided,
    ${balance(Account.clearing)} as clearing,
    ${balance(Account.merchantPayable)} as payable,
    ${balance(Account.commission)} as commission,
    ${balance(Account.promotion)} as promotion
  from ledger_transaction t
  join ledger_entry e on e."transactionId" = t.id
  group by 1`;

/** Audits what customers promised and paid, and to whom the money belongs. */
export const paymentAudits = (tx: Tx): Audit[] => [
  queryAudit(
    tx,
    "Every payment is of its order's total, in its currency",
    sql<Finding>`
    select p.id || ' of ' || p."orderId" as subject,
      o."goodsAmount" + o."shippingAmount" || ' ' || o.currency as expected,
      p.amount || ' ' || p.currency as actual
    from payment p
    join orders o on o.id = p."orderId"
    where p.amount <> o."goodsAmount" + o."shippingAmount" or p.currency <> o.currency`,
  ),

  queryAudit(
    tx,
    'The status of every payment fits its amounts',
    sql<Finding>`
    select p.id || ' of ' || p."orderId" as subject,
      case p.status
        when 'authorized' then 'something open'
        when 'settled' then 'nothing open'
        else 'nothing authorized' end || ': it is ' || p.status as expected,
      p.authorized || ' authorized, ' || p.authorized - p.captured - p.voided || ' open' as actual
    from payment p
    where p.amount > 0 and not case p.status
      when 'authorized' then p.authorized > p.captured + p.voided
      when 'settled' then p.authorized > 0 and p.authorized = p.captured + p.voided
      else p.authorized = 0 end`,
  ),

  queryAudit(
    tx,
    'Authorized = captured + voided + open for the payments of each order, by the payments as by the ledger',
    sql<Finding>`
    with paid as (
      select "orderId",
        sum(authorized) as authorized,
        sum(captured) as captured,
        sum(voided) as voided,
        sum(refunded) as refunded
      from payment
      group by 1
    ), ledger as (${ledger}), both_sides as (
      select coalesce(p."orderId", l."orderId") as id, account.name, account.paid, account.booked
      from paid p
      full join ledger l on l."orderId" = p."orderId", lateral (values
        ('authorized', coalesce(p.authorized, 0), -coalesce(l.authorized, 0)),
        ('captured', coalesce(p.captured, 0), coalesce(l.captured, 0)),
        ('voided', coalesce(p.voided, 0), coalesce(l.voided, 0)),
        ('open', coalesce(p.authorized - p.captured - p.voided, 0), coalesce(l.open, 0)),
        ('refunded', coalesce(p.refunded, 0), coalesce(l.captured - l.clearing, 0))
      ) account (name, paid, booked)
      where account.paid <> account.booked
    )
    select id as subject, string_agg(booked || ' ' || name, ', ' order by name) || ' in the ledger' as expected,
      string_agg(paid || ' ' || name, ', ' order by name) || ' in payments' as actual
    from both_sides group by id`,
  ),

  queryAudit(
    tx,
    "Captured = merchants' shares + commission + refunded, less what the mall paid of discounts, for each order",
    sql<Finding>`
    select "orderId" as subject,
      captured || ' in shares, commission and refunds less promotions' as expected,
      -payable - commission - promotion + captured - clearing || '' as actual
    from (${ledger}) l where clearing + payable + commission + promotion <> 0`,
  ),

  queryAudit(
    tx,
    'No payment of an ended order has an open amount',
    sql<Finding>`
    select p.id || ' of ' || p."orderId" as subject,
      '0 open: the order is ' || o.status as expected,
      p.authorized - p.captured - p.voided || ' open' as actual
    from payment p
    join orders o on o.id = p."orderId"
    where o.status in (${closedStatuses}) and p.authorized <> p.captured + p.voided`,
  ),

  queryAudit(
    tx,
    'Every order that went to the warehouses is paid for in full',
    sql<Finding>`
    select o.id as subject,
      o."goodsAmount" + o."shippingAmount" - v.voided || ' authorized and not voided' as expected,
      coalesce(sum(p.authorized - p.voided), 0)::text as actual
    from orders o
    left join payment p on p."orderId" = o.id
    cross join lateral (
      select coalesce(sum(f.amount), 0)::bigint as voided from fulfillment f
      join operation m on m."subjectType" = 'fulfillment' and m."subjectId" = f.id
        and m.kind = 'void' and m.status = 'succeeded'
      where f."orderId" = o.id and f.status in ('cancelling', 'cancelled')
    ) v
    where o.status in (${releasedStatuses})
    group by o.id, v.voided
    having coalesce(sum(p.authorized - p.voided), 0) <> o."goodsAmount" + o."shippingAmount" - v.voided`,
  ),

  queryAudit(
    tx,
    'In ended orders, delivered goods are captured and returned goods refunded',
    sql<Finding>`
    select o.id as subject, coalesce(f.taken, 0) || ' captured, ' || coalesce(f.back, 0) || ' refunded' as expected,
      coalesce(p.captured, 0) || ' captured, ' || coalesce(p.refunded, 0) || ' refunded' as actual
    from orders o
    left join (
      select "orderId",
        sum(amount) filter (where status in ('delivered', 'returned')) as taken,
        sum(amount) filter (where status = 'returned') as back
      from fulfillment
      group by 1
    ) f on f."orderId" = o.id
    left join (
      select "orderId", sum(captured) as captured, sum(refunded) as refunded from payment group by 1
    ) p on p."orderId" = o.id
    where o.status in (${closedStatuses})
      and (coalesce(f.taken, 0) <> coalesce(p.captured, 0) or coalesce(f.back, 0) <> coalesce(p.refunded, 0))`,
  ),
];
