import { continueAsNew, setCurrentDetails } from '@temporalio/workflow';
import type { FollowUpReason } from '../../src/contracts/purchasing/replenishment';
import type { PurchasePlan } from '../../activities/purchasing/replenishments';
import { Actor } from '../runtime/actor';
import { Timers, type Deadline } from '../runtime/timers';
import { Steps, WAITS, type Waits } from '../runtime/steps';
import { supplierDeadlines } from './deadlines';
import { replenishmentDetails } from './details';
import { contactDeadlines, NOT_NEEDED, reachSupplier } from './reach-supplier';
import {
  newCurrent,
  type CurrentState,
  type ReplenishmentPhase,
  type ReplenishmentState,
  type SupplierAnswer,
} from './state';

/** A step that cannot succeed by itself is taken again after ten minutes: a deployment may have corrected its cause. */
const PERMANENT_RETRY_MS = 600_000;

/** Runs a phase as far as it gets. Returns the phase that follows, or that this one waits for a message. */
type RunPhase = (current: CurrentState, plan: PurchasePlan) => Promise<ReplenishmentPhase | Waits>;

/** Runs the replenishments of one shelf, one after the other. Its state says what it does and waits for. */
export class ReplenishmentRun {
  readonly actor = new Actor();
  readonly #steps: Steps;
  readonly #timers = new Timers(this.actor);

  constructor(readonly state: ReplenishmentState) {
    this.#steps = new Steps(state.waits, this.actor, PERMANENT_RETRY_MS);
  }

