import { CancellationScope, condition, isCancellation, setCurrentDetails, sleep } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import type { PurchasePlan } from '../../activities/purchasing/replenishments';
import type { FollowUpReason } from '../../src/contracts/purchasing/replenishment';
import { abandonAfter, abandonWhen, NO_LONGER_NEEDED, UNREACHABLE } from '../runtime/abandon';
import { books, callProvider } from '../runtime/call-activities';

/** Says how much a supplier sends, and when. */
interface Answer {
  readonly replenishmentId: string;
  readonly quantity: number;
  readonly expectedOn: string;
}

/** Runs the replenishments of one shelf, one after the other. */
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

  next(): string | undefined {
    return this.pending.shift();
  }
  answered(answer: Answer): void {
    this.#answers.set(answer.replenishmentId, answer);
  }
  ended(id: string): void {
    this.#ended.add(id);
  }

  /** Runs one replenishment until its goods are received, or it is closed. */
  async replenish(id: string): Promise<void> {
    const plan = await books.planPurchase({ replenishmentId: id });
    if (!plan) return;
    if (plan.answer && !this.#answers.has(id)) this.answered({ replenishmentId: id, ...plan.answer });
    const purchase = await this.#purchase(id, plan);
    if (purchase === 'not_needed') return;
    if (purchase === 'taken' || purchase === 'mailed') {
      await this.#untilAnswered(id, purchase === 'mailed' ? { ...plan, supplierQueue: null } : plan);
      await this.#untilReceived(id, plan);
    } else if (purchase === 'refused') await this.#escalate(id, 'supplier_refused');
    else await this.#escalate(id, plan.supplied ? 'supplier_unreachable' : 'no_supplier');
    await this.#wait(
      `${id}: the goods, or for it to be closed. ` +
        `Ends with the receipt (POST /v1/stock/receipts) or POST /v1/replenishments/${id}/closure`,
      () => this.#ended.has(id),
    );
  }

  async #purchase(id: string, plan: PurchasePlan) {
    setCurrentDetails(
      `${id}: the supplier to take the purchase order. ` + `Ends when it answers or the order is mailed; nothing to do`,
    );
    return this.#reach(
      id,
      plan,
      () => this.#ended.has(id),
      (activities) => activities.requestPurchase({ replenishmentId: id }),
      (activities) => activities.mailPurchase({ replenishmentId: id }),
    );
  }

  /**
   * Calls the supplier until `over`, after which nothing is tried again and attempts without an answer are resolved.
   */
  async #reach<Online, Mail>(
    id: string,
    plan: PurchasePlan,
    over: () => boolean,
    online: (activities: Activities) => Promise<Online>,
    byMail: (activities: Activities) => Promise<Mail>,
  ): Promise<Online | Mail | typeof UNREACHABLE | 'not_needed'> {
    const answer = await this.#ask(id, plan, over, online, byMail);
    if (answer !== NO_LONGER_NEEDED) return answer;
    await books.settleTries({ replenishmentId: id });
    return 'not_needed';
  }

  /** Calls the supplier online; one that takes no orders there, or is unavailable for too long, gets a mail. */
  async #ask<Online, Mail>(
    id: string,
    plan: PurchasePlan,
    over: () => boolean,
    online: (activities: Activities) => Promise<Online>,
    byMail: (activities: Activities) => Promise<Mail>,
  ): Promise<Online | Mail | typeof UNREACHABLE | typeof NO_LONGER_NEEDED> {
    const { supplierQueue, mailQueue, merchantId: fairnessKey } = plan;
    if (supplierQueue !== null) {
      const answer = await callProvider<Online | typeof UNREACHABLE | typeof NO_LONGER_NEEDED>(
        { taskQueue: supplierQueue, fairnessKey },
        online,
        (work) => {
          const tries = () => abandonWhen(over, work);
          return mailQueue === null ? this.#watched(id, plan, tries) : abandonAfter(plan.patienceSeconds, tries);
        },
      );
      if (answer !== UNREACHABLE) return answer;
    }
    if (mailQueue === null) return UNREACHABLE;
    return callProvider<Mail | typeof NO_LONGER_NEEDED>({ taskQueue: mailQueue, fairnessKey }, byMail, (work) =>
      this.#watched(id, plan, () => abandonWhen(over, work)),
    );
  }

  /** Opens a follow-up when a supplier is unavailable for too long, and closes it once the supplier answers. */
  async #watched<T>(id: string, { patienceSeconds }: PurchasePlan, work: () => Promise<T>): Promise<T> {
    const watch = new CancellationScope();
    let escalated = false;
    const watching = watch
      .run(async () => {
        await sleep(patienceSeconds * 1000, { summary: 'until a follow-up task' });
        escalated = true;
        await CancellationScope.nonCancellable(() => this.#escalate(id, 'supplier_unreachable'));
      })
      .catch((error: unknown) => {
        if (!isCancellation(error)) throw error;
      });
    try {
      return await work();
    } finally {
      watch.cancel();
      await CancellationScope.nonCancellable(async () => {
        await watching;
        if (escalated) await books.settleChase({ replenishmentId: id, reason: 'supplier_unreachable' });
      });
    }
  }

  /**
   * Waits for the supplier's answer and sends reminders; after the last one it opens a follow-up. Ends early when the
   * replenishment has ended.
   */
  async #untilAnswered(id: string, plan: PurchasePlan): Promise<void> {
    const answered = () => this.#answers.has(id) || this.#ended.has(id);
    const waitsFor =
      `${id}: the supplier to say what it sends. ` + `Ends with its webhook, or POST /v1/replenishments/${id}/answers`;
    for (
      let reminder = 0;
      !(await this.#wait(waitsFor, answered, plan.remindAfterSeconds, 'until a reminder or a follow-up task'));
      reminder += 1
    ) {
      if (reminder === plan.reminders) {
        await this.#escalate(id, 'supplier_silent');
        await this.#wait(waitsFor, answered);
        break;
      }
      const reminded = await this.#reach(
        id,
        plan,
        answered,
        (activities) => activities.remindSupplier({ replenishmentId: id }),
        (activities) => activities.mailReminder({ replenishmentId: id, number: reminder + 1 }),
      );
      if (reminded === 'refused') await this.#escalate(id, 'reminder_refused');
    }
    if (!this.#ended.has(id)) await books.settleChase({ replenishmentId: id, reason: 'supplier_silent' });
  }

  /** Waits for the goods; opens a follow-up once they are overdue by the supplier's last answer. */
  async #untilReceived(id: string, { overdueSeconds }: PurchasePlan): Promise<void> {
    for (let known = this.#answers.get(id); known && !this.#ended.has(id);) {
      const answer = known;
      const changed = () => this.#ended.has(id) || this.#answers.get(id) !== answer;
      const { quantity, expectedOn } = answer;
      const waitsFor =
        `${id}: ${quantity} units by ${expectedOn}. ` + 'Ends when the goods are received (POST /v1/stock/receipts)';
      const due = Date.parse(`${expectedOn}T00:00:00Z`) + overdueSeconds * 1000 - Date.now();
      const reason = quantity === 0 ? 'supplier_refused' : 'goods_overdue';
      if (
        quantity === 0 ||
        !(await this.#wait(waitsFor, changed, Math.max(1, due / 1000), 'until the goods are overdue'))
      ) {
        await this.#escalate(id, reason);
        await this.#wait(waitsFor, changed);
      }
      known = this.#answers.get(id);
      if (known !== answer && !this.#ended.has(id)) await books.settleChase({ replenishmentId: id, reason });
    }
  }

  async #escalate(id: string, reason: FollowUpReason): Promise<void> {
    await books.escalateReplenishment({ replenishmentId: id, reason });
  }

  /** Waits for a fact, and shows that to staff. Returns false when it took longer than `seconds`. */
  #wait(waitsFor: string, fact: () => boolean, seconds?: number, summary = ''): Promise<boolean> {
    setCurrentDetails(`Waits for ${waitsFor}`);
    return seconds === undefined ? condition(fact).then(() => true) : condition(fact, seconds * 1000, { summary });
  }
}
