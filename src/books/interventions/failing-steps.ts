import type { Tx } from '../transactions';

/** Describes an order's step that fails in the worker again and again. */
export interface FailingStep {
  readonly orderId: string;
  /** Name of the activity. */
  readonly step: string;
  readonly attempts: number;
  /** Type of its last failure. */
  readonly failure: string;
}

/** Records an order's step that fails, and how often it has. One is kept for each order: the one recorded last. */
export async function recordFailingStep(tx: Tx, failing: FailingStep): Promise<void> {
  const { orderId, ...rest } = { ...failing, failedAt: new Date() };
  await tx
    .insertInto('failing_step')
    .values({ orderId, ...rest })
    .onConflict((conflict) => conflict.column('orderId').doUpdateSet(rest))
    .execute();
}

/** Deletes the record of an order's step that has succeeded. */
export async function forgetFailingStep(tx: Tx, orderId: string): Promise<void> {
  await tx.deleteFrom('failing_step').where('orderId', '=', orderId).execute();
}

/** Lists the failing steps of open orders. */
export function readFailingSteps(tx: Tx, limit: number): Promise<FailingStep[]> {
  return tx
    .selectFrom('failing_step as f')
    .innerJoin('orders as o', 'o.id', 'f.orderId')
    .select(['f.orderId', 'f.step', 'f.attempts', 'f.failure'])
    .where('o.closedAt', 'is', null)
    .limit(limit)
    .execute();
}
