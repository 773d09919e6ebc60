import { sql } from 'kysely';
import type { Shortage } from '../../contracts/orders/verdict';
import { newId } from '../new-id';
import { insertFollowUps } from '../task-rows';
import type { Tx } from '../transactions';

/** Names a request that started no order: the caller and its Idempotency-Key. */
export const demandOf = (caller: string, key: string): string => `${caller}:${key}`;

/**
 * Records what was asked for in vain, and has people told, once until they have seen to it. A request that is sent
 * again counts once.
 */
export async function recordDemand(tx: Tx, source: string, shortages: readonly Shortage[]): Promise<void> {
  // One statement: a refusal in a workflow holds the locks of its shelves until it is written down.
  await sql`
    with short as (
      select k.id as sku, k."merchantId" as merchant, u.task, u.requested, u.available
      from unnest(${shortages.map((one) => one.skuId)}::text[], ${shortages.map(() => newId('tsk'))}::text[],
        ${shortages.map((one) => one.requested)}::int[], ${shortages.map((one) => one.available)}::int[]) as u (sku, task, requested, available)
      join sku k on k.id = u.sku
    ), follow_up as (${insertFollowUps(sql`(select task, sku, merchant from short)`, 'demand_unmet')})
    insert into stock_demand (source, "skuId", "merchantId", requested, available)
    select ${source}, sku, merchant, requested, available from short on conflict do nothing`.execute(tx);
}
