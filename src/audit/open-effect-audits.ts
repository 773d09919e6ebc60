import { sql } from 'kysely';
import type { Tx } from '../books/transactions';
import { queryAudit, type Audit, type Finding } from './audit';

/** Audits the effects and signals under way: none may be so for longer than `graceMs` without an answer. */
export const openEffectAudits = (tx: Tx, graceMs: number): Audit[] => {
  const grace = sql`make_interval(secs => ${graceMs / 1000}::double precision)`;
  return [
    // A payment may wait for its customer for as long as the order's payment window is open.
    queryAudit(
      tx,
      'No outside effect is unanswered five minutes after its answer was due',
      sql<Finding>`
      select p."providerKey" || ' of ' || coalesce(p."orderId", p."subjectId") as subject,
        'an answer by ' || date_trunc('second', p.due) as expected,
        'none: it is ' || p.status as actual
      from (
        select o.*, greatest(
            o."startedAt",
            case when o.kind = 'authorize' and pay.status = 'action_required' then r."payUntil" end
          ) + ${grace} as due
        from operation o
        left join orders r on r.id = o."orderId"
        left join payment pay on o.kind = 'authorize' and o."subjectType" = 'payment' and pay.id = o."subjectId"
        where o.status = 'started'
      ) p where p.due < now()`,
    ),

    queryAudit(
      tx,
      'No signal waits to be sent for more than five minutes',
      sql<Finding>`
      select "workflowId" as subject,
        'sent by ' || date_trunc('second', "createdAt" + ${grace}) as expected,
        signal || ' is queued' as actual
      from workflow_message where "createdAt" < now() - ${grace}`,
    ),
  ];
};
