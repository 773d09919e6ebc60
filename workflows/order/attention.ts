import { AttentionReason, type WatchdogReason } from '../../src/contracts/statuses';
import { mostUrgentAttention } from '../../src/domain/interventions/most-urgent-attention';
import type { Wait } from '../runtime/wait';
import type { FailingStep, OrderState } from './state';

/** The step that writes the order's attention to the books: no other step waits for it. */
export const MARK = 'markAttention';
/** From how many tries on the watchdog hears of a failing step: by then it has failed for some seconds. */
const TRIES_RECORDED = 2;
/** How many attempts a try of a transaction makes. */
const ATTEMPTS_PER_TRY = 4;

/** Picks the most urgent reason why an order needs a person, by its own account. */
export const ownAttention = (state: OrderState): AttentionReason | null => mostUrgentAttention(reasonsOf(state));

/** Picks the most urgent reason of the order itself and of the watchdog. An ended order has none. */
export function shownAttention(state: OrderState): AttentionReason | WatchdogReason | null {
  const { phase, attention } = state;
  if (phase === 'end') return null;
  const own = attention.inBooks === null ? ownAttention(state) : attention.inBooks.reason;
  return mostUrgentAttention([own, attention.found]);
}

/** Picks the step that failed most often and is tried again by itself. Null when none has failed for some seconds. */
export function failingStep({ waits }: OrderState): FailingStep | null {
  const [worst] = Object.values(waits)
    .filter(({ state, retryAt, tries }) => state === 'failed' && retryAt !== null && tries >= TRIES_RECORDED)
    .filter(({ step }) => step !== MARK)
    .sort((a, b) => b.tries - a.tries);
  if (worst === undefined) return null;
  // Written each time that it has doubled, so that an outage fills no history.
  const tries = 2 ** Math.floor(Math.log2(worst.tries));
  return { step: worst.step, attempts: tries * ATTEMPTS_PER_TRY, failure: worst.failure ?? 'unknown' };
}

function reasonsOf({ phase, fulfillments, backorder, attention, waits }: OrderState): AttentionReason[] {
  return [
    ...Object.values(waits).flatMap(reasonOfWait),
    ...fulfillments.flatMap(({ silent, exception }) => [
      ...(silent ? [AttentionReason.deliveryOverdue] : []),
      ...(exception ? [AttentionReason.carrierException] : []),
    ]),
    ...(phase === 'backorder' && backorder.overdue && !backorder.ask ? [AttentionReason.backorderOverdue] : []),
    ...(attention.attendTask === null ? [] : [AttentionReason.handedToPerson]),
  ];
}

function reasonOfWait({ step, state, late, reason, retryAt }: Wait): AttentionReason[] {
  if (step === MARK) return [];
  if (state === 'failed') return retryAt === null ? [AttentionReason.needsOperator] : [];
  return late && reason !== null && state !== 'answered' ? [reason as AttentionReason] : [];
}
