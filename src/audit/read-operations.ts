import { sql } from 'kysely';
import type { Tx } from '../books/transactions';
import type { OperationKind, OperationStatus } from '../contracts/operations';
import { streamRows } from './rows';

/** Describes an operation as our books have it, with its provider's answer. */
export interface OperationRow {
  readonly key: string;
  readonly kind: string;
  readonly orderId: string;
  readonly status: OperationStatus;
  readonly amount: number | null;
  readonly currency: string;
  readonly reference: string | null;
  /** The status that the provider gave an authorization. */
  readonly outcome: string | null;
  readonly finishedAt: Date | null;
}

/** Reads every operation of the given kinds. */
export const readOperations = (
  tx: Tx,
  kinds: readonly OperationKind[],
): AsyncGenerator<OperationRow, void, undefined> =>
  streamRows(
    tx,
    sql<OperationRow>`
  select o."providerKey" as key, o.kind, o."orderId", o.status, o."finishedAt", r.currency,
    (o.request->>'amount')::bigint as amount, o.result->>'reference' as reference, o.result->>'status' as outcome
  from operation o
  join orders r on r.id = o."orderId"
  where o.kind in (${sql.join(kinds.map((kind) => sql.lit(kind)))})`,
  );
