import { condition, patched } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import { AttentionReason } from '../../src/contracts/statuses';
import type { Verdict } from '../../src/contracts/orders/verdict';
import type { OrderInput } from '../messages';
import type { Saga } from '../runtime/saga';
import type { Steps } from './steps';

/**
 * The payment of an order: attempt after attempt, in the order they were asked for, until one is authorized. What was
 * asked for within the window counts, though its turn may come later.
 */
export class PaymentPhase {
  readonly #verdicts = new Map<string, Verdict>();
  readonly #settled = new Set<string>();
  /** Attempts that somebody awaits the verdict on. */
  readonly #undecided: Set<string>;
  /** Attempts that wait for their turn, the next one first. */
  readonly #requested: string[] = [];

  constructor(
    private readonly input: OrderInput,
    private readonly saga: Saga,
    private readonly steps: Steps,
    /** Tells that the order now waits for the customer. */
    private readonly onAwaiting: () => void,
  ) {
    this.#undecided = new Set([input.paymentId]);
  }

  /** Hears that the customer acted. */
  settled(paymentId: string): void {
    this.#settled.add(paymentId);
  }

  /**
   * Takes another attempt and answers what came of it, or, when an earlier one pays for the order or it ends, of the
   * order. It waits while another is tried, and for those that were asked for before it.
   */
  async pay(paymentId: string): Promise<Verdict> {
    // Earlier releases kept only the last of those that waited: what one of their orders did then replays as it was.
    if (this.#requested.length > 0 && !patched('attempts-in-turn')) this.#requested.length = 0;
    this.#requested.push(paymentId);
    this.#undecided.add(paymentId);
    return this.verdictOn(paymentId);
  }

  /** Answers what came of an attempt, once that is known. */
  async verdictOn(paymentId: string): Promise<Verdict> {
    await condition(() => this.#verdicts.has(paymentId));
    return this.#verdicts.get(paymentId) as Verdict;
  }

  /** Gives every attempt that is still awaited the order's own verdict. */
  decideRest(verdict: Verdict): void {
    for (const paymentId of this.#undecided) this.#decide(paymentId, verdict);
  }

  /** Lets whoever asks again await what comes of the payment, once a hold that was answered before is over. */
  resume(): void {
    const { paymentId } = this.input;
    if (this.#verdicts.get(paymentId)?.outcome !== 'address_held') return;
    this.#verdicts.delete(paymentId);
    this.#undecided.add(paymentId);
  }

  #decide(paymentId: string, verdict: Verdict): void {
    this.#verdicts.set(paymentId, verdict);
    this.#undecided.delete(paymentId);
  }

  /** Gives back whatever is open of an attempt. */
  void(paymentId: string): Promise<void> {
    return this.#call((activities, payment) => activities.voidPayment(payment), paymentId);
  }

  /** Tries to be paid until `payUntil` (ms since 1970). Answers whether it was. */
  async untilPaid(payUntil: number): Promise<boolean> {
    let paymentId = this.input.paymentId;
    for (;;) {
      const attempt = paymentId;
      this.saga.register(() => this.void(attempt));
      const result = await this.#call((a, payment) => a.authorizePayment(payment), attempt);
      if (result.status === 'authorized') return true;
      this.#decide(
        attempt,
        result.status === 'action_required'
          ? { outcome: 'action_required', paymentId: attempt }
          : { outcome: 'declined', paymentId: attempt, declineCode: result.declineCode },
      );
      this.onAwaiting();

      const heard = await condition(
        () => this.#settled.delete(attempt) || this.#requested.length > 0,
        Math.max(1, payUntil - Date.now()),
        { summary: 'the customer may pay until then' },
      );
      if (heard && this.#requested.length === 0) continue;
      if (result.status === 'action_required') {
        const last = await this.#call((a, payment) => a.abandonPayment(payment), attempt);
        if (last.status === 'authorized') return true;
      }
      const next = this.#requested.shift();
      if (next === undefined) return false;
      paymentId = next;
    }
  }

  #call<Result>(
    call: (activities: Activities, payment: { orderId: string; paymentId: string }) => Promise<Result>,
    paymentId: string,
  ): Promise<Result> {
    return this.steps.callProvider(
      { taskQueue: this.input.paymentQueue },
      AttentionReason.paymentProviderUnavailable,
      (activities) => call(activities, { orderId: this.input.orderId, paymentId }),
    );
  }
}