  /** Runs until no replenishment is pending, or staff cancel the one under way. */
  run(): Promise<void> {
    return this.actor.run(() => this.#turn());
  }

  /** Closes the replenishment under way, as staff want it; attempts at its supplier end first. */
  cancel(): void {
    this.state.cancelled = true;
    this.#steps.stop();
  }

  enqueue(id: string): void {
    if (this.state.seen.includes(id)) return;
    this.state.seen.push(id);
    this.state.pending.push(id);
  }

  async #turn(): Promise<boolean> {
    const { state } = this;
    if (!state.cancelled) await this.#advance();
    const ended = state.cancelled ? await this.#abandon() : state.current === null && state.seen.length > 0;
    if (!ended) {
      this.#steps.reconcile();
      this.#timers.reconcile(this.#wantedDeadlines());
    }
    if (state.current) setCurrentDetails(replenishmentDetails(state.current, this.#steps.waiting));
    if (!ended && !this.#steps.isStopping && (await this.actor.readyToContinueAsNew(true)))
      await continueAsNew<(state: ReplenishmentState) => Promise<void>>(state);
    return ended;
  }

  /** Closes the replenishment under way for staff. Returns whether that is done. */
  async #abandon(): Promise<boolean> {
    const { current } = this.state;
    if (current === null) return true;
    if (this.#steps.isStopping) return false;
    return (await this.#steps.runTransaction('abandonReplenishment', { replenishmentId: current.id })) !== WAITS;
  }

  async #advance(): Promise<void> {
    const { state } = this;
    for (;;) {
      const id = state.current?.id ?? state.pending.shift();
      if (id === undefined) return;
      state.current ??= newCurrent(id);
      if (!(await this.#advanceCurrent(state.current))) return;
      state.current = null;
    }
  }

  /** Moves the replenishment under way as far as it gets. Returns whether it has ended. */
  async #advanceCurrent(current: CurrentState): Promise<boolean> {
    if (current.plan === null) {
      const plan = await this.#steps.runTransaction('planPurchase', { replenishmentId: current.id });
      if (plan === WAITS) return false;
      if (plan === null) return true;
      current.plan = plan;
      if (plan.answer) this.state.answers[current.id] ??= { replenishmentId: current.id, ...plan.answer };
      current.phase = 'purchase';
    }
    while (current.phase !== 'plan' && current.phase !== 'done') {
      const next = await this.#phases[current.phase](current, current.plan);
      if (next === WAITS) return false;
      current.phase = next;
    }
    return true;
  }

  readonly #phases: Readonly<Record<Exclude<ReplenishmentPhase, 'plan' | 'done'>, RunPhase>> = {
    purchase: (current, plan) => this.#purchase(current, plan),
    answer: (current, plan) => this.#untilAnswered(current, plan),
    remind: (current, plan) => this.#remind(current, plan),
    receive: (current) => this.#untilReceived(current),
    close: async (current) => (this.#hasEnded(current) ? 'done' : WAITS),
  };

  async #purchase(current: CurrentState, plan: PurchasePlan): Promise<ReplenishmentPhase | Waits> {
    const of = { replenishmentId: current.id };
    const purchase = await reachSupplier(
      this.#steps,
      current,
      plan,
      { online: { step: 'requestPurchase', argument: of }, mail: { step: 'mailPurchase', argument: of } },
      this.#hasEnded(current),
    );
    if (purchase === WAITS) return WAITS;
    if (purchase === NOT_NEEDED) return 'done';
    if (purchase === 'taken' || purchase === 'mailed') {
      // What went by mail is reminded by mail.
      if (purchase === 'mailed') current.plan = { ...plan, supplierQueue: null };
      planReminder(current, plan);
      return 'answer';
    }
    const unreached = plan.supplied ? 'supplier_unreachable' : 'no_supplier';
    const escalated = await this.#escalate(current, purchase === 'refused' ? 'supplier_refused' : unreached);
    return escalated ? 'close' : WAITS;
  }

  /** Waits for the supplier's answer and plans reminders; after the last one it opens a follow-up. */
  async #untilAnswered(current: CurrentState, plan: PurchasePlan): Promise<ReplenishmentPhase | Waits> {
    if (this.#hasEnded(current)) return 'receive';
    if (this.state.answers[current.id]) {
      const settled = await this.#settle(current, 'supplier_silent');
      return settled ? 'receive' : WAITS;
    }
    if (!current.remindDue) return WAITS;
    if (current.reminders < plan.reminders) return 'remind';
    if (await this.#escalate(current, 'supplier_silent')) {
      current.remindDue = false;
      current.remindAt = null;
    }
    return WAITS;
  }

  async #remind(current: CurrentState, plan: PurchasePlan): Promise<ReplenishmentPhase | Waits> {
    const of = { replenishmentId: current.id };
    const mail = { ...of, number: current.reminders + 1 };
    const isOver = this.#hasEnded(current) || this.state.answers[current.id] !== undefined;
    const reminded = await reachSupplier(
      this.#steps,
      current,
      plan,
      { online: { step: 'remindSupplier', argument: of }, mail: { step: 'mailReminder', argument: mail } },
      isOver,
    );
    if (reminded === WAITS) return WAITS;
    if (reminded === 'refused' && !(await this.#escalate(current, 'reminder_refused'))) return WAITS;
    current.reminders += 1;
    planReminder(current, plan);
    return 'answer';
  }

  /** Waits for the goods; opens a follow-up once they are overdue by the supplier's last answer. */
  async #untilReceived(current: CurrentState): Promise<ReplenishmentPhase | Waits> {
    for (;;) {
      const answer = this.state.answers[current.id];
      if (this.#hasEnded(current) || answer === undefined) return 'close';
      current.awaited ??= answer;
      const reason = current.awaited.quantity === 0 ? 'supplier_refused' : 'goods_overdue';
      if (!isSame(answer, current.awaited)) {
        if (!(await this.#settle(current, reason))) return WAITS;
        Object.assign(current, { awaited: answer, overdue: false, escalated: false });
        continue;
      }
      if ((current.awaited.quantity === 0 || current.overdue) && !current.escalated)
        current.escalated = await this.#escalate(current, reason);
      return WAITS;
    }
  }

  #hasEnded({ id }: CurrentState): boolean {
    return this.state.ended.includes(id);
  }

  /** Opens a follow-up with people. Returns false while that waits. */
  async #escalate({ id }: CurrentState, reason: FollowUpReason): Promise<boolean> {
    return (await this.#steps.runTransaction('escalateReplenishment', { replenishmentId: id, reason })) !== WAITS;
  }

  /** Closes a follow-up. Returns false while that waits. */
  async #settle({ id }: CurrentState, reason: FollowUpReason): Promise<boolean> {
    return (await this.#steps.runTransaction('settleChase', { replenishmentId: id, reason })) !== WAITS;
  }

  #wantedDeadlines(): Deadline[] {
    const { current, waits, cancelled } = this.state;
    if (cancelled) return this.#steps.deadlines();
    return [
      ...this.#steps.deadlines(),
      ...(current?.plan ? contactDeadlines(waits, current, current.plan) : []),
      ...(current?.plan ? supplierDeadlines(current, current.plan) : []),
    ];
  }
}

const isSame = (a: SupplierAnswer, b: SupplierAnswer): boolean =>
  a.quantity === b.quantity && a.expectedOn === b.expectedOn;

function planReminder(current: CurrentState, { remindAfterSeconds }: PurchasePlan): void {
  current.remindDue = false;
  current.remindAt = Date.now() + remindAfterSeconds * 1000;
}
