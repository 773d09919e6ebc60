import { sql } from 'kysely';
import type { Shortage } from '../../contracts/orders/verdict';
import { daysBefore } from '../../domain/dates';
import { deleteOldest } from '../delete-oldest';
import { newId } from '../new-id';
import { insertFollowUps } from '../task-rows';
import type { Tx } from '../transactions';

/** How far back unmet demand counts. */
export const DEMAND_DAYS = 30;

/** Names a request that started no order: the caller and its Idempotency-Key. */
export const demandSourceOf = (caller: string, key: string): string => `${caller}:${key}`;

/**
 * Records demand that the stock could not meet, and opens one follow-up per SKU until a person closes it. A request
 * that is sent again counts once.
 */
export async function recordDemand(tx: Tx, source: string, shortages: readonly Shortage[]): Promise<void> {
  // One statement: a refused order holds the locks of its shelves until its demand is recorded.
  await sql`
    with short as (
      select k.id as sku, k."merchantId" as merchant, u.task, u.requested, u.available
      from unnest(
        ${shortages.map(({ skuId }) => skuId)}::text[], ${shortages.map(() => newId('tsk'))}::text[],
        ${shortages.map(({ requested }) => requested)}::int[], ${shortages.map(({ available }) => available)}::int[]
      ) as u (sku, task, requested, available)
      join sku k on k.id = u.sku
    ), follow_up as (${insertFollowUps(sql`(select task, sku, merchant from short)`, 'demand_unmet')})
    insert into stock_demand (source, "skuId", "merchantId", requested, available)
    select ${source}, sku, merchant, requested, available from short on conflict do nothing`.execute(tx);
}

/** Deletes demand that counts no more, `limit` rows at most, and returns how many. */
export const forgetOldDemand = (tx: Tx, now: Date, limit: number): Promise<number> =>
  deleteOldest(tx, { table: 'stock_demand', at: 'at', until: daysBefore(now, DEMAND_DAYS), limit });
