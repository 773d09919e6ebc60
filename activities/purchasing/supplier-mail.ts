import { openFollowUps } from '../../src/books/purchasing/supplier-follow-ups';
import { finishOperation, readOperation, type OperationName } from '../../src/books/operations';
import { lockReplenishment } from '../../src/books/purchasing/replenishments';
import { recordSent } from '../../src/books/purchasing/supplier-answers';
import type { Tx } from '../../src/books/transactions';
import { SYSTEM } from '../../src/contracts/caller';
import { FollowUpReason } from '../../src/contracts/purchasing/replenishment';
import { writePurchaseMail, writePurchaseReminder } from '../../src/domain/purchasing/purchase-mail';
import type { NotificationProvider, Sent } from '../../src/providers/notifications/notification-provider';
import type { ActivityDeps, ReplenishmentRef } from '../deps';
import { settleOnlineAttempt } from './settle-attempts';
import { callProviderOnce } from '../call-provider-once';
import { invariantViolated, providerRefused } from '../failures';
import {
  abandonAttempt,
  AbandonReason,
  isReplenishmentOpen,
  mailedPurchaseOf,
  mailedReminderOf,
  readPurchaseOrder,
  readPurchaseState,
} from './purchase-orders';

/** Names the result of mailing a purchase order. `out_of_reach`: the supplier has no mailbox any more. */
type Mailed = 'mailed' | 'taken' | 'refused' | 'not_needed' | 'out_of_reach';

/** Finds the e-mail provider; undefined when none is configured. */
export const mailerOf = ({ notifications }: Pick<ActivityDeps, 'notifications'>): NotificationProvider | undefined =>
  notifications.providers.find(({ channel }) => channel === 'email');

/** Creates the Activities that reach a supplier by mail. */
export const createSupplierMailActivities = (deps: ActivityDeps) => {
  const { transactions, purchasing } = deps;
  const requireMailer = (): NotificationProvider => {
    const mailer = mailerOf(deps);
    if (!mailer) throw invariantViolated('No provider is configured for email');
    return mailer;
  };

  return {
    /**
     * Sends the purchase order by mail, once, under its online number. After an online attempt without an answer, asks
     * the supplier by key first: if it has the order, sends no mail; if not, or if that cannot be found out, abandons
     * the online order and says so in the mail. Sends nothing when the order is not needed any more.
     */
    mailPurchase: async ({ replenishmentId }: ReplenishmentRef): Promise<Mailed> => {
      const mailer = requireMailer();
      const name = mailedPurchaseOf(replenishmentId);
      const begin = await transactions.run(SYSTEM, async (tx) => ({
        order: await readPurchaseOrder(tx, replenishmentId),
        state: await readPurchaseState(tx, replenishmentId),
      }));
      const { open: needed } = begin.order;
      if (!begin.state.mailed && needed && begin.order.email === null) return 'out_of_reach';
      const abandonReason = needed ? AbandonReason.mail : AbandonReason.need;
      const isUnanswered = begin.state.online === 'unknown' && !begin.state.mailed;
      const state = isUnanswered ? await settleOnlineAttempt(deps, replenishmentId, abandonReason) : begin.state;
      if (state.online === 'taken' || state.online === 'refused') return state.online;
      if (!begin.state.mailed && !needed) return 'not_needed';
      const { email, open: _open, answered: _answered, ...order } = begin.order;
      const request = { ...order, fate: state.onlineOutcome };
      await callProviderOnce<typeof request, Sent | { readonly status: 'not_needed' }>(transactions, {
        operation: { ...name, provider: mailer.code, orderId: null, request },
        find: (wanted, signal) => mailer.findByKey(wanted, signal),
        perform: async ({ key, request: { fate, ...agreed } }, signal) => {
          if (!(await transactions.run(SYSTEM, (tx) => isReplenishmentOpen(tx, replenishmentId))))
            return { status: 'not_needed' };
          if (email === null)
            throw providerRefused(
              `The supplier of ${replenishmentId} has no mailbox any more: add one, or close the replenishment`,
            );
          return mailer.send(
            { key, to: email, replyTo: purchasing.replyTo, ...writePurchaseMail(agreed, fate) },
            signal,
          );
        },
        record: async (tx, sent) => {
          if (sent.status === 'not_needed') {
            // A mail server cannot be asked: an earlier attempt may have been sent.
            await abandonAttempt(tx, name, AbandonReason.need, begin.state.mailed ? 'unknown' : 'not_received');
            return;
          }
          if (!(await finishSent(tx, name, sent)) || sent.status === 'refused') return;
          await recordSent(tx, replenishmentId, {
            provider: mailer.code,
            providerReference: sent.reference,
            sentBy: 'email',
          });
          const row = await lockReplenishment(tx, replenishmentId);
          if (row?.closedAt === null && row.confirmed === null)
            await openFollowUps(tx, FollowUpReason.mailed, [{ subject: replenishmentId, merchantId: row.merchantId }]);
        },
      });
      const mailed = await transactions.run(SYSTEM, (tx) => readOperation(tx, name));
      if (mailed?.status === 'succeeded') return 'mailed';
      return (mailed?.result as { reason?: string }).reason === AbandonReason.need ? 'not_needed' : 'refused';
    },

    /**
     * Reminds the supplier by mail, once per number. Sends nothing after it has answered or the replenishment has
     * ended. `refused`: the mailbox does not exist, and a retry would not help.
     */
    mailReminder: async ({
      replenishmentId,
      number,
    }: ReplenishmentRef & { number: number }): Promise<'reminded' | 'refused' | 'not_needed' | 'out_of_reach'> => {
      const mailer = requireMailer();
      const name = mailedReminderOf(replenishmentId, number);
      const { email, open, answered, ...order } = await transactions.run(SYSTEM, (tx) =>
        readPurchaseOrder(tx, replenishmentId),
      );
      if (!open || answered) {
        await transactions.run(SYSTEM, (tx) => abandonAttempt(tx, name, AbandonReason.need, 'unknown'));
        return 'not_needed';
      }
      if (email === null) return 'out_of_reach';
      await callProviderOnce<typeof order, Sent>(transactions, {
        operation: { ...name, provider: mailer.code, orderId: null, request: order },
        find: (wanted, signal) => mailer.findByKey(wanted, signal),
        perform: ({ key, request: agreed }, signal) =>
          mailer.send(
            { key, to: email, replyTo: purchasing.replyTo, ...writePurchaseReminder(agreed, number) },
            signal,
          ),
        record: async (tx, sent) => {
          await finishSent(tx, name, sent);
        },
      });
      const reminded = await transactions.run(SYSTEM, (tx) => readOperation(tx, name));
      return reminded?.status === 'refused' ? 'refused' : 'reminded';
    },
  };
};

const finishSent = async (tx: Tx, name: OperationName, sent: Sent): Promise<boolean> =>
  (await (sent.status === 'sent'
    ? finishOperation(tx, name, 'succeeded', { reference: sent.reference })
    : finishOperation(tx, name, 'refused', { reason: sent.reason }))) !== undefined;
