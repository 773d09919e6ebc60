import { readOrderRow } from '../../books/orders/order-query';
import { personalContext, type PersonalFields } from '../../books/orders/orders';
import type { Tx } from '../../books/transactions';
import type { Vault } from '../../books/vault';
import { FINDING_TEXTS, type AddressFinding } from '../../contracts/addresses/address-findings';
import type { Caller } from '../../contracts/caller';
import { isRefusal, type Refusal } from '../../contracts/errors';
import type { CurrencyCode, Money } from '../../contracts/money';
import type { ListOrders, NextAction, OrderResource, OrderSummary } from '../../contracts/orders/order';
import type { Page } from '../../contracts/page';
import { CLOSED_ORDER_STATUSES, Stage, type AttentionReason, type OrderStatus } from '../../contracts/statuses';
import { sumOf } from '../../domain/money';
import { decodeCursor, encodeCursor } from '../cursor';

/**
 * Reads an order as the transaction's caller may see it. A merchant sees its own lines and fulfillments, and sums of
 * those. With a vault, the recipient is opened too. Undefined when there is no such order for the caller.
 */
export async function readOrder(tx: Tx, orderId: string, vault?: Vault): Promise<OrderResource | undefined> {
  const row = await readOrderRow(tx, orderId, vault !== undefined);
  if (!row) return undefined;

  const money = (amount: number): Money => ({ amount, currency: row.currency as CurrencyCode });
  const goods = sumOf(row.lines, (line) => line.unitAmount * line.quantity - line.discountAmount);
  const shipping = sumOf(row.lines, (line) => line.shippingAmount);
  const payments = row.payments.map((payment) => ({ ...payment, nextAction: payment.nextAction as NextAction | null }));
  const personal = vault && openPersonal(vault, row);
  return {
    id: row.id,
    reference: row.reference,
    status: row.status,
    stage: row.stage,
    urgency: row.urgency,
    gift: row.gift,
    requestedDate: row.requestedDate?.toISOString().slice(0, 10) ?? null,
    attention: row.attention as AttentionReason | null,
    goods: money(goods),
    shipping: money(shipping),
    total: money(goods + shipping),
    discount: money(sumOf(row.lines, (line) => line.discountAmount + line.shippingDiscountAmount)),
    lines: row.lines.map(
      ({ unitAmount, discountAmount, shippingAmount: _share, shippingDiscountAmount: _less, ...line }) => ({
        ...line,
        unitPrice: money(unitAmount),
        discount: money(discountAmount),
        total: money(unitAmount * line.quantity - discountAmount),
      }),
    ),
    payments: payments.map((payment) => ({
      ...payment,
      amount: money(payment.amount),
      authorized: money(payment.authorized),
      captured: money(payment.captured),
      voided: money(payment.voided),
      refunded: money(payment.refunded),
    })),
    nextAction: payments.find((payment) => payment.status === 'action_required')?.nextAction ?? null,
    addressFix:
      row.status === 'awaiting_address' && row.payUntil
        ? { until: row.payUntil.toISOString(), findings: findingsOf(row.addressFindings, personal) }
        : null,
    payUntil: row.status === 'awaiting_payment' ? (row.payUntil?.toISOString() ?? null) : null,
    backorder:
      row.agreedOn === null
        ? null
        : {
            agreedOn: row.agreedOn.toISOString().slice(0, 10),
            // PostgreSQL's JSON writes a date as an ISO date.
            lines: row.backorders.map(({ status, filled, ...line }) => ({
              ...line,
              waiting: status === 'waiting' ? line.quantity - filled : 0,
            })),
          },
    fulfillments: row.fulfillments.map(({ amount, ...fulfillment }) => {
      const shipment = row.shipments.find(({ fulfillmentId }) => fulfillmentId === fulfillment.id);
      return {
        ...fulfillment,
        total: money(amount),
        lines: row.parts
          .filter(({ fulfillmentId }) => fulfillmentId === fulfillment.id)
          .map(({ lineId, skuId, quantity }) => ({ lineId, skuId, quantity })),
        shipment: shipment
          ? {
              id: shipment.id,
              carrierCode: shipment.carrierCode,
              trackingNumber: shipment.trackingNumber,
              status: shipment.status,
              // PostgreSQL's JSON writes a date as an ISO date.
              estimatedDelivery: shipment.estimatedDelivery,
            }
          : null,
      };
    }),
    recipient: personal?.recipient ?? null,
    giftMessage: personal?.giftMessage ?? null,
    fapiao: personal?.fapiao ?? null,
    placedAt: row.placedAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    closedAt: row.closedAt?.toISOString() ?? null,
  };
}

