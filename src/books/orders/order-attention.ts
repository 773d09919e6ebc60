import type { AttentionDetail } from '../../contracts/interventions/interventions';
import type { AttentionReason, WatchdogReason } from '../../contracts/statuses';
import { mostUrgentAttention } from '../../domain/interventions/most-urgent-attention';
import { appendEvents } from '../timeline';
import type { Tx } from '../transactions';

/**
 * Raises or clears (null) the attention that an order's own workflow asks for. Returns false when nothing changes, or
 * the order has ended.
 */
export const setOwnAttention = (tx: Tx, orderId: string, own: AttentionReason | null): Promise<boolean> =>
  mark(tx, orderId, { own });

/**
 * Raises or clears (null) the attention that the watchdog asks for, with its details. Returns whether the reason
 * changed: of two watchdogs that find the same, only one gets true.
 */
export const setFoundAttention = (
  tx: Tx,
  orderId: string,
  found: WatchdogReason | null,
  detail: AttentionDetail | null,
): Promise<boolean> => mark(tx, orderId, { found, detail });

interface Change {
  readonly own?: AttentionReason | null;
  readonly found?: WatchdogReason | null;
  readonly detail?: AttentionDetail | null;
}

async function mark(tx: Tx, orderId: string, change: Change): Promise<boolean> {
  const row = await tx
    .selectFrom('orders')
    .select(['attention', 'attentionOwn', 'attentionFound', 'attentionDetail', 'closedAt'])
    .where('id', '=', orderId)
    .forUpdate()
    .executeTakeFirst();
  if (row?.closedAt !== null) return false;
  const before = {
    own: row.attentionOwn as AttentionReason | null,
    found: row.attentionFound as WatchdogReason | null,
  };
  const now = {
    own: change.own === undefined ? before.own : change.own,
    found: change.found === undefined ? before.found : change.found,
  };
  const changed = now.own !== before.own || now.found !== before.found;
  if (!changed && (change.detail === undefined || sameDetail(row.attentionDetail, change.detail))) return false;
  const shown = mostUrgentAttention([now.own, now.found]);
  const shownChanged = shown !== row.attention;
  await tx
    .updateTable('orders')
    .set({
      attention: shown,
      attentionOwn: now.own,
      attentionFound: now.found,
      ...detailColumn(shown, change.detail),
      ...(shownChanged ? { attentionSince: shown && new Date(), updatedAt: new Date() } : {}),
    })
    .where('id', '=', orderId)
    .execute();
  if (shownChanged)
    await appendEvents(tx, orderId, [
      shown ? { type: 'attention.raised', data: { reason: shown } } : { type: 'attention.cleared' },
    ]);
  return changed;
}

/** Clears the details with the attention, and leaves them where the change has none. */
function detailColumn(shown: AttentionReason | WatchdogReason | null, detail: AttentionDetail | null | undefined) {
  if (shown === null) return { attentionDetail: null };
  if (detail === undefined) return {};
  return { attentionDetail: detail && JSON.stringify(detail) };
}

function sameDetail(before: unknown, now: AttentionDetail | null): boolean {
  if (now === null || before === null) return now === before;
  return Object.entries(now).every(([name, value]) => (before as Record<string, unknown>)[name] === value);
}
