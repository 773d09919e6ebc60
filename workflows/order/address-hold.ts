import { CancellationScope, condition, sleep } from '@temporalio/workflow';
import { AttentionReason, OrderStatus } from '../../src/contracts/statuses';
import type { AddressHoldPolicy, OrderInput } from '../messages';
import type { PaymentPhase } from './payment';
import { books } from '../runtime/call-activities';
import type { Steps } from './steps';

/**
 * Holds an order whose address cannot be delivered to. Its stock stays reserved, nothing is charged, and its customer
 * is reminded until a deadline.
 */
export class AddressHold {
  #corrected = false;

  constructor(
    private readonly input: OrderInput,
    private readonly steps: Steps,
    private readonly payment: PaymentPhase,
    /** Moves the order to another status. */
    private readonly move: (status: OrderStatus) => void,
  ) {}

  /** Ends the hold: the address is correct. Whoever asks for the verdict from now on awaits the payment's. */
  addressCorrected(): void {
    this.payment.resume();
    this.#corrected = true;
  }

  /**
   * Waits for a correct address until `until` (ms since 1970). Returns when the payment window then ends, or that
   * nobody corrected the address.
   */
  async untilCorrected(policy: AddressHoldPolicy, until: number): Promise<{ payUntil: number } | 'address_not_mended'> {
    const { orderId, paymentWindowSeconds } = this.input;
    await this.steps.run(() => books.holdForAddress({ orderId, until: new Date(until).toISOString() }));
    this.payment.decideRest({ outcome: 'address_held' });
    this.move(OrderStatus.awaitingAddress);
    await this.#untilCorrectedOr(until, policy);
    // The database decides between the deadline and a customer who comes in the last second.
    if (!this.#corrected && (await this.steps.run(() => books.expireAddressHold({ orderId }))))
      return 'address_not_mended';
    const { payUntil } = await this.steps.run(() => books.resumeAfterAddressHold({ orderId, paymentWindowSeconds }));
    this.payment.resume();
    this.move(OrderStatus.draft);
    return { payUntil: Date.parse(payUntil) };
  }

  /** Notifies the customer beside the wait: a provider that is down delays neither a correction nor the deadline. */
  async #untilCorrectedOr(until: number, policy: AddressHoldPolicy): Promise<void> {
    const notices = new CancellationScope();
    notices
      .run(() => this.#notify(policy))
      .catch((error: unknown) => {
        if (!notices.consideredCancelled) throw error;
      });
    try {
      await condition(() => this.#corrected, Math.max(1, until - Date.now()), { summary: 'deadline for the address' });
    } finally {
      notices.cancel();
    }
  }

  /** Notifies the customer by every channel: at once, and again at the time of each reminder. */
  async #notify({ reminders, channels }: AddressHoldPolicy): Promise<void> {
    const begun = Date.now();
    await Promise.all(
      channels.map(async ({ channel, queue }) => {
        for (const [index, seconds] of [0, ...reminders].entries()) {
          const wait = begun + seconds * 1000 - Date.now();
          // Reminders that fell due while an earlier message waited for its provider would arrive all at once.
          if (index > 0 && wait <= 0) continue;
          if (index > 0) await sleep(wait, { summary: `until the next reminder by ${channel}` });
          await this.steps.callProvider({ taskQueue: queue }, AttentionReason.notificationUnavailable, (activities) =>
            activities.sendAddressNotice({ orderId: this.input.orderId, channel, number: index + 1 }),
          );
        }
      }),
    );
  }
}
