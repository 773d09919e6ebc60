import type { Verdict } from '../../src/contracts/orders/verdict';
import type { VerdictState } from './state';

/** Keeps the verdicts on an order's payment attempts, and answers whoever awaits one. */
export class Verdicts {
  readonly #waiting: { readonly paymentId: string; readonly answer: (verdict: Verdict) => void }[] = [];

  constructor(private readonly state: VerdictState) {}

  /** Answers with the verdict on an attempt: now, or once it is known. */
  answerWhenDecided(paymentId: string, answer: (verdict: Verdict) => void): void {
    this.open(paymentId);
    const verdict = this.state.decided[paymentId];
    if (verdict) answer(verdict);
    else this.#waiting.push({ paymentId, answer });
  }

  /** Adds an attempt: it gets its own verdict when it is tried, or the order's. */
  open(paymentId: string): void {
    if (this.state.decided[paymentId]) return;
    if (this.state.final) this.decide(paymentId, this.state.final);
    else if (!this.state.open.includes(paymentId)) this.state.open.push(paymentId);
  }

  decide(paymentId: string, verdict: Verdict): void {
    this.state.decided[paymentId] = verdict;
    this.state.open = this.state.open.filter((id) => id !== paymentId);
    for (const waiting of this.#waiting.filter((one) => one.paymentId === paymentId)) {
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      waiting.answer(verdict);
    }
  }

  /** Gives the order's own verdict to every attempt that is still undecided. */
  decideRest(verdict: Verdict): void {
    for (const paymentId of [...this.state.open]) this.decide(paymentId, verdict);
  }

  /** Gives the order's last verdict to every attempt that is undecided, and to those that come later. */
  decideFinally(verdict: Verdict): void {
    this.state.final ??= verdict;
    this.decideRest(verdict);
  }

  /** Takes the verdict `address_held` back after the hold: whoever asks again awaits the payment's. */
  withdrawAddressHeld(paymentId: string): void {
    if (this.state.decided[paymentId]?.outcome !== 'address_held') return;
    Reflect.deleteProperty(this.state.decided, paymentId);
    this.open(paymentId);
  }
}
