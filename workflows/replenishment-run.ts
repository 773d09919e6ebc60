import { CancellationScope, condition, isCancellation, setCurrentDetails, sleep } from '@temporalio/workflow';
import type { PurchasePlan } from '../activities/replenishments';
import type { ChaseReason } from '../src/contracts/replenishment';
import { books, outside } from './proxies';

/** What a supplier said that it sends. */
interface Answer { readonly replenishmentId: string; readonly quantity: number; readonly expectedOn: string }

/** The needs of one shelf, one after the other, and the steps that meet them. */
export class ReplenishmentRun {
  readonly #seen = new Set<string>();
  readonly #ended = new Set<string>();
  readonly #answers = new Map<string, Answer>();

  constructor(readonly pending: string[] = []) {
    for (const id of pending) this.#seen.add(id);
  }

  need(id: string): void {
    if (this.#seen.has(id)) return;
    this.#seen.add(id);
    this.pending.push(id);
  }

  next(): string | undefined { return this.pending.shift(); }
  answered(answer: Answer): void { this.#answers.set(answer.replenishmentId, answer); }
  ended(id: string): void { this.#ended.add(id); }

  /** Runs one need to its end: the goods are there, or it was closed. */
  async replenish(id: string): Promise<void> {
    const plan = await books.planPurchase({ replenishmentId: id });
    if (!plan) return;
    const asked = plan.supplierQueue === null ? 'no_supplier' as const : await this.#purchase(id, plan.supplierQueue, plan);
    if (asked === 'not_needed') return;
    if (asked === 'taken') {
      await this.#untilAnswered(id, plan);
      await this.#untilThere(id, plan);
    } else await this.#escalate(id, asked === 'refused' ? 'supplier_refused' : 'no_supplier');
    await this.#wait(`${id}: the goods, or for it to be closed. Ends with the receipt (POST /v1/stock/receipts) or POST /v1/replenishments/${id}/closure`, () => this.#ended.has(id));
  }

  async #purchase(id: string, taskQueue: string, plan: PurchasePlan): Promise<'taken' | 'refused' | 'not_needed'> {
    setCurrentDetails(`${id}: the supplier to take the purchase order. Ends by itself when it answers`);
    return outside({ taskQueue, fairnessKey: plan.merchantId }, (activities) => activities.requestPurchase({ replenishmentId: id }),
      (work) => this.#watched(id, plan, work));
  }

  /** Tells people when a supplier stays out of reach, and ends that once it answers. */
  async #watched<T>(id: string, { patienceSeconds }: PurchasePlan, work: () => Promise<T>): Promise<T> {
    const watch = new CancellationScope();
    let told = false;
    const watching = watch.run(async () => {
      await sleep(patienceSeconds * 1000, { summary: 'then people are told that the supplier is out of reach' });
      told = true;
      await CancellationScope.nonCancellable(() => this.#escalate(id, 'supplier_unreachable'));
    }).catch((error: unknown) => {
      if (!isCancellation(error)) throw error;
    });
    try {
      return await work();
    } finally {
      watch.cancel();
      await CancellationScope.nonCancellable(async () => {
        await watching;
        if (told) await books.settleChase({ replenishmentId: id, reason: 'supplier_unreachable' });
      });
    }
  }

  /** Waits for the supplier's answer, reminding it; then people chase it. Ends early when the goods are there, or it was closed. */
  async #untilAnswered(id: string, plan: PurchasePlan): Promise<void> {
    const heard = () => this.#answers.has(id) || this.#ended.has(id);
    const waitsFor = `${id}: the supplier to say what it sends. Ends with its webhook, or Signal \`supplierAnswered\` \`{"replenishmentId":"${id}","quantity":1,"expectedOn":"2027-01-31"}\``;
    for (let reminder = 0; !(await this.#wait(waitsFor, heard, plan.remindAfterSeconds, 'the supplier may take until then')); reminder += 1) {
      if (reminder === plan.reminders) {
        await this.#escalate(id, 'supplier_silent');
        await this.#wait(waitsFor, heard);
        break;
      }
      await outside({ taskQueue: plan.supplierQueue ?? '', fairnessKey: plan.merchantId }, (activities) => activities.remindSupplier({ replenishmentId: id }),
        (work) => this.#watched(id, plan, work));
    }
    if (!this.#ended.has(id)) await books.settleChase({ replenishmentId: id, reason: 'supplier_silent' });
  }

  /** Waits for the goods until they are overdue by what the supplier said last; then people chase it. */
  async #untilThere(id: string, { overdueSeconds }: PurchasePlan): Promise<void> {
    for (let known = this.#answers.get(id); known && !this.#ended.has(id);) {
      const answer = known;
      const moved = () => this.#ended.has(id) || this.#answers.get(id) !== answer;
      const waitsFor = `${id}: ${answer.quantity} units by ${answer.expectedOn}. Ends with their receipt (POST /v1/stock/receipts)`;
      const due = Date.parse(`${answer.expectedOn}T00:00:00Z`) + overdueSeconds * 1000 - Date.now();
      const reason = answer.quantity === 0 ? 'supplier_refused' : 'goods_overdue';
      if (answer.quantity === 0 || !(await this.#wait(waitsFor, moved, Math.max(1, due / 1000), 'the goods may take until then'))) {
        await this.#escalate(id, reason);
        await this.#wait(waitsFor, moved);
      }
      known = this.#answers.get(id);
      if (known !== answer && !this.#ended.has(id)) await books.settleChase({ replenishmentId: id, reason });
    }
  }

  async #escalate(id: string, reason: ChaseReason): Promise<void> {
    await books.escalateReplenishment({ replenishmentId: id, reason });
  }

  /** Waits for a fact, for staff to see; false when it took longer than `seconds`. */
  #wait(waitsFor: string, fact: () => boolean, seconds?: number, summary = ''): Promise<boolean> {
    setCurrentDetails(`Waits for ${waitsFor}`);
    return seconds === undefined ? condition(fact).then(() => true) : condition(fact, seconds * 1000, { summary });
  }
}
