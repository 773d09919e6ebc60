import { sql } from 'kysely';
import type { Tx } from '../../books/transactions';
import { MONEY_KINDS } from '../../contracts/operations';
import { Account } from '../../domain/ledger/ledger-entries';
import { queryAudit, type Audit, type Finding } from '../audit';

/** Audits the ledger by itself, and compares it with the operations that it books. */
export const ledgerAudits = (tx: Tx): Audit[] => [
  queryAudit(
    tx,
    'Every ledger transaction balances in each currency',
    sql<Finding>`
    select t.id || ' of ' || t."orderId" as subject,
      'a sum of 0 ' || coalesce(e.currency, '') as expected,
      coalesce(e.amount::text, 'no entries') as actual
    from ledger_transaction t
    left join (
      select "transactionId", currency, sum(amount) as amount from ledger_entry group by 1, 2
    ) e on e."transactionId" = t.id
    where coalesce(e.amount, 1) <> 0`,
  ),

  queryAudit(
    tx,
    'Every effect on money is booked in the ledger, once, and nothing else is',
    sql<Finding>`
    select coalesce(o."orderId", t."orderId") as subject,
      case when o."providerKey" is null then 'no ' || t.kind || ' without its effect'
        else o."providerKey" || ' booked' end as expected,
      case when o."providerKey" is null then t.id || ' books ' || t."operationKey"
        when t.id is null then 'no ledger transaction'
        else t.id || ' books it as ' || t.kind || ' of ' || t."orderId" end as actual
    from (
      select * from operation
      where kind in (${sql.join(MONEY_KINDS.map((kind) => sql.lit(kind)))}) and status = 'succeeded' and (
        (request->>'amount')::bigint <> 0
        or exists (select 1 from ledger_transaction own where own."operationKey" = operation."providerKey")
      )
    ) o
    full join ledger_transaction t on t."operationKey" = o."providerKey"
    where o."providerKey" is null or t.id is null or o.kind <> t.kind or o."orderId" <> t."orderId"`,
  ),

  queryAudit(
    tx,
    "Every ledger transaction moves the amount of its effect, in the order's currency",
    sql<Finding>`
    select t."orderId" as subject, (o.request->>'amount') || ' ' || r.currency || ' by ' || o."providerKey" as expected,
      coalesce(sum(e.amount * a.sign) filter (where e.account = a.account), 0)
        || ' ' || coalesce(string_agg(distinct e.currency, ' and '), '') as actual
    from ledger_transaction t
    join operation o on o."providerKey" = t."operationKey"
    join orders r on r.id = t."orderId"
    join (values
      ('authorize', ${Account.authorized}, -1),
      ('capture', ${Account.captured}, 1),
      ('void', ${Account.voided}, 1),
      ('refund', ${Account.clearing}, -1)
    ) a (kind, account, sign) on a.kind = t.kind
    left join ledger_entry e on e."transactionId" = t.id
    group by t.id, o."providerKey", r.currency
    having coalesce(sum(e.amount * a.sign) filter (where e.account = a.account), 0) <> (o.request->>'amount')::bigint
      or bool_or(e.currency <> r.currency)`,
  ),
];
