import { sql } from 'kysely';
import type { Tx } from '../../books/transactions';
import { isRefusal, type Refusal } from '../../contracts/errors';
import type { Page } from '../../contracts/page';
import type { ListTasks, TaskLine, TaskResource } from '../../contracts/warehouse/task';
import { decodeCursor, encodeCursor } from '../cursor';

/** Reads a task; undefined when the caller may not see it. */
export async function readTask(tx: Tx, taskId: string): Promise<TaskResource | undefined> {
  const rows = await tx.selectFrom('task').selectAll().where('id', '=', taskId).execute();
  return (await withLines(tx, rows))[0];
}

/** Lists tasks as they should be done: urgent orders first, then the longest waiting. */
export async function listTasks(tx: Tx, query: ListTasks): Promise<Page<TaskResource> | Refusal> {
  const cursor = query.cursor === undefined ? undefined : decodeCursor(query.cursor, 2);
  if (isRefusal(cursor)) return cursor;
  const rank = sql<string>`case urgency when 'urgent' then '0' else '1' end`;
  let wanted = tx.selectFrom('task').selectAll().select(rank.as('rank')).where('status', '=', query.status);
  // The planner finds the index of open tasks by this condition, not by the status: see the migration `flat_lists`.
  if (query.status === 'open' || query.status === 'claimed') wanted = wanted.where('doneAt', 'is', null);
  if (query.kind) wanted = wanted.where('kind', '=', query.kind);
  if (query.warehouseId) wanted = wanted.where('warehouseId', '=', query.warehouseId);
  if (query.orderId) wanted = wanted.where('orderId', '=', query.orderId);
  if (cursor) wanted = wanted.where(sql<boolean>`(${rank}, id) > (${cursor[0]}, ${cursor[1]})`);
  const rows = await wanted
    .orderBy(rank)
    .orderBy('id')
    .limit(query.limit + 1)
    .execute();
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    items: await withLines(tx, page),
    next: rows.length > query.limit && last ? encodeCursor([last.rank, last.id]) : null,
  };
}

type TaskRow = Omit<TaskResource, 'lines' | 'openedAt' | 'doneAt'> & { openedAt: Date; doneAt: Date | null };

async function withLines(tx: Tx, rows: readonly TaskRow[]): Promise<TaskResource[]> {
  const fulfillmentIds = rows.flatMap((row) => row.fulfillmentId ?? []);
  const lines =
    fulfillmentIds.length === 0
      ? []
      : await tx
          .selectFrom('reservation as r')
          .innerJoin('allocation as a', 'a.reservationId', 'r.id')
          .innerJoin('lot as l', 'l.id', 'a.lotId')
          .innerJoin('location as o', 'o.id', 'l.locationId')
          .innerJoin('sku as s', 's.id', 'r.skuId')
          .select([
            'r.fulfillmentId',
            's.id as skuId',
            's.code as skuCode',
            's.title',
            'a.quantity',
            'o.aisle',
            'o.bay',
            'o.level',
            'l.code as lot',
            'l.expiresOn',
            's.fragile',
          ])
          .where('r.fulfillmentId', 'in', fulfillmentIds)
          .orderBy('o.aisle')
          .orderBy('o.bay')
          .orderBy('o.level')
          .orderBy('s.id')
          .execute();
  const linesOf = (fulfillmentId: string | null): TaskLine[] =>
    lines
      .filter((line) => line.fulfillmentId === fulfillmentId)
      .map(({ fulfillmentId: _own, aisle, bay, level, expiresOn, ...line }) => ({
        ...line,
        location: `${aisle}-${bay}-${level}`,
        expiresOn: expiresOn?.toISOString().slice(0, 10) ?? null,
      }));
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    status: row.status,
    orderId: row.orderId,
    fulfillmentId: row.fulfillmentId,
    merchantId: row.merchantId,
    warehouseId: row.warehouseId,
    subject: row.subject,
    reason: row.reason,
    note: row.note,
    assignee: row.assignee,
    outcome: row.outcome,
    urgency: row.urgency,
    gift: row.gift,
    lines: linesOf(row.fulfillmentId),
    claimedBy: row.claimedBy,
    openedAt: row.openedAt.toISOString(),
    doneAt: row.doneAt?.toISOString() ?? null,
  }));
}
