import type { OperationKind, OperationStatus, OperationSubject } from '../contracts/operations';
import type { Tx } from './transactions';

/** Names an effect outside: the n-th of its kind for its subject. */
export interface OperationName {
  readonly subjectType: OperationSubject;
  readonly subjectId: string;
  readonly kind: OperationKind;
  /** Counts from 1. */
  readonly number: number;
}

/** Describes an effect that is about to be tried. */
export interface Operation extends OperationName {
  readonly provider: string;
  /** Id of the order that it serves; null when it serves none. */
  readonly orderId: string | null;
  /** The request to the provider, in references, codes and amounts. */
  readonly request: Readonly<Record<string, unknown>>;
}

/** Describes an operation as it is stored. */
export interface OperationRow {
  readonly number: number;
  /** The key by which the provider deduplicates. */
  readonly providerKey: string;
  readonly status: OperationStatus;
  /** The request of the first attempt; a later one must repeat it. */
  readonly request: unknown;
  readonly result: unknown;
}
const COLUMNS = ['number', 'providerKey', 'status', 'request', 'result'] as const;

/** Names the subject of an effect, and the kind. */
export type OperationSeries = Omit<OperationName, 'number'>;

/** Derives the key under which a provider gets an effect. It is only compared: its parts are columns. */
const keyOf = ({ subjectId, kind, number }: OperationName): string => `${subjectId}:${kind}:${number}`;

/**
 * Records that an effect is about to be tried; returns it as it is stored. `attempted`: an earlier attempt wrote it,
 * and the provider may know it, so ask before trying again.
 */
export async function beginOperation(
  tx: Tx,
  operation: Operation,
): Promise<Pick<OperationRow, 'providerKey' | 'status' | 'request'> & { readonly attempted: boolean }> {
  const { request } = operation;
  const providerKey = keyOf(operation);
  const fresh = await tx
    .insertInto('operation')
    .values({ ...operation, providerKey, request: JSON.stringify(request), status: 'started', startedAt: new Date() })
    .onConflict((conflict) => conflict.columns(['subjectType', 'subjectId', 'kind', 'number']).doNothing())
    .executeTakeFirst();
  if (fresh.numInsertedOrUpdatedRows === 1n) return { providerKey, status: 'started', request, attempted: false };
  const earlier = await readOperation(tx, operation);
  if (earlier === undefined) throw new Error(`${providerKey} conflicts with an operation that is not there`);
  return { ...earlier, attempted: true };
}

/**
 * Records the result of an operation, and returns its key. Returns undefined, changing nothing, when it has one: its
 * ledger entries exist.
 */
export async function finishOperation(
  tx: Tx,
  name: OperationName,
  status: 'succeeded' | 'refused',
  result: Readonly<Record<string, unknown>>,
): Promise<string | undefined> {
  const done = await tx
    .updateTable('operation')
    .set({ status, result: JSON.stringify(result), finishedAt: new Date() })
    .where('subjectType', '=', name.subjectType)
    .where('subjectId', '=', name.subjectId)
    .where('kind', '=', name.kind)
    .where('number', '=', name.number)
    .where('status', '=', 'started')
    .returning('providerKey')
    .executeTakeFirst();
  return done?.providerKey;
}

/** Reads an operation; undefined when it was never begun. */
export const readOperation = (tx: Tx, name: OperationName): Promise<OperationRow | undefined> =>
  seriesQuery(tx, name).where('number', '=', name.number).executeTakeFirst();

/** Lists the operations of a subject and a kind by number. */
export const listOperations = (tx: Tx, series: OperationSeries): Promise<OperationRow[]> =>
  seriesQuery(tx, series).orderBy('number').execute();

/** Says whether an operation was ever begun. */
export const isOperationBegun = async (tx: Tx, name: OperationName): Promise<boolean> =>
  (await readOperation(tx, name)) !== undefined;

const seriesQuery = (tx: Tx, { subjectType, subjectId, kind }: OperationSeries) =>
  tx
    .selectFrom('operation')
    .select(COLUMNS)
    .where('subjectType', '=', subjectType)
    .where('subjectId', '=', subjectId)
    .where('kind', '=', kind);
