import { sql } from 'kysely';
import type { Shortage } from '../contracts/verdict';
import { openChases } from './chase';
import type { Tx } from './transactions';

/** Names a request that started no order: the caller and its Idempotency-Key. */
export const demandOf = (caller: string, key: string): string => `${caller}:${key}`;

/** Records what was asked for in vain, and has people told, once until they have seen to it. A request that is sent again counts once. */
export async function recordDemand(tx: Tx, source: string, shortages: readonly Shortage[]): Promise<void> {
  const skus = await tx.selectFrom('sku').select(['id as subject', 'merchantId']).where('id', 'in', shortages.map((short) => short.skuId)).execute();
  await openChases(tx, 'demand_unmet', skus);
  await sql`
    insert into stock_demand (source, "skuId", "merchantId", requested, available)
    select ${source}, k.id, k."merchantId", u.requested, u.available
    from unnest(${shortages.map((short) => short.skuId)}::text[], ${shortages.map((short) => short.requested)}::int[], ${shortages.map((short) => short.available)}::int[])
      as u (sku, requested, available) join sku k on k.id = u.sku
    on conflict do nothing`.execute(tx);
}
