import { CancellationScope, condition, sleep } from '@temporalio/workflow';
import { AttentionReason, OrderStatus } from '../../src/contracts/statuses';
import type { AddressHoldPolicy, OrderInput } from '../messages';
import type { PaymentPhase } from './payment';
import { books } from '../runtime/call-activities';
import type { Steps } from './steps';

/**
 * An order whose address cannot be delivered to: its stock is held, nothing is charged, its customer is told until a
 * deadline.
 */
export class AddressHold {
  #mended = false;

  constructor(
    private readonly input: OrderInput,
    private readonly steps: Steps,
    private readonly payment: PaymentPhase,
    /** Tells where the order stands now. */
    private readonly move: (status: OrderStatus) => void,
  ) {}

  /** Hears that the address is good; whoever asks for the verdict from here on awaits what comes of the payment. */
  mended(): void {
    this.payment.resume();
    this.#mended = true;
  }

  /**
   * Waits until `until` (ms since 1970) for the customer. Answers until when the order may be paid, or that nobody
   * came.
   */
  async untilMended(policy: AddressHoldPolicy, until: number): Promise<{ payUntil: number } | 'address_not_mended'> {
    const { orderId, paymentWindowSeconds } = this.input;
    await this.steps.run(() => books.holdForAddress({ orderId, until: new Date(until).toISOString() }));
    this.payment.decideRest({ outcome: 'address_held' });
    this.move(OrderStatus.awaitingAddress);
    await this.#untilHeard(policy, until);
    // The database decides between the deadline and a customer in the last second.
    if (!this.#mended && (await this.steps.run(() => books.expireAddressHold({ orderId }))))
      return 'address_not_mended';
    const { payUntil } = await this.steps.run(() => books.resumeAfterAddressHold({ orderId, paymentWindowSeconds }));
    this.payment.resume();
    this.move(OrderStatus.draft);
    return { payUntil: Date.parse(payUntil) };
  }

  /**
   * Tells the customer beside the wait: a provider that is down keeps nobody from mending, nor the deadline from
   * passing.
   */
  async #untilHeard(policy: AddressHoldPolicy, until: number): Promise<void> {
    const notices = new CancellationScope();
    notices
      .run(() => this.#tell(policy))
      .catch((error: unknown) => {
        if (!notices.consideredCancelled) throw error;
      });
    try {
      await condition(() => this.#mended, Math.max(1, until - Date.now()), {
        summary: 'the customer may mend the address until then',
      });
    } finally {
      notices.cancel();
    }
  }

  /** Tells by every way there is: at once, and again at the times of reminders. */
  async #tell({ reminders, channels }: AddressHoldPolicy): Promise<void> {
    const begun = Date.now();
    await Promise.all(
      channels.map(async ({ channel, queue }) => {
        for (const [index, seconds] of [0, ...reminders].entries()) {
          const wait = begun + seconds * 1000 - Date.now();
          // Reminders whose time passed while an earlier message waited for its provider would come as a heap.
          if (index > 0 && wait <= 0) continue;
          if (index > 0) await sleep(wait, { summary: `then a reminder by ${channel}` });
          await this.steps.callProvider({ taskQueue: queue }, AttentionReason.notificationUnavailable, (activities) =>
            activities.sendAddressNotice({ orderId: this.input.orderId, channel, number: index + 1 }),
          );
        }
      }),
    );
  }
}
