import { sql } from 'kysely';
import { readFailingSteps, type FailingStep } from '../../books/interventions/failing-steps';
import type { Tx } from '../../books/transactions';
import { PROVIDER_REASONS } from '../../domain/interventions/available-actions';
import { findMissingSteps } from './missing-steps';

/** Says how long an order may be in each stage, and how long a cancellation may take, in seconds. */
export interface Deadlines {
  /** Counted from the end of the payment window while the customer may still pay. */
  readonly receive: number;
  readonly pick: number;
  readonly ship: number;
  readonly cancelling: number;
  /** How long a step that is due may be missing while nothing else happens in its order. */
  readonly step: number;
  /** The mall's time zone (IANA), in which agreed days end. */
  readonly timeZone: string;
}

/** Describes why an order is examined. */
export interface OrderToExamine {
  /** When its stage should have ended; null when that is still ahead. */
  readonly overdueSince: Date | null;
  /** The step that fails in the worker. */
  readonly failing?: FailingStep;
  /** Whether a step that should have followed at once is missing. */
  readonly isStepMissing?: boolean;
}

const LIMIT = 1_000;

/**
 * Finds the orders that the watchdog must examine. They are overdue; or were found stuck, as they may be so no longer;
 * or wait for a provider; or have a step that fails in the worker, or one that is missing. Reads open orders only:
 * ended orders cost nothing.
 */
export async function findOrdersToExamine(tx: Tx, deadlines: Deadlines): Promise<Map<string, OrderToExamine>> {
  const seconds = (deadline: number) => sql`make_interval(secs => ${deadline}::double precision)`;
  const agreedDayEnd = sql`(("agreedOn" + 1)::timestamp at time zone ${deadlines.timeZone})`;
  const overdue = (stage: 'receive' | 'pick' | 'ship') => sql`
    (select id, "stageSince" + ${seconds(deadlines[stage])} as due from orders
     where "closedAt" is null and stage = ${sql.lit(stage)}
       and status not in ('cancelling', 'awaiting_payment', 'awaiting_address', 'awaiting_stock')
       and "stageSince" < now() - ${seconds(deadlines[stage])}
     order by "attentionFound" is not null, "stageSince" limit ${LIMIT})`;
  const { rows } = await sql<{ id: string; due: Date | null }>`
    select id, max(due) as due from (
      ${overdue('receive')} union all ${overdue('pick')} union all ${overdue('ship')}
      union all (select id, coalesce("payUntil", "stageSince") + ${seconds(deadlines.receive)} from orders
        where "closedAt" is null and status in ('awaiting_payment', 'awaiting_address')
          and coalesce("payUntil", "stageSince") < now() - ${seconds(deadlines.receive)} limit ${LIMIT})
      union all (select id, ${agreedDayEnd} + ${seconds(deadlines.receive)} from orders
        where "closedAt" is null and status = 'awaiting_stock' and "attentionOwn" is null
          and ${agreedDayEnd} < now() - ${seconds(deadlines.receive)} limit ${LIMIT})
      union all (select id, "stageSince" + ${seconds(deadlines.cancelling)} from orders
        where "closedAt" is null and status = 'cancelling'
          and "stageSince" < now() - ${seconds(deadlines.cancelling)} limit ${LIMIT})
      union all (select id, null from orders where "attentionFound" is not null limit ${LIMIT})
      union all (select id, null from orders where attention is not null
        and "attentionOwn" in (${sql.join([...PROVIDER_REASONS])}) limit ${LIMIT})
    ) candidate group by id`.execute(tx);
  const found = new Map(rows.map(({ id, due }): [string, OrderToExamine] => [id, { overdueSince: due }]));
  for (const failing of await readFailingSteps(tx, LIMIT)) {
    found.set(failing.orderId, { overdueSince: found.get(failing.orderId)?.overdueSince ?? null, failing });
  }
  for (const id of await findMissingSteps(tx, deadlines.step, LIMIT))
    found.set(id, { ...(found.get(id) ?? { overdueSince: null }), isStepMissing: true });
  return found;
}
