import { sql } from 'kysely';
import type { AddressFinding } from '../../contracts/addresses/address-findings';
import type { PlaceOrder } from '../../contracts/orders/place-order';
import { AT_WAREHOUSE_STATUSES, CLOSED_ORDER_STATUSES, type OrderStatus, type Stage } from '../../contracts/statuses';
import type { PricedCart } from '../../domain/pricing/priced-cart';
import type { PriceBasis } from '../../domain/pricing/price-snapshot';
import { findOrInsertCustomer } from '../customers/customers';
import { newId } from '../new-id';
import { insertOrderLines } from '../pricing/order-lines';
import { writeOrderPrice } from '../pricing/price-snapshots';
import { insertPayment } from '../payments/payments';
import { writeUses, type CountedUse } from '../pricing/promotion-uses';
import { appendEvents } from '../timeline';
import type { Tx } from '../transactions';
import type { Vault } from '../vault';

/**
 * Describes an order to write as a draft. Its recipient is normalized when validation found nothing wrong, and as it
 * came otherwise.
 */
export interface OrderDraft {
  readonly orderId: string;
  readonly storefrontId: string;
  readonly order: PlaceOrder;
  readonly cart: PricedCart;
  /** Findings about the recipient; none when it can be delivered to. */
  readonly findings?: readonly AddressFinding[];
  readonly basis: PriceBasis;
  /** Coupon uses that were counted for it. */
  readonly uses: readonly CountedUse[];
  readonly paymentProvider: string;
  /** Until when the writer is trusted to start the workflow; then the sweeper does. */
  readonly startLeaseUntil: Date;
}

/** Lists the personal fields of an order, as they are sealed. */
export interface PersonalFields {
  readonly recipient: PlaceOrder['recipient'];
  readonly giftMessage: string | null;
  /** Findings that its customer has to correct, with suggestions, while the order is on hold. */
  readonly findings?: readonly AddressFinding[];
  /** Absent in orders older than this field. */
  readonly fapiao?: PlaceOrder['fapiao'] | null;
}

/** Returns the context that binds sealed fields to their order. */
export const personalContext = (orderId: string): string => `${orderId}:personal`;

/** Writes an order as a draft: lines at our prices, personal fields sealed, its first payment attempt pending. */
export async function insertDraft(tx: Tx, vault: Vault, draft: OrderDraft): Promise<{ paymentId: string }> {
  const { orderId, storefrontId, order, cart, findings = [] } = draft;
  const customer = await findOrInsertCustomer(tx, vault, storefrontId, order.customer.reference);
  const personal: PersonalFields = {
    recipient: order.recipient,
    giftMessage: order.gift?.message ?? null,
    fapiao: order.fapiao ?? null,
    ...(findings.length > 0 ? { findings } : {}),
  };
  const now = new Date();
  await tx
    .insertInto('orders')
    .values({
      id: orderId,
      storefrontId,
      customerId: customer.id,
      reference: order.reference ?? null,
      status: 'draft',
      stage: 'receive',
      urgency: order.urgency,
      gift: order.gift !== undefined,
      requestedDate: order.requestedDate ?? null,
      currency: order.currency,
      goodsAmount: cart.goodsAmount,
      shippingAmount: cart.shippingAmount,
      discountAmount: cart.discountAmount,
      merchantIds: [...new Set(cart.lines.map((line) => line.merchantId))],
      country: order.recipient.address.country,
      personal: vault.seal(customer, personalContext(orderId), JSON.stringify(personal)),
      addressFindings: findings.length > 0 ? JSON.stringify(withoutSuggestions(findings)) : null,
      startLeaseUntil: draft.startLeaseUntil,
      placedAt: now,
      updatedAt: now,
    })
    .execute();
  const lineIds = await insertOrderLines(tx, orderId, cart.lines);
  await writeOrderPrice(tx, { orderId, cart, currency: order.currency, basis: draft.basis, pricedAt: now }, lineIds);
  await writeUses(tx, orderId, customer.id, draft.uses);
  const total = cart.goodsAmount + cart.shippingAmount;
  const paymentId = newId('pay');
  await insertPayment(tx, vault, customer, {
    id: paymentId,
    orderId,
    number: 1,
    provider: draft.paymentProvider,
    instruction: order.payment,
    amount: total,
    currency: order.currency,
  });
  await appendEvents(tx, orderId, [
    {
      type: 'order.received',
      data: {
        lines: cart.lines.length,
        total,
        currency: order.currency,
        ...(order.reference ? { reference: order.reference } : {}),
      },
    },
  ]);
  return { paymentId };
}

