import { AttentionReason, OrderStatus, Stage } from '../../src/contracts/statuses';
import type { AddressHoldPolicy } from '../messages';
import type { Deadline } from '../runtime/timers';
import { WAITS } from '../runtime/steps';
import { move, unwindFor, type OrderContext, type RunPhase } from './context';
import type { NoticeState, OrderState } from './state';

/** Puts an order on hold: its address cannot be delivered to. `until` is known once its stock is reserved. */
export function beginHold({ state }: OrderContext, { channels }: AddressHoldPolicy, until = 0): void {
  state.hold = {
    until,
    begun: Date.now(),
    corrected: false,
    passed: false,
    notices: channels.map(({ channel, queue }) => ({ channel, queue, next: 1, due: 0 })),
  };
}

/** Ends the hold: the address is correct. Whoever asks for the verdict from now on awaits the payment's. */
export function addressCorrected({ input, state, verdicts }: OrderContext): void {
  verdicts.withdrawAddressHeld(input.paymentId);
  if (state.hold) state.hold.corrected = true;
}

/**
 * Holds an order until its address is corrected or the hold's deadline. Its stock stays reserved, nothing is charged,
 * and its customer is notified beside the wait: a provider that is down delays neither the correction nor the deadline.
 */
export const hold: RunPhase = async (order) => {
  const { input, state, steps } = order;
  const { orderId } = input;
  if (!state.hold) return 'resume';
  const until = new Date(state.hold.until).toISOString();
  if (state.status !== OrderStatus.awaitingAddress) {
    if ((await steps.runTransaction('holdForAddress', { orderId, until })) === WAITS) return WAITS;
    order.verdicts.decideRest({ outcome: 'address_held' });
    move(order, OrderStatus.awaitingAddress, Stage.receive);
  }
  if (state.hold.corrected) return 'resume';
  if (!state.hold.passed) {
    for (const notice of state.hold.notices) await notify(order, notice);
    return WAITS;
  }
  // The database decides between the deadline and a customer who comes in the last second.
  const expired = await steps.runTransaction('expireAddressHold', { orderId });
  if (expired === WAITS) return WAITS;
  stopNotices(order);
  return expired ? unwindFor(order, 'address_not_mended') : 'resume';
};

/** Begins the payment window of an order whose address was corrected. */
export const resume: RunPhase = async (order) => {
  const { input, state, steps, verdicts } = order;
  stopNotices(order);
  const resumed = await steps.runTransaction('resumeAfterAddressHold', {
    orderId: input.orderId,
    paymentWindowSeconds: input.paymentWindowSeconds,
  });
  if (resumed === WAITS) return WAITS;
  verdicts.withdrawAddressHeld(input.paymentId);
  move(order, OrderStatus.draft, Stage.receive);
  state.payment.payUntil = Date.parse(resumed.payUntil);
  return 'pay';
};

/** Lists the deadline of a hold, and the times of its reminders. */
export function holdDeadlines({ phase, hold }: OrderState): Deadline[] {
  if (phase !== 'hold' || !hold || hold.passed) return [];
  const passed = () => {
    hold.passed = true;
  };
  return [
    { key: 'hold', at: hold.until, summary: 'deadline for the address', onPassed: passed },
    ...hold.notices.flatMap((notice): Deadline[] => {
      if (notice.next === null || notice.due === 0) return [];
      const makeDue = () => {
        notice.due = 0;
      };
      const summary = `until the next reminder by ${notice.channel}`;
      return [{ key: `notice ${notice.channel} ${notice.next}`, at: notice.due, summary, onPassed: makeDue }];
    }),
  ];
}

/** Sends the message of a channel that is due, and plans the next. */
async function notify({ input, state, steps }: OrderContext, notice: NoticeState): Promise<void> {
  if (notice.next === null || notice.due > 0) return;
  const sent = await steps.callProvider(
    'sendAddressNotice',
    { orderId: input.orderId, channel: notice.channel, number: notice.next },
    { target: { taskQueue: notice.queue }, reason: AttentionReason.notificationUnavailable },
  );
  if (sent === WAITS) return;
  const { reminders } = input.addressHold;
  const begun = state.hold?.begun ?? 0;
  // Reminders that fell due while an earlier message waited for its provider would arrive all at once.
  const left = reminders.findIndex(
    (seconds, index) => index >= (notice.next ?? 0) - 1 && begun + seconds * 1000 > sent.at,
  );
  notice.next = left < 0 ? null : left + 2;
  notice.due = left < 0 ? 0 : begun + (reminders[left] as number) * 1000;
}

function stopNotices({ input, state, steps }: OrderContext): void {
  for (const { channel, next } of state.hold?.notices ?? []) {
    if (next !== null) steps.stop('sendAddressNotice', { orderId: input.orderId, channel, number: next });
  }
}
