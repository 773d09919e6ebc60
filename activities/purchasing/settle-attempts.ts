import { listOperations, readOperation } from '../../src/books/operations';
import { SYSTEM } from '../../src/contracts/caller';
import type { OnlineOutcome } from '../../src/domain/purchasing/purchase-mail';
import type { ActivityDeps } from '../deps';
import { providerTimeout } from '../call-provider-once';
import { invariantViolated } from '../failures';
import {
  abandonAttempt,
  AbandonReason,
  isReplenishmentOpen,
  mailedPurchaseOf,
  mailedReminderOf,
  onlinePurchaseOf,
  readPurchaseState,
  recordPurchase,
  type PurchaseState,
} from './purchase-orders';

type Deps = Pick<ActivityDeps, 'transactions' | 'suppliers'>;

/** Names the errors of a supplier that gives no answer, or one that a retry would not change. */
const NO_ANSWER: readonly string[] = ['ProviderUnavailable', 'UnexpectedAnswer'];

/**
 * Settles an online order without an answer by asking the supplier for its key, once. Records what the supplier says;
 * abandons an order that the supplier does not know, or that cannot be found out.
 */
export async function settleOnlineAttempt(
  { transactions, suppliers }: Deps,
  replenishmentId: string,
  reason: AbandonReason,
): Promise<PurchaseState> {
  const name = onlinePurchaseOf(replenishmentId);
  const begun = await transactions.run(SYSTEM, (tx) => readOperation(tx, name));
  if (!begun) throw invariantViolated(`${replenishmentId} was never ordered online`);
  const limit = providerTimeout();
  const findOnline = async () => {
    try {
      return (await suppliers.findPurchaseByKey(begun.providerKey, limit)) ?? 'not_received';
    } catch (error) {
      if (!limit.aborted && !(error instanceof Error && NO_ANSWER.includes(error.name))) throw error;
      return 'unknown';
    }
  };
  const found = await findOnline();
  return transactions.run(SYSTEM, async (tx) => {
    if (typeof found === 'string') await abandonAttempt(tx, name, reason, found satisfies OnlineOutcome);
    else await recordPurchase(tx, replenishmentId, suppliers.code, found);
    return readPurchaseState(tx, replenishmentId);
  });
}

/**
 * Ends the attempts for a replenishment that got no answer: its reminders, and, when it has ended, its purchase order.
 * Asks the supplier about an online order first; a mail server cannot be asked. Call it when no attempt is under way.
 */
export async function settleAttempts(deps: Deps, replenishmentId: string): Promise<void> {
  const { ended, online, unanswered } = await deps.transactions.run(SYSTEM, async (tx) => {
    const reminders = await listOperations(tx, mailedReminderOf(replenishmentId, 1));
    const order = await readOperation(tx, mailedPurchaseOf(replenishmentId));
    const isEnded = !(await isReplenishmentOpen(tx, replenishmentId));
    return {
      ended: isEnded,
      online: (await readPurchaseState(tx, replenishmentId)).online,
      unanswered: [
        ...reminders.map((reminder) => ({ ...mailedReminderOf(replenishmentId, reminder.number), ...reminder })),
        ...(isEnded && order ? [{ ...mailedPurchaseOf(replenishmentId), ...order }] : []),
      ].filter(({ status }) => status === 'started'),
    };
  });
  if (ended && online === 'unknown') await settleOnlineAttempt(deps, replenishmentId, AbandonReason.need);
  await deps.transactions.run(SYSTEM, async (tx) => {
    for (const name of unanswered) await abandonAttempt(tx, name, AbandonReason.need, 'unknown');
  });
}
