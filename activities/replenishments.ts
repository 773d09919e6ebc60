import { closeChases, openChases } from '../src/books/chase';
import { finishOperation, isBegun } from '../src/books/operations';
import { closeReplenishment, lockReplenishment, planQuantity } from '../src/books/replenishments';
import { SYSTEM } from '../src/contracts/caller';
import { providerQueue } from '../src/contracts/names';
import type { ChaseReason } from '../src/contracts/replenishment';
import type { Purchase, PurchaseRequest } from '../src/providers/supplier';
import type { ActivityDeps, ReplenishmentRef } from './deps';
import { performOnce, timeLimit } from './outside-call';
import { cannotBe } from './provider-refused';

/** How a replenishment is run: whom it asks, and the policies in force when it was planned. */
export interface PurchasePlan {
  readonly merchantId: string;
  /** Null: nobody supplies the SKU. */
  readonly supplierQueue: string | null;
  readonly remindAfterSeconds: number;
  readonly reminders: number;
  readonly patienceSeconds: number;
  readonly overdueSeconds: number;
}

type Ask = Omit<PurchaseRequest, 'key'>;

const purchaseKey = (replenishmentId: string): string => `${replenishmentId}:purchase:1`;

export const createReplenishmentActivities = ({ transactions, suppliers, replenishment }: ActivityDeps) => ({
  /** Reckons how much to ask for, and says how to go on; null: it has ended. Keyed by the replenishment. */
  planPurchase: ({ replenishmentId }: ReplenishmentRef): Promise<PurchasePlan | null> =>
    transactions.run(SYSTEM, async (tx) => {
      const row = await lockReplenishment(tx, replenishmentId);
      if (!row || row.closedAt !== null) return null;
      await planQuantity(tx, row);
      return { merchantId: row.merchantId, supplierQueue: row.supplierId === null ? null : providerQueue(suppliers.code), ...replenishment };
    }),

  /** Sends the purchase order, once. One that is not needed any more is not sent. Answers whether the supplier took it. */
  requestPurchase: async ({ replenishmentId }: ReplenishmentRef): Promise<'taken' | 'refused' | 'not_needed'> => {
    const key = purchaseKey(replenishmentId);
    const ask = await transactions.run(SYSTEM, async (tx): Promise<Ask | undefined> => {
      const row = await tx.selectFrom('replenishment as r').innerJoin('sku as k', 'k.id', 'r.skuId').innerJoin('warehouse as w', 'w.id', 'r.warehouseId')
        .innerJoin('supplier as s', 's.id', 'r.supplierId')
        .select(['r.asked', 'r.closedAt', 'k.code as skuCode', 's.code as supplierCode', 'w.code', 'w.country', 'w.city', 'w.postcode'])
        .where('r.id', '=', replenishmentId).executeTakeFirst();
      if (!row || row.asked === null) throw cannotBe(`${replenishmentId} was not planned`);
      if (row.closedAt !== null && !(await isBegun(tx, key))) return undefined;
      const { skuCode, supplierCode, asked: quantity, code, country, city, postcode } = row;
      return { reference: replenishmentId, supplierCode, skuCode, quantity, shipTo: { code, country, city, postcode } };
    });
    if (!ask) return 'not_needed';
    await performOnce<Ask & Readonly<Record<string, unknown>>, Purchase>(transactions, {
      operation: { key, kind: 'purchase', provider: suppliers.code, orderId: replenishmentId, request: { ...ask } },
      find: (wanted, signal) => suppliers.findPurchaseByKey(wanted, signal),
      perform: (agreed, signal) => suppliers.purchase({ ...agreed, key }, signal),
      record: async (tx, purchase) => {
        if (purchase.status === 'refused') {
          await finishOperation(tx, key, 'refused', { reason: purchase.reason });
          return;
        }
        if (!(await finishOperation(tx, key, 'succeeded', { reference: purchase.reference }))) return;
        const sent = { provider: suppliers.code, providerReference: purchase.reference };
        await tx.updateTable('replenishment').set(sent).where('id', '=', replenishmentId).execute();
        await tx.updateTable('replenishment').set({ status: 'requested' }).where('id', '=', replenishmentId).where('status', '=', 'open').execute();
      },
    });
    const { status } = await transactions.run(SYSTEM, (tx) => tx.selectFrom('operation').select('status').where('key', '=', key).executeTakeFirstOrThrow());
    return status === 'succeeded' ? 'taken' : 'refused';
  },

  /** Asks the supplier for the answer that is missing. Harmless when repeated. */
  remindSupplier: async ({ replenishmentId }: ReplenishmentRef): Promise<void> => {
    const row = await transactions.run(SYSTEM, (tx) => tx.selectFrom('replenishment').select('providerReference').where('id', '=', replenishmentId).executeTakeFirst());
    if (!row?.providerReference) throw cannotBe(`${replenishmentId} is at no supplier`);
    await suppliers.remind(row.providerReference, timeLimit());
  },

  /** Opens a task for a person who chases the supplier, unless there is one or the matter has ended. */
  escalateReplenishment: ({ replenishmentId, reason }: ReplenishmentRef & { reason: ChaseReason }): Promise<void> =>
    transactions.run(SYSTEM, async (tx) => {
      const row = await lockReplenishment(tx, replenishmentId);
      if (row?.closedAt === null) await openChases(tx, reason, [{ subject: replenishmentId, merchantId: row.merchantId }]);
    }),

  /** Ends the task for one reason: the supplier made it good. */
  settleChase: ({ replenishmentId, reason }: ReplenishmentRef & { reason: ChaseReason }): Promise<void> =>
    transactions.run(SYSTEM, (tx) => closeChases(tx, replenishmentId, reason)),

  /** Closes a replenishment that staff cancelled in the Web UI. Does nothing when it has ended. */
  abandonReplenishment: async ({ replenishmentId }: ReplenishmentRef): Promise<void> => {
    await transactions.run(SYSTEM, (tx) => closeReplenishment(tx, replenishmentId, 'operator_decision'));
  },
});
