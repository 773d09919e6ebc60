import type { AttentionDetail } from '../../contracts/interventions/interventions';
import type { AttentionReason, FoundReason } from '../../contracts/statuses';
import { mostUrgentAttention } from '../../domain/interventions/most-urgent-attention';
import { appendEvents } from '../timeline';
import type { Tx } from '../transactions';

/**
 * Raises or clears (null) what an order's own workflow says of it. Answers false when it stood so already, or has
 * ended.
 */
export const setOwnAttention = (tx: Tx, orderId: string, own: AttentionReason | null): Promise<boolean> =>
  mark(tx, orderId, { own });

/**
 * Raises or clears (null) what the watchdog found of an order, with what it saw. Answers whether the reason is another
 * one than before: of two watchdogs that find the same, one is told so.
 */
export const setFoundAttention = (
  tx: Tx,
  orderId: string,
  found: FoundReason | null,
  detail: AttentionDetail | null,
): Promise<boolean> => mark(tx, orderId, { found, detail });

interface Change {
  readonly own?: AttentionReason | null;
  readonly found?: FoundReason | null;
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
  const before = { own: row.attentionOwn as AttentionReason | null, found: row.attentionFound as FoundReason | null };
  const now = {
    own: change.own === undefined ? before.own : change.own,
    found: change.found === undefined ? before.found : change.found,
  };
  const changed = now.own !== before.own || now.found !== before.found;
  if (!changed && (change.detail === undefined || sameDetail(row.attentionDetail, change.detail))) return false;
  const shown = mostUrgentAttention([now.own, now.found]);
  const turned = shown !== row.attention;
  await tx
    .updateTable('orders')
    .set({
      attention: shown,
      attentionOwn: now.own,
      attentionFound: now.found,
      ...(shown === null
        ? { attentionDetail: null }
        : change.detail === undefined
          ? {}
          : { attentionDetail: change.detail && JSON.stringify(change.detail) }),
      ...(turned ? { attentionSince: shown && new Date(), updatedAt: new Date() } : {}),
    })
    .where('id', '=', orderId)
    .execute();
  if (turned)
    await appendEvents(tx, orderId, [
      shown ? { type: 'attention.raised', data: { reason: shown } } : { type: 'attention.cleared' },
    ]);
  return changed;
}

function sameDetail(before: unknown, now: AttentionDetail | null): boolean {
  if (now === null || before === null) return now === before;
  return Object.entries(now).every(([name, value]) => (before as Record<string, unknown>)[name] === value);
}
