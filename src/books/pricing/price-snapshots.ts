import type { CurrencyCode } from '../../contracts/money';
import type { PromotionDefinition } from '../../contracts/pricing/promotion';
import type { PriceBreakdown } from '../../contracts/pricing/quote';
import { breakdownOf } from '../../domain/pricing/breakdown';
import type { PricedCart } from '../../domain/pricing/priced-cart';
import type { PriceBasis, PublishedRule } from '../../domain/pricing/price-snapshot';
import type { Tx } from '../transactions';
import { writeLineTaxes } from './order-lines';

/** Describes an order's price with what it was made from. */
export interface OrderPrice {
  readonly orderId: string;
  readonly cart: PricedCart;
  readonly currency: CurrencyCode;
  readonly basis: PriceBasis;
  readonly pricedAt: Date;
}

/**
 * Writes an order's price snapshot. It has the explained price, what it was computed from with the versions of its
 * rules, and each discount as a row for the settlement.
 */
export async function writeOrderPrice(
  tx: Tx,
  { orderId, cart, currency, basis, pricedAt }: OrderPrice,
  lineIds: readonly string[],
): Promise<void> {
  await tx
    .insertInto('order_price')
    .values({
      orderId,
      number: 1,
      breakdown: JSON.stringify(breakdownOf(cart, currency)),
      basis: JSON.stringify(basis),
      pricedAt,
    })
    .execute();
  const rows = discountRows(orderId, cart, lineIds);
  if (rows.length > 0) await tx.insertInto('order_discount').values(rows).execute();
}

interface DiscountRow {
  readonly orderId: string;
  readonly orderLineId: string;
  readonly promotionId: string;
  readonly version: number;
  readonly target: string;
  readonly merchantId: string;
  readonly amount: number;
  readonly platformAmount: number;
}

const discountRows = (orderId: string, { applied, lines }: PricedCart, lineIds: readonly string[]): DiscountRow[] =>
  applied.flatMap(({ promotionId, version, discounts }) =>
    discounts.map(({ line, on, amount, platformAmount }) => ({
      orderId,
      orderLineId: lineIds[line] ?? '',
      promotionId,
      version,
      target: on,
      merchantId: lines[line]?.merchantId ?? '',
      amount,
      platformAmount,
    })),
  );

/** Reads an order's latest explained price; undefined for orders older than price snapshots. */
export async function readBreakdown(tx: Tx, orderId: string): Promise<PriceBreakdown | undefined> {
  const row = await tx
    .selectFrom('order_price')
    .select('breakdown')
    .where('orderId', '=', orderId)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.breakdown as PriceBreakdown | undefined;
}

/** Describes what an order was priced from, and its total. */
export interface PriceSnapshot {
  readonly currency: CurrencyCode;
  readonly country: string;
  readonly total: number;
  readonly number: number;
  readonly basis: PriceBasis;
  readonly published: readonly PublishedRule[];
  readonly lines: readonly { readonly id: string; readonly skuId: string; readonly quantity: number }[];
}

/** Reads an order's price snapshot; the caller has locked the order. Undefined for orders older than snapshots. */
export async function readPriceSnapshot(tx: Tx, orderId: string): Promise<PriceSnapshot | undefined> {
  const price = await tx
    .selectFrom('order_price as p')
    .innerJoin('orders as o', 'o.id', 'p.orderId')
    .select(['p.number', 'p.basis', 'o.currency', 'o.country', 'o.goodsAmount', 'o.shippingAmount'])
    .where('p.orderId', '=', orderId)
    .orderBy('p.number', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!price) return undefined;
  const basis = price.basis as PriceBasis;
  const ids = (basis.rules ?? []).map(({ id }) => id);
  const published =
    ids.length === 0
      ? []
      : await tx
          .selectFrom('promotion_version as v')
          .innerJoin('promotion as p', 'p.id', 'v.promotionId')
          .select(['p.id', 'p.merchantId', 'v.version', 'v.definition'])
          .where('v.promotionId', 'in', ids)
          .execute();
  const lines = await tx
    .selectFrom('order_line')
    .select(['id', 'skuId', 'quantity'])
    .where('orderId', '=', orderId)
    .orderBy('number')
    .execute();
  return {
    currency: price.currency as CurrencyCode,
    country: price.country,
    total: price.goodsAmount + price.shippingAmount,
    number: price.number,
    basis,
    lines,
    published: published.map((rule) => ({ ...rule, definition: rule.definition as PromotionDefinition })),
  };
}

/**
 * Says whether a price divides the paid amount as the order's lines and discounts do. Captures and refunds go by those.
 */
export async function dividesIntoSameShares(
  tx: Tx,
  orderId: string,
  cart: PricedCart,
  lineIds: readonly string[],
): Promise<boolean> {
  const lines = await tx
    .selectFrom('order_line')
    .selectAll()
    .where('orderId', '=', orderId)
    .orderBy('number')
    .execute();
  const discounts = await tx.selectFrom('order_discount').selectAll().where('orderId', '=', orderId).execute();
  const texts = (rows: readonly DiscountRow[]): string =>
    JSON.stringify(
      rows
        .map((row) =>
          [
            row.orderLineId,
            row.promotionId,
            row.version,
            row.target,
            row.merchantId,
            row.amount,
            row.platformAmount,
          ].join(' '),
        )
        .sort(),
    );
  return (
    texts(discounts) === texts(discountRows(orderId, cart, lineIds)) &&
    lines.length === cart.lines.length &&
    cart.lines.every((line, i) => {
      const kept = lines[i];
      return (
        kept?.unitAmount === line.unitAmount &&
        kept.discountAmount === line.discountAmount &&
        kept.shippingAmount === line.shippingAmount &&
        kept.shippingDiscountAmount === line.shippingDiscountAmount &&
        kept.platformAmount === line.platformAmount
      );
    })
  );
}

/** Keeps a further explanation of an order's price, and the tax that it finds in each line. The total must be equal. */
export async function rewriteOrderPrice(
  tx: Tx,
  { orderId, cart, currency, basis, pricedAt }: OrderPrice,
  { number, lines }: Pick<PriceSnapshot, 'number' | 'lines'>,
): Promise<void> {
  await tx
    .insertInto('order_price')
    .values({
      orderId,
      number: number + 1,
      breakdown: JSON.stringify(breakdownOf(cart, currency)),
      basis: JSON.stringify(basis),
      pricedAt,
    })
    .execute();
  await writeLineTaxes(tx, lines, cart.lines);
}
