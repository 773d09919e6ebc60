import { sql } from 'kysely';
import { readFailingSteps, type FailingStep } from '../../books/interventions/failing-steps';
import type { Tx } from '../../books/transactions';
import { AttentionReason } from '../../contracts/statuses';

/** How long an order may be in each stage, and how long a cancellation may take, in seconds. */
export interface Deadlines {
  /** Counted from the end of the payment window while the customer may still pay. */
  readonly receive: number;
  readonly pick: number;
  readonly ship: number;
  readonly cancelling: number;
}

/** Why an order is looked at. */
export interface OverdueOrder {
  /** When its stage should have ended; null when it is not over that. */
  readonly overdueSince: Date | null;
  /** What of it fails in the worker. */
  readonly failing?: FailingStep;
}

const LIMIT = 1_000;
/** While one of these holds, a step is tried again and again: how often, Temporal knows. */
const RETRYING = [
  AttentionReason.paymentProviderUnavailable,
  AttentionReason.carrierUnavailable,
  AttentionReason.notificationUnavailable,
];

/**
 * Names the orders that may be stuck. Overdue ones; those that were found stuck, so that it can be taken back; those
 * that wait for a provider; those with a step that fails in the worker. Reads indexes over open orders only: it costs
 * the same however many have ended.
 */
export async function findOverdueOrders(tx: Tx, deadlines: Deadlines): Promise<Map<string, OverdueOrder>> {
  const seconds = (deadline: number) => sql`make_interval(secs => ${deadline}::double precision)`;
  const overdue = (stage: 'receive' | 'pick' | 'ship') => sql`
    (select id, "stageSince" + ${seconds(deadlines[stage])} as due from orders
     where "closedAt" is null and stage = ${sql.lit(stage)} and status not in ('cancelling', 'awaiting_payment', 'awaiting_address', 'awaiting_stock') and "stageSince" < now() - ${seconds(deadlines[stage])}
     order by "attentionFound" is not null, "stageSince" limit ${LIMIT})`;
  const { rows } = await sql<{ id: string; due: Date | null }>`
    select id, max(due) as due from (
      ${overdue('receive')} union all ${overdue('pick')} union all ${overdue('ship')}
      union all (select id, coalesce("payUntil", "stageSince") + ${seconds(deadlines.receive)} from orders
        where "closedAt" is null and status in ('awaiting_payment', 'awaiting_address') and coalesce("payUntil", "stageSince") < now() - ${seconds(deadlines.receive)} limit ${LIMIT})
      union all (select id, "agreedOn" + interval '1 day' + ${seconds(deadlines.receive)} from orders
        where "closedAt" is null and status = 'awaiting_stock' and "attentionOwn" is null and "agreedOn" + interval '1 day' < now() - ${seconds(deadlines.receive)} limit ${LIMIT})
      union all (select id, "stageSince" + ${seconds(deadlines.cancelling)} from orders
        where "closedAt" is null and status = 'cancelling' and "stageSince" < now() - ${seconds(deadlines.cancelling)} limit ${LIMIT})
      union all (select id, null from orders where "attentionFound" is not null limit ${LIMIT})
      union all (select id, null from orders where attention is not null and "attentionOwn" in (${sql.join(RETRYING)}) limit ${LIMIT})
    ) suspect group by id`.execute(tx);
  const suspects = new Map(rows.map(({ id, due }): [string, OverdueOrder] => [id, { overdueSince: due }]));
  for (const failing of await readFailingSteps(tx, LIMIT)) {
    suspects.set(failing.orderId, { overdueSince: suspects.get(failing.orderId)?.overdueSince ?? null, failing });
  }
  return suspects;
}
