import type { PurchasePlan } from '../../activities/purchasing/replenishments';
import type { ActivityName, Argument } from '../runtime/call-activities';
import type { Deadline } from '../runtime/deadlines';
import { WAITS, type Steps, type Waits } from '../runtime/steps';
import type { Wait } from '../runtime/wait';
import type { ContactState, CurrentState } from './state';

/** The supplier takes no orders online, was unavailable there for too long, and has no mailbox. */
export const UNREACHABLE = 'out_of_reach';
/** Nothing needs the supplier any more; attempts without an answer are settled. */
export const NOT_NEEDED = 'not_needed';

type Step = 'requestPurchase' | 'mailPurchase' | 'remindSupplier' | 'mailReminder';

/** Describes a message to a supplier: its step online, and its step by mail. */
export interface SupplierMessage {
  readonly online: Call<'requestPurchase' | 'remindSupplier'>;
  readonly mail: Call<'mailPurchase' | 'mailReminder'>;
}
interface Call<Name extends ActivityName> {
  readonly step: Name;
  readonly argument: Argument<Name>;
}

/**
 * Gets a message to a supplier online. It goes by mail where the supplier takes none online, or is unavailable there
 * for too long. People get a follow-up when no way is left to try, which closes once the supplier answers. `isOver`
 * ends the attempts: the one under way is awaited, and counts when it succeeds.
 */
export async function reachSupplier(
  steps: Steps,
  current: CurrentState,
  plan: PurchasePlan,
  message: SupplierMessage,
  isOver: boolean,
): Promise<string | Waits> {
  current.contact ??= {
    way: plan.supplierQueue === null ? 'mail' : 'online',
    impatient: false,
    escalated: false,
    outcome: null,
  };
  const { contact } = current;
  while (contact.outcome === null) {
    const outcome = await attempt(steps, current.id, plan, message[contact.way], contact, isOver);
    if (outcome === WAITS) return WAITS;
    contact.outcome = outcome;
  }
  if (contact.escalated) {
    const reason = 'supplier_unreachable';
    if ((await steps.run('settleChase', { replenishmentId: current.id, reason })) === WAITS) return WAITS;
  }
  current.contact = null;
  return contact.outcome;
}

/** Makes an attempt by the present way. Returns its outcome; null when the other way is to be tried. */
async function attempt(
  steps: Steps,
  id: string,
  plan: PurchasePlan,
  { step, argument }: Call<Step>,
  contact: ContactState,
  isOver: boolean,
): Promise<string | null | Waits> {
  const queue = queueOf(plan, contact);
  if (queue === null) return UNREACHABLE;
  const ends = isOver || (contact.impatient && hasOtherWay(plan, contact));
  if (ends) steps.stop(step, argument);
  const wait = steps.waitOf(step, argument);
  if (wait?.state === 'stopping') return WAITS;
  if (ends && wait?.state !== 'answered') {
    if (isOver) return (await steps.run('settleTries', { replenishmentId: id })) === WAITS ? WAITS : NOT_NEEDED;
    contact.way = 'mail';
    contact.impatient = false;
    return null;
  }
  const lane = { taskQueue: queue, fairnessKey: plan.merchantId };
  const answer = await steps.call(step, argument, { lane, reason: UNREACHABLE });
  if (answer === WAITS) {
    if (contact.impatient && !contact.escalated) await escalate(steps, id, contact);
    return WAITS;
  }
  if (answer !== UNREACHABLE || contact.way === 'mail') return answer;
  contact.way = 'mail';
  return null;
}

async function escalate(steps: Steps, replenishmentId: string, contact: ContactState): Promise<void> {
  const escalated = await steps.run('escalateReplenishment', { replenishmentId, reason: 'supplier_unreachable' });
  if (escalated !== WAITS) contact.escalated = true;
}

const queueOf = ({ supplierQueue, mailQueue }: PurchasePlan, { way }: ContactState): string | null =>
  way === 'online' ? supplierQueue : mailQueue;

const hasOtherWay = ({ mailQueue }: PurchasePlan, { way }: ContactState): boolean =>
  way === 'online' && mailQueue !== null;

/** Lists when a supplier has been unavailable for too long. */
export function contactDeadlines(
  waits: Readonly<Record<string, Wait>>,
  plan: PurchasePlan,
  contact: ContactState,
): Deadline[] {
  if (contact.impatient) return [];
  const calling = Object.values(waits).find(({ state }) => state === 'calling');
  if (calling === undefined) return [];
  const passed = () => {
    contact.impatient = true;
  };
  const summary = hasOtherWay(plan, contact) ? 'until the purchase order is mailed' : 'until a follow-up task';
  return [{ key: `patience ${contact.way}`, at: calling.since + plan.patienceSeconds * 1000, summary, passed }];
}
