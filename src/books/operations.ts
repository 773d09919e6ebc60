import type { Tx } from './transactions';

/** Describes an effect outside, under a key by which the provider deduplicates too. */
export interface Operation {
  readonly key: string;
  readonly kind: 'authorize' | 'capture' | 'void' | 'refund' | 'book' | 'void_label' | 'purchase' | 'notify';
  readonly provider: string;
  /** Id of the order or the replenishment that it serves. */
  readonly orderId: string;
  /** The request to the provider, in references, codes and amounts. */
  readonly request: Readonly<Record<string, unknown>>;
}

/** Describes an operation as it is stored. */
export interface OperationRecord {
  readonly status: 'started' | 'succeeded' | 'refused';
  /** The request of the first attempt; a later one must repeat it. */
  readonly request: unknown;
  /** True when an earlier attempt wrote it: the provider may know it, so ask before trying again. */
  readonly attempted: boolean;
}

/** Records that an effect is about to be tried; returns whether it was tried or finished before. */
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

/** Records the result of an operation. Returns false, changing nothing, when it has one: its ledger entries exist. */
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

/** Says whether an operation was ever begun. */
export async function isOperationBegun(tx: Tx, key: string): Promise<boolean> {
  return (await tx.selectFrom('operation').select('key').where('key', '=', key).executeTakeFirst()) !== undefined;
}
