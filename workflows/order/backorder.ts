import { condition } from '@temporalio/workflow';
import { AttentionReason } from '../../src/contracts/statuses';
import { ORDER_WAITS } from '../../src/domain/interventions/available-actions';
import type { Attention } from './attention';
import { books } from '../runtime/call-activities';
import type { Steps } from './steps';

/** What a paid order still waits for: goods that were not there when it was placed. */
export class Backorder {
  /** The day by which all of it is to be there, as an ISO date; undefined for an order that is owed nothing. */
  agreedOn: string | undefined;
  #filled = false;

  constructor(
    private readonly orderId: string,
    private readonly steps: Steps,
    private readonly attention: Attention,
    /** Tells that the order now waits for goods. */
    private readonly onWaiting: () => void,
  ) {}

  /** Says in plain words what ends the wait. */
  get waitsFor(): string {
    return `${ORDER_WAITS.awaiting_stock}, by ${this.agreedOn}. Ends with their receipt (\`POST /v1/stock/receipts\`), which sends Signal \`backorderFilled\``;
  }

  agreed(on: string | undefined): void {
    this.agreedOn = on;
  }

  /** Hears that all of it is there; the books are asked all the same. */
  filled(): void {
    this.#filled = true;
  }

  /**
   * Waits until the books hold all that the order was owed; a person is asked to look once the agreed day has passed.
   */
  async untilFilled(): Promise<void> {
    if (this.agreedOn === undefined) return;
    for (;;) {
      // Whatever comes while the books are asked counts.
      this.#filled = false;
      const { overdueAt } = await this.steps.run(() => books.awaitStock({ orderId: this.orderId }));
      if (overdueAt === null) return;
      this.onWaiting();
      await this.#untilHeard(Date.parse(overdueAt));
    }
  }

  async #untilHeard(overdueAt: number): Promise<void> {
    const heard = () => this.#filled;
    const left = overdueAt - Date.now();
    if (left > 0 && (await condition(heard, left, { summary: 'the goods may take until then' }))) return;
    await this.attention.throughout(AttentionReason.backorderOverdue, 'backorder', () => condition(heard));
  }
}
