import type { Tx } from '../transactions';

/**
 * Each failure renews what is written; what was not renewed for longer than the longest pause between tries has ended.
 */
const STALE_SECONDS = 120;

/** A step that fails in the worker, again and again. */
export interface FailingStep {
  readonly orderId: string;
  /** The activity. */
  readonly step: string;
  readonly attempts: number;
  /** The type of its last failure. */
  readonly failure: string;
}

/** Writes that an order's step has failed once more. Of several steps of an order the one that failed last stands. */
export async function recordFailingStep(tx: Tx, failing: FailingStep): Promise<void> {
  const { orderId, ...rest } = { ...failing, failedAt: new Date() };
  await tx
    .insertInto('failing_step')
    .values({ orderId, ...rest })
    .onConflict((conflict) => conflict.column('orderId').doUpdateSet(rest))
    .execute();
}

/** Forgets a step that has succeeded. */
export async function forgetFailingStep(tx: Tx, orderId: string, step: string): Promise<void> {
  await tx.deleteFrom('failing_step').where('orderId', '=', orderId).where('step', '=', step).execute();
}

/** Lists the steps of open orders that fail now. */
export function readFailingSteps(tx: Tx, limit: number): Promise<FailingStep[]> {
  return tx
    .selectFrom('failing_step as f')
    .innerJoin('orders as o', 'o.id', 'f.orderId')
    .select(['f.orderId', 'f.step', 'f.attempts', 'f.failure'])
    .where('o.closedAt', 'is', null)
    .where('f.failedAt', '>', new Date(Date.now() - STALE_SECONDS * 1000))
    .limit(limit)
    .execute();
}