/** Strips findings of what is personal; leaves the field, and what is wrong with it. */
export const withoutSuggestions = (findings: readonly AddressFinding[]): Pick<AddressFinding, 'pointer' | 'code'>[] =>
  findings.map(({ pointer, code }) => ({ pointer, code }));

/** Describes the current state of an order. */
export interface OrderState {
  readonly status: OrderStatus;
  readonly stage: Stage;
  readonly currency: string;
  readonly payUntil: Date | null;
}

/**
 * Reads the current state of an order and locks its row. Cancelling, paying and hand-over then follow one after
 * another.
 */
export const lockOrder = (tx: Tx, orderId: string): Promise<OrderState> =>
  tx
    .selectFrom('orders')
    .select(['status', 'stage', 'currency', 'payUntil'])
    .where('id', '=', orderId)
    .forUpdate()
    .executeTakeFirstOrThrow();

/**
 * Moves an order to a status and stage; closing it clears its attention and deadline. A closed order stays closed, and
 * a cancellation only ends as one: a step that was under way when it came changes nothing.
 */
export async function moveOrder(
  tx: Tx,
  orderId: string,
  to: { status: OrderStatus; stage: Stage; payUntil?: Date | null; agreedOn?: string; rejection?: unknown },
): Promise<void> {
  const closed = (CLOSED_ORDER_STATUSES as readonly OrderStatus[]).includes(to.status);
  const { rejection, ...moved } = to;
  await tx
    .updateTable('orders')
    .set({
      ...moved,
      updatedAt: new Date(),
      // A cancellation counts from its beginning, whatever stage the order was in.
      stageSince: sql`
        case when stage = ${to.stage} and (status = 'cancelling') = ${to.status === 'cancelling'}
          then "stageSince" else now() end`,
      ...(rejection === undefined ? {} : { rejection: JSON.stringify(rejection) }),
      ...(closed
        ? {
            closedAt: new Date(),
            attention: null,
            attentionOwn: null,
            attentionFound: null,
            attentionDetail: null,
            attentionSince: null,
            payUntil: null,
          }
        : {}),
    })
    .where('id', '=', orderId)
    .where(
      'status',
      'not in',
      to.status === 'cancelled' ? CLOSED_ORDER_STATUSES : [...CLOSED_ORDER_STATUSES, 'cancelling'],
    )
    .execute();
}

/**
 * Lets an order that is being cancelled continue: a carrier already has one of its parcels. Returns false for one that
 * continues already.
 */
export async function resumeOrder(tx: Tx, orderId: string): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('orders')
    .set({ status: 'in_fulfillment', stageSince: new Date(), updatedAt: new Date() })
    .where('id', '=', orderId)
    .where('status', '=', 'cancelling')
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Moves an order to `shipped` once every fulfillment that is not cancelled is with a carrier or further. */
export async function markShipped(tx: Tx, orderId: string): Promise<void> {
  const { status } = await lockOrder(tx, orderId);
  if (status !== 'in_fulfillment') return;
  const waiting = await tx
    .selectFrom('fulfillment')
    .select('id')
    .where('orderId', '=', orderId)
    .where('status', 'in', AT_WAREHOUSE_STATUSES)
    .executeTakeFirst();
  if (waiting) return;
  await moveOrder(tx, orderId, { status: 'shipped', stage: 'ship' });
  await appendEvents(tx, orderId, [{ type: 'order.shipped' }]);
}

/** Lets the sweeper try an order that it could not start again after a time. Does nothing when it runs. */
export async function postponeStart(tx: Tx, orderId: string, until: Date): Promise<void> {
  await tx
    .updateTable('orders')
    .set({ startLeaseUntil: until })
    .where('id', '=', orderId)
    .where('startLeaseUntil', 'is not', null)
    .execute();
}

/** Records that the order's workflow runs, so that the sweeper does not start it. */
export async function markStarted(tx: Tx, orderId: string): Promise<void> {
  await tx.updateTable('orders').set({ startLeaseUntil: null }).where('id', '=', orderId).execute();
}
