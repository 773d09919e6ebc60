import { condition, patched } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import { AttentionReason } from '../../src/contracts/statuses';
import type { Verdict } from '../../src/contracts/orders/verdict';
import type { OrderInput } from '../messages';
import type { Saga } from '../runtime/saga';
import type { Steps } from './steps';

/**
 * Tries the payment attempts of an order one after another, in the order of their requests, until one is authorized. A
 * request that comes within the window counts, though its turn may come later.
 */
export class PaymentPhase {
  readonly #verdicts = new Map<string, Verdict>();
  readonly #settled = new Set<string>();
  /** Attempts whose verdict somebody awaits. */
  readonly #undecided: Set<string>;
  /** Attempts that wait for their turn, the next one first. */
  readonly #requested: string[] = [];

  constructor(
    private readonly input: OrderInput,
    private readonly saga: Saga,
    private readonly steps: Steps,
    /** Runs each time that the order begins to wait for its customer. */
    private readonly onAwaiting: () => void,
  ) {
    this.#undecided = new Set([input.paymentId]);
  }

  /** Notes that the customer acted on an attempt. */
  settled(paymentId: string): void {
    this.#settled.add(paymentId);
  }

  /**
   * Adds an attempt, and returns its verdict: the order's own when an earlier attempt pays, or the order ends. Earlier
   * requests are tried first.
   */
  async pay(paymentId: string): Promise<Verdict> {
    // Earlier releases kept only the last attempt that waited, and their orders replay so.
    if (this.#requested.length > 0 && !patched('attempts-in-turn')) this.#requested.length = 0;
    this.#requested.push(paymentId);
    this.#undecided.add(paymentId);
    return this.verdictOn(paymentId);
  }

  /** Returns the verdict on an attempt, once it is known. */
  async verdictOn(paymentId: string): Promise<Verdict> {
    await condition(() => this.#verdicts.has(paymentId));
    return this.#verdicts.get(paymentId) as Verdict;
  }

  /** Gives the order's own verdict to every attempt that is still undecided. */
  decideRest(verdict: Verdict): void {
    for (const paymentId of this.#undecided) this.#decide(paymentId, verdict);
  }

  /** Replaces the verdict `address_held` after the hold: whoever asks again awaits the payment's. */
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

  /** Voids at the gateway what an attempt has authorized. */
  void(paymentId: string): Promise<void> {
    return this.#call((activities, payment) => activities.voidPayment(payment), paymentId);
  }

  /** Tries attempts until `payUntil` (ms since 1970). Returns whether one was authorized. */
  async untilPaid(payUntil: number): Promise<boolean> {
    let paymentId = this.input.paymentId;
    for (;;) {
      const attempt = paymentId;
      this.saga.register(() => this.void(attempt));
      const result = await this.#call((activities, payment) => activities.authorizePayment(payment), attempt);
      if (result.status === 'authorized') return true;
      this.#decide(
        attempt,
        result.status === 'action_required'
          ? { outcome: 'action_required', paymentId: attempt }
          : { outcome: 'declined', paymentId: attempt, declineCode: result.declineCode },
      );
      this.onAwaiting();

      const inTime = await condition(
        () => this.#settled.delete(attempt) || this.#requested.length > 0,
        Math.max(1, payUntil - Date.now()),
        { summary: 'payment window' },
      );
      if (inTime && this.#requested.length === 0) continue;
      if (result.status === 'action_required') {
        const abandoned = await this.#call((activities, payment) => activities.abandonPayment(payment), attempt);
        if (abandoned.status === 'authorized') return true;
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
