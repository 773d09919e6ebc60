import { customerKeyOf } from '../../src/books/customers/customers';
import { recordDemand } from '../../src/books/purchasing/unmet-demand';
import { moveOrder, personalContext, type PersonalFields } from '../../src/books/orders/orders';
import { freeUses } from '../../src/books/pricing/promotion-uses';
import {
  freeReservations,
  reserve,
  type Reserved,
  type ReservationRequest,
} from '../../src/books/inventory/reservations';
import { appendEvents, type TimelineFact } from '../../src/books/timeline';
import type { Tx } from '../../src/books/transactions';
import type { Vault } from '../../src/books/vault';
import { SYSTEM } from '../../src/contracts/caller';
import type { Verdict } from '../../src/contracts/orders/verdict';
import type { ActivityDeps, OrderRef } from '../deps';

/** `agreedOn` is the day by which goods are there that it is owed; absent when all of it is there. */
type ReserveVerdict =
  | { readonly outcome: 'reserved'; readonly payUntil: string; readonly agreedOn?: string }
  | Extract<Verdict, { outcome: 'rejected' }>;

export const createStockActivities = ({ transactions, vault }: Pick<ActivityDeps, 'transactions' | 'vault'>) => ({
  /**
   * Sources the order and holds its stock until the payment window ends; what is not there is owed where its merchant
   * sells it so, else the order is rejected, as is one with a parcel that no carrier takes. Keyed by the order.
   */
  reserveStock: ({
    orderId,
    paymentWindowSeconds,
  }: OrderRef & { paymentWindowSeconds: number }): Promise<ReserveVerdict> =>
    transactions.run(SYSTEM, async (tx) => {
      const order = await tx
        .selectFrom('orders')
        .select(['status', 'payUntil', 'agreedOn', 'rejection'])
        .where('id', '=', orderId)
        .forUpdate()
        .executeTakeFirstOrThrow();
      if (order.status === 'rejected') return order.rejection as Extract<Verdict, { outcome: 'rejected' }>;
      // Further on than a draft, or being cancelled: this try comes late, or its run lost what it had done to a
      // restart.
      if (order.payUntil || order.status !== 'draft')
        return reserved(order.payUntil ?? new Date(), order.agreedOn?.toISOString().slice(0, 10) ?? null);
      const lines = await tx
        .selectFrom('order_line')
        .selectAll()
        .where('orderId', '=', orderId)
        .orderBy('number')
        .execute();
      const payUntil = new Date(Date.now() + paymentWindowSeconds * 1000);
      const sourcing = await reserve(tx, {
        orderId,
        demands: lines.map((line) => ({
          lineId: line.id,
          merchantId: line.merchantId,
          skuId: line.skuId,
          quantity: line.quantity,
        })),
        values: lines.map((line) => ({
          lineId: line.id,
          amount: line.unitAmount * line.quantity - line.discountAmount + line.shippingAmount,
          shippingAmount: line.shippingAmount,
          platformAmount: line.platformAmount,
        })),
        delivery: await deliveryOf(tx, vault, orderId),
        expiresAt: payUntil,
      });
      if (!('parts' in sourcing)) {
        const shortages = 'shortages' in sourcing ? sourcing.shortages : [];
        const verdict = {
          outcome: 'rejected',
          code: shortages.length > 0 ? 'out_of_stock' : 'parcel_too_heavy',
          shortages,
        } as const;
        if (shortages.length > 0) await recordDemand(tx, orderId, shortages);
        await freeUses(tx, orderId);
        await moveOrder(tx, orderId, { status: 'rejected', stage: 'closed', rejection: verdict });
        await appendEvents(tx, orderId, [
          ...(shortages.length > 0 ? [{ type: 'stock.short' as const, data: { shortages } }] : []),
          { type: 'order.rejected' as const, data: { code: verdict.code } },
        ]);
        return verdict;
      }
      const { agreedOn } = sourcing;
      await moveOrder(tx, orderId, {
        status: 'draft',
        stage: 'receive',
        payUntil,
        ...(agreedOn === null ? {} : { agreedOn }),
      });
      await appendEvents(tx, orderId, factsOf(sourcing, payUntil));
      return reserved(payUntil, agreedOn);
    }),

  /** Gives back whatever the order still holds. Does nothing when it holds nothing. */
  releaseStock: ({ orderId }: OrderRef): Promise<void> =>
    transactions.run(SYSTEM, async (tx) => {
      const released = await freeReservations(tx, orderId);
      if (released > 0) await appendEvents(tx, orderId, [{ type: 'stock.released', data: { reservations: released } }]);
    }),
});

const reserved = (payUntil: Date, agreedOn: string | null): ReserveVerdict => ({
  outcome: 'reserved',
  payUntil: payUntil.toISOString(),
  ...(agreedOn === null ? {} : { agreedOn }),
});

/** Tells what is held and why so, and what is owed and until when. */
function factsOf({ parts, decisions, backordered: owed, agreedOn }: Reserved, payUntil: Date): TimelineFact[] {
  const held: TimelineFact = {
    type: 'stock.reserved',
    data: {
      parts: parts.map(({ skuId, warehouseId, quantity }) => ({ skuId, warehouseId, quantity })),
      until: payUntil.toISOString(),
      sourcing: decisions,
    },
  };
  const lines = owed.map(({ demand, quantity, expectedOn, basis }) => ({
    skuId: demand.skuId,
    quantity,
    expectedOn,
    basis,
  }));
  return [
    ...(parts.length > 0 ? [held] : []),
    ...(agreedOn === null ? [] : [{ type: 'stock.backordered' as const, data: { agreedOn, lines } }]),
  ];
}

/**
 * Reads where an order goes, as far as sourcing needs it. The postcode stays in this process: only the zones are
 * written down.
 */
async function deliveryOf(tx: Tx, vault: Vault, orderId: string): Promise<ReservationRequest['delivery']> {
  const order = await tx
    .selectFrom('orders')
    .select(['country', 'urgency', 'requestedDate', 'personal'])
    .where('id', '=', orderId)
    .executeTakeFirstOrThrow();
  const customer = await customerKeyOf(tx, orderId);
  const personal =
    customer && (JSON.parse(vault.open(customer, personalContext(orderId), order.personal)) as PersonalFields);
  return {
    country: order.country,
    urgency: order.urgency,
    requestedDate: order.requestedDate?.toISOString().slice(0, 10) ?? null,
    postcode: personal?.recipient.address.postcode ?? null,
  };
}
