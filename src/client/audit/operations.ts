import { sql } from 'kysely';
import type { Tx } from '../../books/transactions';
import type { OperationStatus } from '../../contracts/statuses';

/** How many operations are in memory at once. */
const BATCH = 10_000;

/** An effect on the outside as our books have it, with what its provider answered. */
export interface OperationRow {
  readonly key: string;
  readonly kind: string;
  readonly orderId: string;
  readonly status: OperationStatus;
  readonly amount: number | null;
  readonly currency: string;
  readonly reference: string | null;
  /** What the provider said: the status of an authorization. */
  readonly outcome: string | null;
  readonly finishedAt: Date | null;
}

/** Reads every operation of some kinds, in the order of their keys. */
export async function* readOperations(tx: Tx, kinds: readonly string[]): AsyncGenerator<OperationRow, void, undefined> {
  for (let after = ''; ;) {
    const rows = await tx.selectFrom('operation as o').innerJoin('orders as r', 'r.id', 'o.orderId')
      .select([
        'o.key', 'o.kind', 'o.orderId', 'o.status', 'o.finishedAt', 'r.currency',
        sql<number | null>`(o.request->>'amount')::bigint`.as('amount'),
        sql<string | null>`o.result->>'reference'`.as('reference'),
        sql<string | null>`o.result->>'status'`.as('outcome'),
      ])
      .where('o.kind', 'in', kinds).where('o.key', '>', after).orderBy('o.key').limit(BATCH).execute();
    yield* rows;
    const last = rows.at(-1);
    if (!last || rows.length < BATCH) return;
    after = last.key;
  }
}
