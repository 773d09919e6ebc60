import type { PlaceOrder } from '../contracts/place-order';
import { CLOSED_ORDER_STATUSES, type AttentionReason, type OrderStatus, type Stage } from '../contracts/statuses';
import type { PricedCart } from '../domain/pricing/cart';
import { customerOf } from './customers';
import { newId } from './new-id';
import { writeOrderPrice, type PriceBasis } from './order-prices';
import { insertPayment } from './payments';
import { writeUses, type CountedUse } from './promotion-uses';
import { appendTimeline } from './timeline';
import type { Tx } from './transactions';
import type { Vault } from './vault';

export interface Draft {
  readonly orderId: string;
  readonly storefrontId: string;
  readonly order: PlaceOrder;
  readonly cart: PricedCart;
  readonly basis: PriceBasis;
  /** The uses that were counted for it. */
  readonly uses: readonly CountedUse[];
  readonly paymentProvider: string;
  /** Until when the writer is trusted to start the workflow; then the sweeper does. */
  readonly startLeaseUntil: Date;
}

/** What of an order is personal, as it is sealed. */
export interface PersonalFields {
  readonly recipient: PlaceOrder['recipient'];
  readonly giftMessage: string | null;
  /** Absent in orders of before there were any. */
  readonly fapiao?: PlaceOrder['fapiao'] | null;
}

/** The context that binds sealed fields to their order. */
export const personalContext = (orderId: string): string => `${orderId}:personal`;

/** Writes an order as a draft: lines at our prices, personal fields sealed, its first payment pending. */
export async function insertDraft(tx: Tx, vault: Vault, draft: Draft): Promise<{ paymentId: string }> {
  const { orderId, storefrontId, order, cart } = draft;
  const customer = await customerOf(tx, vault, storefrontId, order.customer.reference);
  const personal: PersonalFields = { recipient: order.recipient, giftMessage: order.gift?.message ?? null, fapiao: order.fapiao ?? null };
  const now = new Date();
  await tx.insertInto('orders').values({
    id: orderId, storefrontId, customerId: customer.id, reference: order.reference ?? null, status: 'draft', stage: 'receive',
    urgency: order.urgency, gift: order.gift !== undefined, requestedDate: order.requestedDate ?? null, currency: order.currency,
    goodsAmount: cart.goodsAmount, shippingAmount: cart.shippingAmount, discountAmount: cart.discountAmount,
    merchantIds: [...new Set(cart.lines.map((line) => line.merchantId))],
    country: order.recipient.address.country, personal: vault.seal(customer, personalContext(orderId), JSON.stringify(personal)),
    startLeaseUntil: draft.startLeaseUntil, placedAt: now, updatedAt: now,
  }).execute();
  const lineIds = cart.lines.map(() => newId('lin'));
  await tx.insertInto('order_line').values(cart.lines.map((line, index) => ({
    id: lineIds[index] ?? '', orderId, number: index + 1, merchantId: line.merchantId, skuId: line.skuId, title: line.title,
    quantity: line.quantity, unitAmount: line.unitAmount, discountAmount: line.discountAmount, shippingAmount: line.shippingAmount,
    shippingDiscountAmount: line.shippingDiscountAmount, platformAmount: line.platformAmount,
    taxRate: line.tax?.rate ?? null, taxAmount: line.tax && line.tax.goods + line.tax.shipping,
  }))).execute();
  await writeOrderPrice(tx, { orderId, cart, currency: order.currency, basis: draft.basis, pricedAt: now }, lineIds);
  await writeUses(tx, orderId, customer.id, draft.uses);
  const total = cart.goodsAmount + cart.shippingAmount;
  const paymentId = newId('pay');
  await insertPayment(tx, vault, customer, {
    id: paymentId, orderId, number: 1, provider: draft.paymentProvider, instruction: order.payment, amount: total, currency: order.currency,
  });
  await appendTimeline(tx, orderId, [{
    type: 'order.received',
    data: { lines: cart.lines.length, total, currency: order.currency, ...(order.reference ? { reference: order.reference } : {}) },
  }]);
  return { paymentId };
}

export interface OrderState {
  readonly status: OrderStatus;
  readonly stage: Stage;
  readonly currency: string;
  readonly payUntil: Date | null;
}

/** Reads where an order stands and locks its row: the arbiter between cancelling, paying and handing over. */
export const lockOrder = (tx: Tx, orderId: string): Promise<OrderState> =>
  tx.selectFrom('orders').select(['status', 'stage', 'currency', 'payUntil']).where('id', '=', orderId).forUpdate().executeTakeFirstOrThrow();

/**
 * Moves an order to a status and stage; closing it clears what it waited for. What is closed stays closed, and a
 * cancellation only ends as one: a step that was under way when it came changes nothing any more.
 */
export async function moveOrder(
  tx: Tx, orderId: string, to: { status: OrderStatus; stage: Stage; payUntil?: Date | null; rejection?: unknown },
): Promise<void> {
  const closed = (CLOSED_ORDER_STATUSES as readonly OrderStatus[]).includes(to.status);
  const { rejection, ...moved } = to;
  await tx.updateTable('orders').set({
    ...moved,
    updatedAt: new Date(),
    ...(rejection === undefined ? {} : { rejection: JSON.stringify(rejection) }),
    ...(closed ? { closedAt: new Date(), attention: null, payUntil: null } : {}),
  }).where('id', '=', orderId)
    .where('status', 'not in', to.status === 'cancelled' ? CLOSED_ORDER_STATUSES : [...CLOSED_ORDER_STATUSES, 'cancelling'])
    .execute();
}

/** Moves an order to `shipped` once every part is with a carrier or further. */
export async function markShipped(tx: Tx, orderId: string): Promise<void> {
  const { status } = await lockOrder(tx, orderId);
  if (status !== 'in_fulfillment') return;
  const waiting = await tx.selectFrom('fulfillment').select('id')
    .where('orderId', '=', orderId).where('status', 'in', ['released', 'packed', 'labelled']).executeTakeFirst();
  if (waiting) return;
  await moveOrder(tx, orderId, { status: 'shipped', stage: 'ship' });
  await appendTimeline(tx, orderId, [{ type: 'order.shipped' }]);
}

/** Writes that the order's workflow runs, so that the sweeper leaves it alone. */
export async function markStarted(tx: Tx, orderId: string): Promise<void> {
  await tx.updateTable('orders').set({ startLeaseUntil: null }).where('id', '=', orderId).execute();
}

/** Raises or clears (null) the reason why a person should look at an order. Answers false when it stood so already. */
export async function setAttention(tx: Tx, orderId: string, reason: AttentionReason | null): Promise<boolean> {
  const { numUpdatedRows } = await tx.updateTable('orders').set({ attention: reason, updatedAt: new Date() })
    .where('id', '=', orderId).where('attention', 'is distinct from', reason).executeTakeFirst();
  if (numUpdatedRows === 0n) return false;
  await appendTimeline(tx, orderId, [reason ? { type: 'attention.raised', data: { reason } } : { type: 'attention.cleared' }]);
  return true;
}
