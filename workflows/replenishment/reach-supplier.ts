import type { PurchasePlan } from '../../activities/purchasing/replenishments';
import type { ActivityName, Argument } from '../runtime/call-activities';
import type { Deadline } from '../runtime/timers';
import { WAITS, type Steps, type Waits } from '../runtime/steps';
import type { Wait } from '../runtime/wait';
import type { ContactState, CurrentState } from './state';

/** The supplier takes no orders online, was unavailable there for too long, and has no mailbox. */
const UNREACHABLE = 'out_of_reach';
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
    channel: plan.supplierQueue === null ? 'mail' : 'online',
    timedOut: false,
    escalation: 'none',
    outcome: null,
  };
  const { contact } = current;
  while (contact.outcome === null) {
    const outcome = await attempt(steps, current.id, plan, message[contact.channel], contact, isOver);
    if (outcome === WAITS) return WAITS;
    contact.outcome = outcome;
  }
  if (contact.escalation !== 'none') {
    steps.stop('escalateReplenishment', unreachable(current.id));
    if ((await steps.runTransaction('settleChase', unreachable(current.id))) === WAITS) return WAITS;
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
  const ends = isOver || (contact.timedOut && hasOtherWay(plan, contact));
  if (ends) steps.stop(step, argument);
  const wait = steps.waitOf(step, argument);
  if (wait?.state === 'stopping') return WAITS;
  if (ends && wait?.state !== 'answered') {
    if (isOver)
      return (await steps.runTransaction('settleTries', { replenishmentId: id })) === WAITS ? WAITS : NOT_NEEDED;
    contact.channel = 'mail';
    contact.timedOut = false;
    return null;
  }
  const lane = { taskQueue: queue, fairnessKey: plan.merchantId };
  const answer = await steps.callProvider(step, argument, { target: lane, reason: UNREACHABLE });
  if (answer === WAITS) {
    if (contact.timedOut && contact.escalation !== 'done') await escalate(steps, id, contact);
    return WAITS;
  }
  if (answer !== UNREACHABLE || contact.channel === 'mail') return answer;
  contact.channel = 'mail';
  return null;
}

/** Opens a follow-up with people. One whose attempt failed may be open all the same, and is closed like any other. */
async function escalate(steps: Steps, replenishmentId: string, contact: ContactState): Promise<void> {
  contact.escalation = 'begun';
  const escalated = await steps.runTransaction('escalateReplenishment', unreachable(replenishmentId));
  if (escalated !== WAITS) contact.escalation = 'done';
}

const unreachable = (replenishmentId: string) => ({ replenishmentId, reason: 'supplier_unreachable' }) as const;

const queueOf = ({ supplierQueue, mailQueue }: PurchasePlan, { channel: way }: ContactState): string | null =>
  way === 'online' ? supplierQueue : mailQueue;

const hasOtherWay = ({ mailQueue }: PurchasePlan, { channel: way }: ContactState): boolean =>
  way === 'online' && mailQueue !== null;

/** Lists when a supplier has been unavailable for too long. */
export function contactDeadlines(
  waits: Readonly<Record<string, Wait>>,
  current: CurrentState,
  plan: PurchasePlan,
): Deadline[] {
  const { contact } = current;
  if (contact === null || contact.timedOut) return [];
  const calling = Object.values(waits).find(({ state }) => state === 'calling');
  if (calling === undefined) return [];
  const passed = () => {
    contact.timedOut = true;
  };
  const summary = hasOtherWay(plan, contact) ? 'until the purchase order is mailed' : 'until a follow-up task';
  return [
    {
      key: `patience ${contact.channel} ${current.reminders} ${current.id}`,
      at: calling.since + plan.patienceSeconds * 1000,
      summary,
      onPassed: passed,
    },
  ];
}
