import type { Wait } from '../runtime/wait';
import type { CurrentState, ReplenishmentPhase } from './state';

/** Says what a replenishment waits for, and what ends that. The Web UI shows it. */
export function replenishmentDetails({ id, phase, awaited }: CurrentState, waits: readonly Wait[]): string {
  const answered = `Ends with its webhook, or POST /v1/replenishments/${id}/answers`;
  const ends = {
    plan: 'its plan. Nothing to do',
    purchase: 'the supplier to take the purchase order. Ends when it answers or the order is mailed; nothing to do',
    answer: `the supplier to say what it sends. ${answered}`,
    remind: `the supplier to say what it sends. ${answered}`,
    receive:
      `${awaited?.quantity ?? 0} units by ${awaited?.expectedOn ?? 'an unknown day'}. ` +
      'Ends when the goods are received (POST /v1/stock/receipts)',
    close:
      'the goods, or for it to be closed. ' +
      `Ends with the receipt (POST /v1/stock/receipts) or POST /v1/replenishments/${id}/closure`,
    done: 'nothing',
  } satisfies Record<ReplenishmentPhase, string>;
  const failing = waits.filter(({ state }) => state === 'failed').map(({ step }) => step);
  const failed = failing.length > 0 ? `. Fails and is tried again by itself: ${failing.join(', ')}` : '';
  return `Waits for ${id}: ${ends[phase]}${failed}`;
}
