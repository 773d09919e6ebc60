import type { Tx } from './transactions';

/** An effect on the outside world, under a key that the provider deduplicates by too. */
export interface Operation {
  readonly key: string;
  readonly kind: 'authorize' | 'capture' | 'void' | 'refund' | 'book' | 'void_label' | 'purchase' | 'notify';
  readonly provider: string;
  /** The order that it is for, or the replenishment. */
  readonly orderId: string;
  /** What is asked for, in references, codes and amounts. */
  readonly request: Readonly<Record<string, unknown>>;
}

export interface OperationRecord {
  readonly status: 'started' | 'succeeded' | 'refused';
  /** The request of the first attempt: what a later one must repeat. */
  readonly request: unknown;
  /** True when an earlier attempt wrote it: the provider may have seen it, so ask before trying again. */
  readonly attempted: boolean;
}

/** Writes that an effect is about to be tried; tells whether it was tried or even finished before. */
export async function beginOperation(tx: Tx, operation: Operation): Promise<OperationRecord> {
  const fresh = await tx
    .insertInto('operation')
    .values({ ...operation, request: JSON.stringify(operation.request), status: 'started', startedAt: new Date() })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .executeTakeFirst();
  if (fresh.numInsertedOrUpdatedRows === 1n) return { status: 'started', request: operation.request, attempted: false };
  const earlier = await tx
    .selectFrom('operation')
    .select(['status', 'request'])
    .where('key', '=', operation.key)
    .executeTakeFirstOrThrow();
  return { ...earlier, attempted: true };
}

/** Writes how an effect ended. Answers false, changing nothing, when that was already written: its bookings exist. */
export async function finishOperation(
  tx: Tx,
  key: string,
  status: 'succeeded' | 'refused',
  result: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  const done = await tx
    .updateTable('operation')
    .set({ status, result: JSON.stringify(result), finishedAt: new Date() })
    .where('key', '=', key)
    .where('status', '=', 'started')
    .executeTakeFirst();
  return done.numUpdatedRows === 1n;
}

/** Tells whether an effect was ever about to be tried. */
export async function isBegun(tx: Tx, key: string): Promise<boolean> {
  return (await tx.selectFrom('operation').select('key').where('key', '=', key).executeTakeFirst()) !== undefined;
}
