import { condition } from '@temporalio/workflow';
import { AttentionReason } from '../../src/contracts/statuses';
import type { Attention } from './attention';
import { books } from '../runtime/call-activities';
import type { Steps } from './steps';

/** Makes a paid order wait for the goods that were not available when it was placed. */
export class Backorder {
  /** The day by which all goods are expected, as an ISO date; undefined for an order without a backorder. */
  agreedOn: string | undefined;
  #filled = false;

  constructor(
    private readonly orderId: string,
    private readonly steps: Steps,
    private readonly attention: Attention,
    /** Runs each time that the order begins to wait for goods. */
    private readonly onWaiting: () => void,
  ) {}

  setAgreedOn(on: string | undefined): void {
    this.agreedOn = on;
  }

  /** Notes that stock has filled the backorder; the books are asked all the same. */
  filled(): void {
    this.#filled = true;
  }

  /** Waits until the books hold all goods of the order. Past the agreed day the order needs a person. */
  async untilFilled(): Promise<void> {
    if (this.agreedOn === undefined) return;
    for (;;) {
      // A Signal that comes while the books are asked counts.
      this.#filled = false;
      const { overdueAt } = await this.steps.run(() => books.awaitStock({ orderId: this.orderId }));
      if (overdueAt === null) return;
      this.onWaiting();
      await this.#untilSignalled(Date.parse(overdueAt));
    }
  }

  async #untilSignalled(overdueAt: number): Promise<void> {
    const filled = () => this.#filled;
    const left = overdueAt - Date.now();
    if (left > 0 && (await condition(filled, left, { summary: 'until the agreed date' }))) return;
    await this.attention.throughout(AttentionReason.backorderOverdue, 'backorder', () => condition(filled));
  }
}
