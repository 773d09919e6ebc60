import { customerKeyOf } from '../../src/books/customers/customers';
import { recordDemand } from '../../src/books/purchasing/unmet-demand';
import { moveOrder, personalContext, type PersonalFields } from '../../src/books/orders/orders';
import { freeUses } from '../../src/books/pricing/promotion-uses';
import { freeReservations } from '../../src/books/inventory/free-reservations';
import { reserve, type Reserved, type ReservationRequest } from '../../src/books/inventory/reservations';
import { appendEvents, type TimelineFact } from '../../src/books/timeline';
import type { Tx } from '../../src/books/transactions';
import type { Vault } from '../../src/books/vault';
import { SYSTEM } from '../../src/contracts/caller';
import type { Verdict } from '../../src/contracts/orders/verdict';
import { dayOf } from '../../src/domain/dates';
import type { ActivityDeps, OrderRef } from '../deps';

/** `agreedOn` is the day by which all backorders are filled; absent when none is waiting. */
type ReserveVerdict =
  | { readonly outcome: 'reserved'; readonly payUntil: string; readonly agreedOn?: string }
  | Extract<Verdict, { outcome: 'rejected' }>;

/** Creates the Activities that reserve, release and restock the stock of orders. */
export const createStockActivities = ({
  transactions,
  vault,
  timeZone,
}: Pick<ActivityDeps, 'transactions' | 'vault' | 'timeZone'>) => ({
  /**
   * Sources the order and reserves its stock until the payment window ends. Missing stock becomes a backorder where the
   * merchant allows it. Rejects the order otherwise, and when no carrier takes one of its parcels. Keyed by the order.
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
      // The order is past its draft or being cancelled: this attempt is late, or its run was restarted.
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
        delivery: { ...(await deliveryOf(tx, vault, orderId)), leavesOn: dayOf(payUntil, timeZone) },
        expiresAt: payUntil,
        today: dayOf(new Date(), timeZone),
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

  /** Frees the stock of an order that is not allocated to a fulfillment. Does nothing when there is none. */
  releaseStock: ({ orderId }: OrderRef): Promise<void> =>
    transactions.run(SYSTEM, async (tx) => {
      const freed = await freeReservations(tx, orderId, { allocated: false, today: dayOf(new Date(), timeZone) });
      if (freed > 0) await appendEvents(tx, orderId, [{ type: 'stock.released', data: { reservations: freed } }]);
    }),
});

const reserved = (payUntil: Date, agreedOn: string | null): ReserveVerdict => ({
  outcome: 'reserved',
  payUntil: payUntil.toISOString(),
  ...(agreedOn === null ? {} : { agreedOn }),
});

/** Lists the reservations with their sourcing decisions, and the backorders with their agreed day, as events. */
function factsOf({ parts, decisions, backordered, agreedOn }: Reserved, payUntil: Date): TimelineFact[] {
  const reservedFact: TimelineFact = {
    type: 'stock.reserved',
    data: {
      parts: parts.map(({ skuId, warehouseId, quantity }) => ({ skuId, warehouseId, quantity })),
      until: payUntil.toISOString(),
      sourcing: decisions,
    },
  };
  const lines = backordered.map(({ demand, quantity, expectedOn, basis }) => ({
    skuId: demand.skuId,
    quantity,
    expectedOn,
    basis,
  }));
  return [
    ...(parts.length > 0 ? [reservedFact] : []),
    ...(agreedOn === null ? [] : [{ type: 'stock.backordered' as const, data: { agreedOn, lines } }]),
  ];
}

/** Reads the destination of an order, as sourcing needs it. Only its zones are stored, never the postcode. */
async function deliveryOf(
  tx: Tx,
  vault: Vault,
  orderId: string,
): Promise<Omit<ReservationRequest['delivery'], 'leavesOn'>> {
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
