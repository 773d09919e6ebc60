import {
  expireAddressHold,
  holdForAddress,
  linkToken,
  readAddressHold,
  resumeAfterHold,
  type AddressHold,
} from '../../src/books/orders/address-holds';
import { beginOperation, finishOperation, type OperationName } from '../../src/books/operations';
import { appendEvents } from '../../src/books/timeline';
import type { Tx } from '../../src/books/transactions';
import { SYSTEM } from '../../src/contracts/caller';
import type { NotificationChannel } from '../../src/contracts/addresses/address-findings';
import { smsTextOf, writeNotice } from '../../src/domain/addresses/address-notice';
import { dialableNumber } from '../../src/domain/addresses/validate-phone';
import type { Message, Sent } from '../../src/providers/notifications/notification-provider';
import type { ActivityDeps, OrderRef } from '../deps';
import { callProviderOnce } from '../call-provider-once';
import { invariantViolated } from '../failures';

interface NoticeRef extends OrderRef {
  readonly channel: NotificationChannel;
  /** 1 for the first message, then one more for each reminder. */
  readonly number: number;
}

/** Creates the Activities that hold an order for its address, and notify its customer. */
export const createAddressHoldActivities = ({ transactions, vault, notifications }: ActivityDeps) => {
  const messageOf = (
    orderId: string,
    reference: string | null,
    number: number,
    channel: NotificationChannel,
    hold: AddressHold,
  ): Omit<Message, 'key'> | undefined => {
    const { recipient, findings, until } = hold;
    const to = addressOf(hold, channel);
    if (to === undefined) return undefined;
    const link = notifications.addressFixUrl.replace('{token}', linkToken(vault, orderId, until));
    const notice = writeNotice({ order: reference ?? orderId, recipient, findings, link, until, reminder: number > 1 });
    return channel === 'sms'
      ? { to, subject: notice.subject, text: smsTextOf(notice) }
      : { to, ...notifications.mail(notice) };
  };

  /** Appends to the timeline, once per channel, that no channel reaches the customer. */
  const appendUnreachable = async (
    tx: Tx,
    { orderId, channel, number }: NoticeRef,
    provider: string,
    name: OperationName,
    hold: AddressHold,
  ): Promise<void> => {
    if (number > 1 || notifications.providers.some((one) => addressOf(hold, one.channel) !== undefined)) return;
    await beginOperation(tx, { ...name, provider, orderId, request: { channel } });
    if (!(await finishOperation(tx, name, 'refused', { reason: 'there is no such way to the customer' }))) return;
    await appendEvents(tx, orderId, [{ type: 'address.notice_refused', data: { channel, number } }]);
  };

  return {
    /** Holds an order for its address; its stock stays reserved until `until`. Keyed by the order. */
    holdForAddress: ({ orderId, until }: OrderRef & { until: string }): Promise<void> =>
      transactions.run(SYSTEM, (tx) => holdForAddress(tx, orderId, new Date(until))),

    /** Ends a hold at its deadline. Returns false when the customer corrected the address first. */
    expireAddressHold: ({ orderId }: OrderRef): Promise<boolean> =>
      transactions.run(SYSTEM, (tx) => expireAddressHold(tx, orderId)),

    /** Begins the payment window of an order whose address was corrected. */
    resumeAfterAddressHold: ({
      orderId,
      paymentWindowSeconds,
    }: OrderRef & { paymentWindowSeconds: number }): Promise<{ payUntil: string }> =>
      transactions.run(SYSTEM, async (tx) => {
        const payUntil = new Date(Date.now() + paymentWindowSeconds * 1000);
        await resumeAfterHold(tx, orderId, payUntil);
        return { payUntil: payUntil.toISOString() };
      }),

    /**
     * Notifies the customer of a held order what to correct, once per number and channel. Sends nothing when the hold
     * is over, or when the customer cannot be reached by the channel, as when the phone number is what is wrong. When
     * no channel reaches the customer, appends that to the timeline. Returns when that was, in ms since 1970.
     */
    sendAddressNotice: async (notice: NoticeRef): Promise<{ outcome: Sent['status'] | 'not_sent'; at: number }> => {
      const { orderId, channel, number } = notice;
      const provider = notifications.providers.find((one) => one.channel === channel);
      if (!provider) throw invariantViolated(`No provider is configured for ${channel}`);
      const name = noticeOf(notice);
      const read = () =>
        transactions.run(SYSTEM, async (tx) => {
          const hold = await readAddressHold(tx, vault, orderId);
          if (hold && addressOf(hold, channel) === undefined)
            await appendUnreachable(tx, notice, provider.code, name, hold);
          const { reference } = await tx
            .selectFrom('orders')
            .select('reference')
            .where('id', '=', orderId)
            .executeTakeFirstOrThrow();
          return hold && messageOf(orderId, reference, number, channel, hold);
        });
      if (!(await read())) return { outcome: 'not_sent', at: Date.now() };
      let outcome: Sent['status'] | 'not_sent' = 'not_sent';
      await callProviderOnce<{ channel: NotificationChannel }, Sent | undefined>(transactions, {
        operation: { ...name, provider: provider.code, orderId, request: { channel } },
        find: (wanted, signal) => provider.findByKey(wanted, signal),
        perform: async ({ key }, signal) => {
          const message = await read();
          return message && provider.send({ key, ...message }, signal);
        },
        record: async (tx, sent) => {
          outcome = sent?.status ?? 'not_sent';
          const stored =
            sent?.status === 'sent' ? { reference: sent.reference } : { reason: sent?.reason ?? 'the hold was over' };
          if (!(await finishOperation(tx, name, sent?.status === 'sent' ? 'succeeded' : 'refused', stored))) return;
          if (sent)
            await appendEvents(tx, orderId, [
              {
                type: sent.status === 'sent' ? 'address.notified' : 'address.notice_refused',
                data: { channel, number },
              },
            ]);
        },
      });
      return { outcome, at: Date.now() };
    },
  };
};

const noticeOf = ({ orderId, channel, number }: NoticeRef): OperationName => ({
  subjectType: 'order',
  subjectId: orderId,
  kind: `notify_${channel}`,
  number,
});

/**
 * Returns the customer's address for a channel: a mailbox, or a phone number with country code; undefined without one.
 */
const addressOf = ({ recipient, findings }: AddressHold, channel: NotificationChannel): string | undefined =>
  channel === 'email' ? recipient.email : dialableNumber(recipient, findings);
