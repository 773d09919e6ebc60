import { openFollowUps } from '../../src/books/purchasing/supplier-follow-ups';
import { closeFollowUps } from '../../src/books/task-rows';
import { isBegun } from '../../src/books/operations';
import { closeReplenishment, lockReplenishment, planQuantity } from '../../src/books/purchasing/replenishments';
import { SYSTEM } from '../../src/contracts/caller';
import { providerQueue } from '../../src/contracts/temporal-names';
import type { FollowUpReason } from '../../src/contracts/purchasing/replenishment';
import type { Purchase, PurchaseRequest } from '../../src/providers/suppliers/supplier-provider';
import type { ActivityDeps, ReplenishmentRef } from '../deps';
import { settleAttempts } from './settle-attempts';
import { callProviderOnce, timeLimit } from '../call-provider-once';
import { invariantViolated } from '../failures';
import {
  abandonAttempt,
  AbandonReason,
  isNeeded,
  purchaseKey,
  readPurchaseOrder,
  readPurchaseState,
  recordPurchase,
} from './purchase-orders';
import { mailerOf } from './supplier-mail';

/**
 * How a replenishment is run: whom it asks by which way, what it was answered, and the policies in force when it was
 * planned.
 */
export interface PurchasePlan {
  readonly merchantId: string;
  /** Whether anybody supplies the SKU. */
  readonly supplied: boolean;
  /** Where the supplier is asked online. Null: it takes no orders there, or has this one by mail. */
  readonly supplierQueue: string | null;
  /** Where it is written to. Null: it has no mailbox, or nobody sends mail here. */
  readonly mailQueue: string | null;
  /** What it said before: to a run of the workflow that was lost. */
  readonly answer: { readonly quantity: number; readonly expectedOn: string } | null;
  readonly remindAfterSeconds: number;
  readonly reminders: number;
  readonly patienceSeconds: number;
  readonly overdueSeconds: number;
}

type Ask = Omit<PurchaseRequest, 'key'>;
type Outcome = Purchase | { readonly status: 'not_needed' };

export const createReplenishmentActivities = ({
  transactions,
  suppliers,
  replenishment,
  notifications,
}: ActivityDeps) => ({
  /** Reckons how much to ask for, and says how to go on; null: it has ended. Keyed by the replenishment. */
  planPurchase: ({ replenishmentId }: ReplenishmentRef): Promise<PurchasePlan | null> =>
    transactions.run(SYSTEM, async (tx) => {
      const row = await lockReplenishment(tx, replenishmentId);
      if (!row || row.closedAt !== null) return null;
      await planQuantity(tx, row);
      const supplier =
        row.supplierId === null
          ? undefined
          : await tx
              .selectFrom('supplier')
              .select(['online', 'email'])
              .where('id', '=', row.supplierId)
              .executeTakeFirstOrThrow();
      const state = await readPurchaseState(tx, replenishmentId);
      const online = supplier?.online === true && !state.mailed && state.online !== 'given_up';
      const mailer = mailerOf({ notifications });
      return {
        merchantId: row.merchantId,
        supplied: supplier !== undefined,
        supplierQueue: online ? providerQueue(suppliers.code) : null,
        mailQueue: mailer && supplier && (supplier.email !== null || state.mailed) ? providerQueue(mailer.code) : null,
        answer:
          row.confirmed === null || row.expectedOn === null
            ? null
            : { quantity: row.confirmed, expectedOn: row.expectedOn.toISOString().slice(0, 10) },
        ...replenishment,
      };
    }),

  /**
   * Sends the purchase order online, once. Answers whether the supplier took it. One that is not needed any more is not
   * sent; should an earlier try have been received, that is written down.
   */
  requestPurchase: async ({
    replenishmentId,
  }: ReplenishmentRef): Promise<'taken' | 'refused' | 'not_needed' | 'out_of_reach'> => {
    const key = purchaseKey(replenishmentId);
    const ask = await transactions.run(SYSTEM, async (tx): Promise<Ask | undefined> => {
      const {
        number: reference,
        supplierCode,
        skuCode,
        quantity,
        shipTo,
        open,
      } = await readPurchaseOrder(tx, replenishmentId);
      return !open && !(await isBegun(tx, key)) ? undefined : { reference, supplierCode, skuCode, quantity, shipTo };
    });
    if (!ask) return 'not_needed';
    await callProviderOnce<Ask & Readonly<Record<string, unknown>>, Outcome>(transactions, {
      operation: { key, kind: 'purchase', provider: suppliers.code, orderId: replenishmentId, request: { ...ask } },
      find: (wanted, signal) => suppliers.findPurchaseByKey(wanted, signal),
      // The need may have ended since the first try, and while the supplier was asked for that.
      perform: async (agreed, signal) =>
        (await transactions.run(SYSTEM, (tx) => isNeeded(tx, replenishmentId)))
          ? suppliers.purchase({ ...agreed, key }, signal)
          : { status: 'not_needed' },
      record: async (tx, made) => {
        if (made.status === 'not_needed') await abandonAttempt(tx, key, AbandonReason.need, 'not_received');
        else await recordPurchase(tx, replenishmentId, suppliers.code, made);
      },
    });
    const { online } = await transactions.run(SYSTEM, (tx) => readPurchaseState(tx, replenishmentId));
    return online === 'taken' || online === 'refused' || online === 'not_needed' ? online : 'out_of_reach';
  },

  /**
   * Asks the supplier online for the answer that is missing. Harmless when repeated. `refused`: no later try would be
   * taken.
   */
  remindSupplier: async ({ replenishmentId }: ReplenishmentRef): Promise<'reminded' | 'refused'> => {
    const row = await transactions.run(SYSTEM, (tx) =>
      tx.selectFrom('replenishment').select('providerReference').where('id', '=', replenishmentId).executeTakeFirst(),
    );
    if (!row?.providerReference) throw invariantViolated(`${replenishmentId} is at no supplier`);
    try {
      await suppliers.remind(row.providerReference, timeLimit());
      return 'reminded';
    } catch (error) {
      if (error instanceof Error && error.name === 'UnexpectedAnswer') return 'refused';
      throw error;
    }
  },

  /** Opens a task for a person who chases the supplier, unless there is one or the matter has ended. */
  escalateReplenishment: ({ replenishmentId, reason }: ReplenishmentRef & { reason: FollowUpReason }): Promise<void> =>
    transactions.run(SYSTEM, async (tx) => {
      const row = await lockReplenishment(tx, replenishmentId);
      if (row?.closedAt === null)
        await openFollowUps(tx, reason, [{ subject: replenishmentId, merchantId: row.merchantId }]);
    }),

  /** Ends the task for one reason: the supplier made it good. */
  settleChase: ({ replenishmentId, reason }: ReplenishmentRef & { reason: FollowUpReason }): Promise<void> =>
    transactions.run(SYSTEM, (tx) => closeFollowUps(tx, replenishmentId, reason)),

  /** Closes a replenishment that staff cancelled in the Web UI, unless it has ended, and the tries for it. */
  abandonReplenishment: async ({ replenishmentId }: ReplenishmentRef): Promise<void> => {
    await transactions.run(SYSTEM, (tx) => closeReplenishment(tx, replenishmentId, 'operator_decision'));
    await settleAttempts({ transactions, suppliers }, replenishmentId);
  },

  /** Ends the tries that were given up because nothing needs them any more. Harmless when repeated. */
  settleTries: ({ replenishmentId }: ReplenishmentRef): Promise<void> =>
    settleAttempts({ transactions, suppliers }, replenishmentId),
});
