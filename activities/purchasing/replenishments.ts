import { openFollowUps } from '../../src/books/purchasing/supplier-follow-ups';
import { cancelFollowUps } from '../../src/books/task-rows';
import { isOperationBegun } from '../../src/books/operations';
import { closeReplenishment, lockReplenishment, planQuantity } from '../../src/books/purchasing/replenishments';
import { SYSTEM } from '../../src/contracts/caller';
import { providerQueue } from '../../src/contracts/temporal-names';
import type { FollowUpReason } from '../../src/contracts/purchasing/replenishment';
import type { Purchase, PurchaseRequest } from '../../src/providers/suppliers/supplier-provider';
import type { ActivityDeps, ReplenishmentRef } from '../deps';
import { settleAttempts } from './settle-attempts';
import { callProviderOnce, providerTimeout } from '../call-provider-once';
import { invariantViolated } from '../failures';
import {
  abandonAttempt,
  AbandonReason,
  isReplenishmentOpen,
  onlinePurchaseOf,
  readPurchaseOrder,
  readPurchaseState,
  recordPurchase,
} from './purchase-orders';
import { mailerOf } from './supplier-mail';

/** Describes how the workflow runs a replenishment: its supplier's channels, the answer so far, and the policy. */
export interface PurchasePlan {
  readonly merchantId: string;
  /** Whether the SKU has a supplier. */
  readonly supplied: boolean;
  /** The queue for online requests; null when the supplier takes no online orders, or has this one by mail. */
  readonly supplierQueue: string | null;
  /** The queue for mails; null when the supplier has no mailbox, or no mail provider is configured. */
  readonly mailQueue: string | null;
  /** The supplier's answer to an earlier run of the workflow, which was lost. */
  readonly answer: { readonly quantity: number; readonly expectedOn: string } | null;
  readonly remindAfterSeconds: number;
  readonly reminders: number;
  readonly patienceSeconds: number;
  readonly overdueSeconds: number;
}

type RequestedPurchase = Omit<PurchaseRequest, 'key'>;
type Outcome = Purchase | { readonly status: 'not_needed' };

/** Creates the Activities that order goods for a shelf from its supplier. */
export const createReplenishmentActivities = ({
  transactions,
  suppliers,
  replenishment,
  notifications,
}: ActivityDeps) => ({
  /** Plans how much to order and by which channel; null when it has ended. Keyed by the replenishment. */
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
   * Sends the purchase order online, once, and returns whether the supplier took it. Sends nothing when it is not
   * needed any more; if the supplier received an earlier attempt, records that.
   */
  requestPurchase: async ({
    replenishmentId,
  }: ReplenishmentRef): Promise<'taken' | 'refused' | 'not_needed' | 'out_of_reach'> => {
    const name = onlinePurchaseOf(replenishmentId);
    const requested = await transactions.run(SYSTEM, async (tx): Promise<RequestedPurchase | undefined> => {
      const {
        number: reference,
        supplierCode,
        skuCode,
        quantity,
        shipTo,
        open,
      } = await readPurchaseOrder(tx, replenishmentId);
      return !open && !(await isOperationBegun(tx, name))
        ? undefined
        : { reference, supplierCode, skuCode, quantity, shipTo };
    });
    if (!requested) return 'not_needed';
    await callProviderOnce<RequestedPurchase & Readonly<Record<string, unknown>>, Outcome>(transactions, {
      operation: { ...name, provider: suppliers.code, orderId: null, request: { ...requested } },
      find: (wanted, signal) => suppliers.findPurchaseByKey(wanted, signal),
      // The replenishment may have ended since the first attempt, or while the supplier was asked about it.
      perform: async ({ key, request: agreed }, signal) =>
        (await transactions.run(SYSTEM, (tx) => isReplenishmentOpen(tx, replenishmentId)))
          ? suppliers.purchase({ ...agreed, key }, signal)
          : { status: 'not_needed' },
      record: async (tx, made) => {
        if (made.status === 'not_needed') await abandonAttempt(tx, name, AbandonReason.need, 'not_received');
        else await recordPurchase(tx, replenishmentId, suppliers.code, made);
      },
    });
    const { online } = await transactions.run(SYSTEM, (tx) => readPurchaseState(tx, replenishmentId));
    return online === 'taken' || online === 'refused' || online === 'not_needed' ? online : 'out_of_reach';
  },

  /** Reminds the supplier online of the missing answer. Harmless when repeated. `refused`: a retry would not help. */
  remindSupplier: async ({ replenishmentId }: ReplenishmentRef): Promise<'reminded' | 'refused'> => {
    const row = await transactions.run(SYSTEM, (tx) =>
      tx.selectFrom('replenishment').select('providerReference').where('id', '=', replenishmentId).executeTakeFirst(),
    );
    if (!row?.providerReference) throw invariantViolated(`${replenishmentId} cannot be reminded: no supplier has it`);
    try {
      await suppliers.remind(row.providerReference, providerTimeout());
      return 'reminded';
    } catch (error) {
      if (error instanceof Error && error.name === 'UnexpectedAnswer') return 'refused';
      throw error;
    }
  },

  /** Opens a follow-up with the supplier, unless one is open or the replenishment has ended. */
  escalateReplenishment: ({ replenishmentId, reason }: ReplenishmentRef & { reason: FollowUpReason }): Promise<void> =>
    transactions.run(SYSTEM, async (tx) => {
      const row = await lockReplenishment(tx, replenishmentId);
      if (row?.closedAt === null)
        await openFollowUps(tx, reason, [{ subject: replenishmentId, merchantId: row.merchantId }]);
    }),

  /** Closes the follow-up for one reason, as the supplier has answered or delivered. */
  settleChase: ({ replenishmentId, reason }: ReplenishmentRef & { reason: FollowUpReason }): Promise<void> =>
    transactions.run(SYSTEM, (tx) => cancelFollowUps(tx, replenishmentId, reason)),

  /** Closes a replenishment that staff cancelled in the Web UI, unless it has ended, and ends its open attempts. */
  abandonReplenishment: async ({ replenishmentId }: ReplenishmentRef): Promise<void> => {
    await transactions.run(SYSTEM, (tx) => closeReplenishment(tx, replenishmentId, 'operator_decision'));
    await settleAttempts({ transactions, suppliers }, replenishmentId);
  },

  /** Ends the abandoned attempts that nothing needs any more. Harmless when repeated. */
  settleTries: ({ replenishmentId }: ReplenishmentRef): Promise<void> =>
    settleAttempts({ transactions, suppliers }, replenishmentId),
});
