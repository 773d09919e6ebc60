import { sql } from 'kysely';
import type { AppliedRule, PricedCart, Promotion } from '../../domain/pricing/priced-cart';
import type { Tx } from '../transactions';

/** Describes a use that is counted: of a coupon, or of a rule with limits. */
export interface CountedUse {
  readonly promotionId: string;
  readonly version: number;
  readonly amount: number;
}

/** Lists the uses of a price that are counted, in the one order in which transactions lock their counters. */
export function countedUses({ applied }: PricedCart, promotions: readonly Promotion[]): CountedUse[] {
  const counted = new Set(
    promotions
      .filter(({ definition: { coupon, limits } }) => coupon !== undefined || Object.keys(limits ?? {}).length > 0)
      .map(({ id }) => id),
  );
  return applied
    .filter(({ promotionId }) => counted.has(promotionId))
    .map(({ promotionId, version, amount }: AppliedRule) => ({ promotionId, version, amount }))
    .sort((a, b) => (a.promotionId < b.promotionId ? -1 : 1));
}

/**
 * Reserves an order's uses, each by one conditional statement per counter, so that two orders never take the last use.
 * Returns the first rule that is used up (or paused) by now; then nothing is counted.
 */
export async function reserveUses(
  tx: Tx,
  customerId: string,
  uses: readonly CountedUse[],
): Promise<string | undefined> {
  const held: CountedUse[] = [];
  for (const use of uses) {
    if (await reserveUse(tx, customerId, use)) {
      held.push(use);
      continue;
    }
    for (const taken of held.reverse()) await freeUse(tx, { ...taken, customerId });
    return use.promotionId;
  }
  return undefined;
}

async function reserveUse(tx: Tx, customerId: string, { promotionId, amount }: CountedUse): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update promotion_counter c set used = c.used + 1, spent = c.spent + ${amount}::bigint from promotion p
    where c."promotionId" = ${promotionId} and p.id = c."promotionId" and p.status = 'live'
      and c.used < coalesce(p."totalLimit", 2147483647)
      and c.spent + ${amount}::bigint <= coalesce(p.budget, 9223372036854775807)`.execute(tx);
  if (numAffectedRows !== 1n) return false;
  const { numAffectedRows: ofCustomer } = await sql`
    insert into promotion_customer as u ("promotionId", "customerId", used) values (${promotionId}, ${customerId}, 1)
    on conflict ("promotionId", "customerId") do update set used = u.used + 1
    where u.used < (
      select coalesce(p."perCustomerLimit", 2147483647) from promotion p where p.id = u."promotionId"
    )`.execute(tx);
  if (ofCustomer === 1n) return true;
  await sql`
    update promotion_counter set used = used - 1, spent = spent - ${amount}::bigint
    where "promotionId" = ${promotionId}`.execute(tx);
  return false;
}

/** Writes the reserved uses of an order. The order must exist. */
export async function writeUses(
  tx: Tx,
  orderId: string,
  customerId: string,
  uses: readonly CountedUse[],
): Promise<void> {
  if (uses.length === 0) return;
  await tx
    .insertInto('promotion_use')
    .values(uses.map((use) => ({ ...use, orderId, customerId, status: 'held' as const })))
    .execute();
}

/** Frees the uses of an order that was rejected or cancelled. Freeing twice changes nothing. */
export async function freeUses(tx: Tx, orderId: string): Promise<void> {
  const uses = await tx
    .updateTable('promotion_use')
    .set({ status: 'given_back' })
    .where('orderId', '=', orderId)
    .where('status', '=', 'held')
    .returning(['promotionId', 'customerId', 'amount'])
    .execute();
  for (const use of uses.sort((a, b) => (a.promotionId < b.promotionId ? -1 : 1))) await freeUse(tx, use);
}

async function freeUse(
  tx: Tx,
  { promotionId, customerId, amount }: { promotionId: string; customerId: string; amount: number },
): Promise<void> {
  await sql`
    update promotion_counter set used = used - 1, spent = spent - ${amount}::bigint
    where "promotionId" = ${promotionId}`.execute(tx);
  await sql`
    update promotion_customer set used = used - 1
    where "promotionId" = ${promotionId} and "customerId" = ${customerId}`.execute(tx);
}