/** Lists what is wrong with an address: in full to callers who may see it, else as fields and codes. */
function findingsOf(stored: unknown, personal: PersonalFields | undefined): AddressFinding[] {
  const codes = (stored ?? []) as Pick<AddressFinding, 'pointer' | 'code'>[];
  const findings =
    personal?.findings ?? codes.map(({ pointer, code }) => ({ pointer, code, detail: FINDING_TEXTS[code].en }));
  return findings.map((finding) => ({ ...finding, pointer: `/recipient${finding.pointer}` }));
}

function openPersonal(
  vault: Vault,
  {
    id,
    keyId,
    wrappedKey,
    personal,
  }: { id: string; keyId: string | null; wrappedKey: Buffer | null; personal: Buffer },
): PersonalFields | undefined {
  if (keyId === null || wrappedKey === null) return undefined;
  return JSON.parse(vault.open({ keyId, wrappedKey }, personalContext(id), personal)) as PersonalFields;
}

const CLOSED: readonly OrderStatus[] = CLOSED_ORDER_STATUSES;
const asksForOpen = ({ status, stage }: ListOrders): boolean =>
  (status !== undefined && !CLOSED.includes(status)) || (stage !== undefined && stage !== Stage.closed);

/** Adds up, per order, the lines that a merchant may see. */
async function totalsOfOwn(tx: Tx, orderIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const lines = await tx
    .selectFrom('order_line')
    .select(['orderId', 'unitAmount', 'quantity', 'discountAmount', 'shippingAmount'])
    .where('orderId', 'in', orderIds)
    .execute();
  const totals = new Map<string, number>();
  for (const line of lines)
    totals.set(
      line.orderId,
      (totals.get(line.orderId) ?? 0) + line.unitAmount * line.quantity - line.discountAmount + line.shippingAmount,
    );
  return totals;
}

/** Lists the orders that the caller may see, newest first; to a merchant with totals of its own lines. */
export async function listOrders(tx: Tx, caller: Caller, query: ListOrders): Promise<Page<OrderSummary> | Refusal> {
  const cursor = query.cursor === undefined ? undefined : decodeCursor(query.cursor, 1);
  if (isRefusal(cursor)) return cursor;
  let wanted = tx
    .selectFrom('orders')
    .select([
      'id',
      'reference',
      'status',
      'stage',
      'attention',
      'currency',
      'goodsAmount',
      'shippingAmount',
      'placedAt',
    ]);
  // Row-level security says both too, but no index is found by its conditions, nor by a status: see the migration
  // `flat_lists`.
  if (caller.role === 'storefront') wanted = wanted.where('storefrontId', '=', caller.subject);
  if (caller.role === 'merchant')
    wanted = wanted.where(
      'id',
      'in',
      tx.selectFrom('order_line').select('orderId').where('merchantId', '=', caller.subject),
    );
  if (asksForOpen(query)) wanted = wanted.where('closedAt', 'is', null);
  if (query.status) wanted = wanted.where('status', '=', query.status);
  if (query.stage) wanted = wanted.where('stage', '=', query.stage);
  if (query.attention === 'any') wanted = wanted.where('attention', 'is not', null);
  else if (query.attention) wanted = wanted.where('attention', '=', query.attention);
  if (query.reference) wanted = wanted.where('reference', '=', query.reference);
  if (query.placedFrom) wanted = wanted.where('placedAt', '>=', new Date(query.placedFrom));
  if (query.placedTo) wanted = wanted.where('placedAt', '<', new Date(query.placedTo));
  if (cursor?.[0]) wanted = wanted.where('id', '<', cursor[0]);
  const rows = await wanted
    .orderBy('id', 'desc')
    .limit(query.limit + 1)
    .execute();
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  const own =
    caller.role === 'merchant' && last
      ? await totalsOfOwn(
          tx,
          page.map(({ id }) => id),
        )
      : undefined;
  return {
    items: page.map(({ currency, goodsAmount, shippingAmount, placedAt, attention, ...row }) => ({
      ...row,
      attention: attention as AttentionReason | null,
      placedAt: placedAt.toISOString(),
      total: {
        amount: own ? (own.get(row.id) ?? 0) : goodsAmount + shippingAmount,
        currency: currency as CurrencyCode,
      },
    })),
    next: rows.length > query.limit && last ? encodeCursor([last.id]) : null,
  };
}
