import { SYSTEM } from '../../src/contracts/caller';
import type { OnlineOutcome } from '../../src/domain/purchasing/purchase-mail';
import type { ActivityDeps } from '../deps';
import { providerTimeout } from '../call-provider-once';
import {
  abandonAttempt,
  AbandonReason,
  isReplenishmentOpen,
  purchaseKey,
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
  const key = purchaseKey(replenishmentId);
  const limit = providerTimeout();
  const findOnline = async () => {
    try {
      return (await suppliers.findPurchaseByKey(key, limit)) ?? 'not_received';
    } catch (error) {
      if (!limit.aborted && !(error instanceof Error && NO_ANSWER.includes(error.name))) throw error;
      return 'unknown';
    }
  };
  const found = await findOnline();
  return transactions.run(SYSTEM, async (tx) => {
    if (typeof found === 'string') await abandonAttempt(tx, key, reason, found satisfies OnlineOutcome);
    else await recordPurchase(tx, replenishmentId, suppliers.code, found);
    return readPurchaseState(tx, replenishmentId);
  });
}

/**
 * Ends the attempts for a replenishment that got no answer: its reminders, and, when it has ended, its purchase order.
 * Asks the supplier about an online order first; a mail server cannot be asked. Call it when no attempt is under way.
 */
export async function settleAttempts(deps: Deps, replenishmentId: string): Promise<void> {
  const { ended, online, mails } = await deps.transactions.run(SYSTEM, async (tx) => ({
    ended: !(await isReplenishmentOpen(tx, replenishmentId)),
    online: (await readPurchaseState(tx, replenishmentId)).online,
    mails: await tx
      .selectFrom('operation')
      .select('key')
      .where('orderId', '=', replenishmentId)
      .where('kind', '=', 'notify')
      .where('status', '=', 'started')
      .execute(),
  }));
  if (ended && online === 'unknown') await settleOnlineAttempt(deps, replenishmentId, AbandonReason.need);
  const unneeded = mails.filter(({ key }) => ended || key.startsWith(`${replenishmentId}:remind_email:`));
  await deps.transactions.run(SYSTEM, async (tx) => {
    for (const { key } of unneeded) await abandonAttempt(tx, key, AbandonReason.need, 'unknown');
  });
}
