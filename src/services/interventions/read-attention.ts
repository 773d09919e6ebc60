import { sql } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import type { Tx } from '../../books/transactions';
import { isRefusal, type Refusal } from '../../contracts/errors';
import type { AttentionDetail, AttentionResource, ListAttention } from '../../contracts/interventions/interventions';
import type { Page } from '../../contracts/page';
import { AttentionReason, HANDED_OVER_STATUSES, OrderStatus } from '../../contracts/statuses';
import {
  ORDER_WAITS,
  FULFILLMENT_WAITS,
  PROVIDER_REASONS,
  availableActions,
} from '../../domain/interventions/available-actions';
import { decodeCursor, encodeCursor } from '../cursor';

/** Under each of these reasons a step of the order waits and may be tried again. */
const STEP_WAITS: readonly (string | null)[] = [...PROVIDER_REASONS, AttentionReason.needsOperator];

/** Lists the orders that need a person with the reason, the longest waiting first. Reads the database only. */
export async function listAttention(tx: Tx, query: ListAttention): Promise<Page<AttentionResource> | Refusal> {
  const cursor = query.cursor === undefined ? undefined : decodeCursor(query.cursor, 2);
  if (isRefusal(cursor)) return cursor;
  let wanted = tx
    .selectFrom('orders as o')
    .select([
      'o.id',
      'o.attention',
      'o.attentionSince',
      'o.attentionOwn',
      'o.attentionFound',
      'o.attentionDetail',
      'o.status',
      'o.stage',
      'o.stageSince',
    ])
    .select((eb) => [
      jsonArrayFrom(
        eb
          .selectFrom('fulfillment as f')
          .select(['f.id', 'f.status'])
          .whereRef('f.orderId', '=', 'o.id')
          .orderBy('f.number'),
      ).as('fulfillments'),
      eb
        .selectFrom('task as t')
        .select('t.id')
        .whereRef('t.orderId', '=', 'o.id')
        .where('t.kind', '=', 'attend')
        .where('t.status', 'in', ['open', 'claimed'])
        .limit(1)
        .as('taskId'),
    ])
    .where('o.attention', 'is not', null);
  if (query.reason) wanted = wanted.where('o.attention', '=', query.reason);
  if (cursor)
    wanted = wanted.where(sql<boolean>`(o."attentionSince", o.id) > (${cursor[0]}::timestamptz, ${cursor[1]})`);
  const rows = await wanted
    .orderBy('o.attentionSince')
    .orderBy('o.id')
    .limit(query.limit + 1)
    .execute();
  const page = rows.slice(0, query.limit).map((row): AttentionResource => ({
    orderId: row.id,
    reason: row.attention as AttentionReason,
    since: (row.attentionSince ?? row.stageSince).toISOString(),
    status: row.status,
    stage: row.stage,
    stageSince: row.stageSince.toISOString(),
    waitsFor:
      ORDER_WAITS[row.status] === undefined
        ? row.fulfillments.flatMap(({ id, status }) =>
            FULFILLMENT_WAITS[status] === undefined ? [] : [`${id}: ${FULFILLMENT_WAITS[status]}`],
          )
        : [ORDER_WAITS[row.status] as string],
    detail: row.attentionDetail as AttentionDetail | null,
    taskId: row.taskId,
    // A workflow whose tasks fail, or that is gone, answers nobody: it has to be repaired first.
    verbs:
      row.attentionFound === AttentionReason.workflowFailing
        ? []
        : availableActions({
            closed: false,
            cancelling: row.status === OrderStatus.cancelling,
            stepWaits: STEP_WAITS.includes(row.attentionOwn) || STEP_WAITS.includes(row.attentionFound),
            labelAwaited: row.fulfillments.some(({ status }) => status === 'packed'),
            handedOver: row.fulfillments.some(({ status }) => HANDED_OVER_STATUSES.includes(status)),
            attended: row.taskId !== null,
          }),
  }));
  const last = page.at(-1);
  return { items: page, next: rows.length > query.limit && last ? encodeCursor([last.since, last.orderId]) : null };
}
