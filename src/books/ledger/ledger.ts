import { Account, type Entry } from '../../domain/ledger/ledger-entries';
import { sumOf } from '../../domain/money';
import { newId } from '../new-id';
import type { Tx } from '../transactions';

/** Describes a ledger transaction and the operation that caused it: an operation is posted once. */
export interface Posting {
  readonly orderId: string;
  readonly kind: 'authorize' | 'capture' | 'void' | 'refund';
  readonly operationKey: string;
  readonly currency: string;
  readonly entries: readonly Entry[];
}

/**
 * Posts a balanced ledger transaction. The database refuses one that does not balance, and a second one of the same
 * operation.
 */
export async function postLedgerTransaction(tx: Tx, posting: Posting): Promise<void> {
  if (posting.entries.length === 0) return;
  const id = newId('ltx');
  await tx
    .insertInto('ledger_transaction')
    .values({ id, orderId: posting.orderId, kind: posting.kind, operationKey: posting.operationKey, at: new Date() })
    .execute();
  await tx
    .insertInto('ledger_entry')
    .values(
      posting.entries.map((entry, index) => ({
        transactionId: id,
        line: index + 1,
        currency: posting.currency,
        ...entry,
      })),
    )
    .execute();
}

/** Reads the commission that an operation posted for the mall, in minor units. */
export async function commissionOf(tx: Tx, operationKey: string): Promise<number> {
  const entries = await tx
    .selectFrom('ledger_entry as e')
    .innerJoin('ledger_transaction as t', 't.id', 'e.transactionId')
    .select('e.amount')
    .where('t.operationKey', '=', operationKey)
    .where('e.account', '=', Account.commission)
    .execute();
  return sumOf(entries, ({ amount }) => -amount);
}
