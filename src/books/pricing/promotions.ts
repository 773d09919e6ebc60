import { sql } from 'kysely';
import type { PromotionDefinition } from '../../contracts/pricing/promotion';
import type { Promotion } from '../../domain/pricing/priced-cart';
import type { Tx } from '../transactions';

/** Selects promotions by merchants, coupons, customer and time. */
export interface PromotionSelection {
  readonly merchantIds: readonly string[];
  readonly couponCodes: readonly string[];
  readonly customerId: string | null;
  /** The mall's wall time: rules that have ended are left out, but coupons that were given are read. */
  readonly wallTime: string;
}

/**
 * Reads the rules that may price a cart. Each comes with the version in force, its current limits, and how often it was
 * used.
 */
export async function readPromotions(
  tx: Tx,
  { merchantIds, couponCodes, customerId, wallTime }: PromotionSelection,
): Promise<Promotion[]> {
  const rows = await tx
    .selectFrom('promotion as p')
    .innerJoin('promotion_version as v', (join) =>
      join.onRef('v.promotionId', '=', 'p.id').onRef('v.version', '=', 'p.version'),
    )
    .leftJoin('promotion_counter as c', 'c.promotionId', 'p.id')
    .leftJoin('promotion_customer as u', (join) =>
      join.onRef('u.promotionId', '=', 'p.id').on('u.customerId', '=', customerId ?? ''),
    )
    .select([
      'p.id',
      'p.merchantId',
      'p.version',
      'p.status',
      'p.totalLimit',
      'p.perCustomerLimit',
      'p.budget',
      'v.definition',
      'c.used',
      'c.spent',
      'u.used as byCustomer',
    ])
    .where((eb) =>
      eb.or([
        eb.and([
          eb('p.status', '=', 'live'),
          eb('p.code', 'is', null),
          eb.or([eb('p.merchantId', 'is', null), eb('p.merchantId', '=', sql<string>`any(${merchantIds}::text[])`)]),
          eb.or([eb('p.validUntil', 'is', null), eb('p.validUntil', '>', wallTime)]),
        ]),
        eb('p.code', '=', sql<string>`any(${couponCodes}::text[])`),
      ]),
    )
    .execute();
  return rows.map(
    ({
      id,
      merchantId,
      version,
      status,
      definition,
      totalLimit,
      perCustomerLimit,
      budget,
      used,
      spent,
      byCustomer,
    }) => ({
      id,
      merchantId,
      version,
      paused: status === 'paused',
      definition: {
        ...(definition as PromotionDefinition),
        limits: {
          ...(totalLimit === null ? {} : { total: totalLimit }),
          ...(perCustomerLimit === null ? {} : { perCustomer: perCustomerLimit }),
          ...(budget === null ? {} : { budget }),
        },
      },
      used: { total: used ?? 0, byCustomer: byCustomer ?? 0, spent: spent ?? 0 },
    }),
  );
}

/** Says whether a customer has an order that was not rejected or cancelled. */
export async function hasOrdered(tx: Tx, customerId: string): Promise<boolean> {
  const order = await tx
    .selectFrom('orders')
    .select('id')
    .where('customerId', '=', customerId)
    .where('status', 'not in', ['rejected', 'cancelled'])
    .limit(1)
    .executeTakeFirst();
  return order !== undefined;
}
