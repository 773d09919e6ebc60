import type { Tx } from '../transactions';

/** Each failure renews the row; one that was not renewed for longer than the longest pause between tries has ended. */
const STALE_SECONDS = 120;

/** Describes an order's step that fails in the worker again and again. */
export interface FailingStep {
  readonly orderId: string;
  /** Name of the activity. */
  readonly step: string;
  readonly attempts: number;
  /** Type of its last failure. */
  readonly failure: string;
}

/** Records that an order's step failed once more. Of an order's steps, only the last to fail is kept. */
export async function recordFailingStep(tx: Tx, failing: FailingStep): Promise<void> {
  const { orderId, ...rest } = { ...failing, failedAt: new Date() };
  await tx
    .insertInto('failing_step')
    .values({ orderId, ...rest })
    .onConflict((conflict) => conflict.column('orderId').doUpdateSet(rest))
    .execute();
}

/** Deletes the record of a step that has succeeded. */
export async function forgetFailingStep(tx: Tx, orderId: string, step: string): Promise<void> {
  await tx.deleteFrom('failing_step').where('orderId', '=', orderId).where('step', '=', step).execute();
}

/** Lists the failing steps of open orders. */
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
