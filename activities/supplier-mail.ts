import { openChases } from '../src/books/chase';
import { finishOperation } from '../src/books/operations';
import { lockReplenishment, recordSent } from '../src/books/replenishments';
import type { Tx } from '../src/books/transactions';
import { SYSTEM } from '../src/contracts/caller';
import { ChaseReason } from '../src/contracts/replenishment';
import { writePurchase, writePurchaseReminder, type OnlineFate } from '../src/domain/purchase-mail';
import type { NotificationProvider, Sent } from '../src/providers/notification';
import type { ActivityDeps, ReplenishmentRef } from './deps';
import { performOnce, timeLimit } from './outside-call';
import { cannotBe, providerRefused } from './provider-refused';
import { giveUpOnline, mailKey, purchaseKey, readPurchaseOrder, readPurchaseState, recordPurchase, type PurchaseState } from './purchases';

/** What came of a purchase order that was to go by mail. `out_of_reach`: the supplier has no mailbox any more. */
type Mailed = 'mailed' | 'taken' | 'refused' | 'not_needed' | 'out_of_reach';

/** Finds the provider of e-mail; undefined where there is none. */
export const mailerOf = ({ notifications }: Pick<ActivityDeps, 'notifications'>): NotificationProvider | undefined =>
  notifications.providers.find(({ channel }) => channel === 'email');

export const createSupplierMailActivities = (deps: ActivityDeps) => {
  const { transactions, suppliers, purchasing } = deps;
  const required = (): NotificationProvider => {
    const mailer = mailerOf(deps);
    if (!mailer) throw cannotBe('There is no provider for email');
    return mailer;
  };
  const stateOf = (replenishmentId: string): Promise<PurchaseState> => transactions.run(SYSTEM, (tx) => readPurchaseState(tx, replenishmentId));

  /** Asks by key for an online order of which no answer came. Whatever the supplier says of it is written down. */
  const settleOnline = async (replenishmentId: string): Promise<PurchaseState> => {
    const limit = timeLimit();
    let fate: OnlineFate = 'not_received';
    try {
      const purchase = await suppliers.findPurchaseByKey(purchaseKey(replenishmentId), limit);
      if (purchase) {
        await transactions.run(SYSTEM, (tx) => recordPurchase(tx, replenishmentId, suppliers.code, purchase));
        return await stateOf(replenishmentId);
      }
    } catch (error) {
      // No answer is one here: the mail says that the order's fate is not known.
      if (!limit.aborted && !(error instanceof Error && error.name === 'ProviderUnavailable')) throw error;
      fate = 'unknown';
    }
    await transactions.run(SYSTEM, (tx) => giveUpOnline(tx, replenishmentId, fate));
    return stateOf(replenishmentId);
  };

  return {
    /**
     * Sends the purchase order by mail, once, under the number that it has online. One that was tried online is asked for there
     * by key first: if the supplier has it, no mail goes out; if not, or if that cannot be found out, the online one is given up
     * for good and the mail says so. One that is not needed any more is not sent.
     */
    mailPurchase: async ({ replenishmentId }: ReplenishmentRef): Promise<Mailed> => {
      const mailer = required();
      const key = mailKey(replenishmentId);
      const begin = await transactions.run(SYSTEM, async (tx) => ({ order: await readPurchaseOrder(tx, replenishmentId), state: await readPurchaseState(tx, replenishmentId) }));
      if (!begin.state.mailed && !begin.order.open) return 'not_needed';
      if (!begin.state.mailed && begin.order.email === null) return 'out_of_reach';
      const state = begin.state.online === 'unknown' && !begin.state.mailed ? await settleOnline(replenishmentId) : begin.state;
      if (state.online === 'taken' || state.online === 'refused') return state.online;
      const { email, open: _open, answered: _answered, ...order } = begin.order;
      const ask = { ...order, fate: state.fate };
      await performOnce<typeof ask, Sent>(transactions, {
        operation: { key, kind: 'notify', provider: mailer.code, orderId: replenishmentId, request: ask },
        find: (wanted, signal) => mailer.findByKey(wanted, signal),
        perform: ({ fate, ...agreed }, signal) => {
          if (email === null) throw providerRefused(`The supplier of ${replenishmentId} has no mailbox any more`);
          return mailer.send({ key, to: email, replyTo: purchasing.replyTo, ...writePurchase(agreed, fate) }, signal);
        },
        record: async (tx, sent) => {
          if (!(await finishSent(tx, key, sent)) || sent.status === 'refused') return;
          await recordSent(tx, replenishmentId, { provider: mailer.code, providerReference: sent.reference, sentBy: 'email' });
          const row = await lockReplenishment(tx, replenishmentId);
          if (row?.closedAt === null && row.confirmed === null) await openChases(tx, ChaseReason.mailed, [{ subject: replenishmentId, merchantId: row.merchantId }]);
        },
      });
      const { status } = await transactions.run(SYSTEM, (tx) => tx.selectFrom('operation').select('status').where('key', '=', key).executeTakeFirstOrThrow());
      return status === 'succeeded' ? 'mailed' : 'refused';
    },

    /** Reminds the supplier by mail, once per number. Sends nothing once it has answered, or the replenishment has ended. */
    mailReminder: async ({ replenishmentId, number }: ReplenishmentRef & { number: number }): Promise<'reminded' | 'not_needed' | 'out_of_reach'> => {
      const mailer = required();
      const key = `${replenishmentId}:remind_email:${number}`;
      const { email, open, answered, ...order } = await transactions.run(SYSTEM, (tx) => readPurchaseOrder(tx, replenishmentId));
      if (!open || answered) return 'not_needed';
      if (email === null) return 'out_of_reach';
      await performOnce<typeof order, Sent>(transactions, {
        operation: { key, kind: 'notify', provider: mailer.code, orderId: replenishmentId, request: order },
        find: (wanted, signal) => mailer.findByKey(wanted, signal),
        perform: (agreed, signal) => mailer.send({ key, to: email, replyTo: purchasing.replyTo, ...writePurchaseReminder(agreed, number) }, signal),
        record: async (tx, sent) => { await finishSent(tx, key, sent); },
      });
      return 'reminded';
    },
  };
};

const finishSent = (tx: Tx, key: string, sent: Sent): Promise<boolean> =>
  (sent.status === 'sent' ? finishOperation(tx, key, 'succeeded', { reference: sent.reference }) : finishOperation(tx, key, 'refused', { reason: sent.reason }));
