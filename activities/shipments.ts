import { readCarriers, type Offer } from '../src/books/catalogue';
import { customerKeyOf } from '../src/books/customers';
import { lockFulfillment, moveFulfillment } from '../src/books/fulfillments';
import { finishOperation } from '../src/books/operations';
import { personalContext, type PersonalFields } from '../src/books/orders';
import { applyScan, insertShipment, labelContext } from '../src/books/shipments';
import { closeTasksAsPacked, itemsOf } from '../src/books/tasks';
import { appendTimeline } from '../src/books/timeline';
import type { Tx } from '../src/books/transactions';
import { unpark } from '../src/books/webhooks';
import { SYSTEM } from '../src/contracts/caller';
import type { PackedParcel } from '../src/contracts/task';
import type { CarrierEvent } from '../src/contracts/webhooks';
import { chooseCarrier } from '../src/domain/carrier-choice';
import { estimateParcel } from '../src/domain/parcel';
import type { Booking, BookRequest } from '../src/providers/carrier';
import type { ActivityDeps, PartRef } from './deps';
import { performOnce } from './outside-call';
import { cannotBe, providerRefused } from './provider-refused';

/** What is asked of a carrier, in references: a later attempt asks for the same, whatever the tariffs say by then. */
type BookingPlan = { readonly carrierCode: string; readonly parcel: PackedParcel; readonly fragile: boolean };

const bookKey = (fulfillmentId: string, n: number): string => `${fulfillmentId}:book:${n}`;

export const createShipmentActivities = (deps: ActivityDeps) => {
  const { transactions, vault, carriers } = deps;

  /** Reads a packed part and plans its booking: the n-th, as carriers that refused it are passed over. */
  const plan = ({ orderId, fulfillmentId }: PartRef) => transactions.run(SYSTEM, async (tx) => {
    const part = await lockFulfillment(tx, fulfillmentId);
    if (part?.orderId !== orderId) throw cannotBe(`${fulfillmentId} is no part of ${orderId}`);
    const shipment = await tx.selectFrom('shipment').select('carrierCode').where('fulfillmentId', '=', fulfillmentId).executeTakeFirst();
    if (shipment) return { booked: shipment.carrierCode };
    const items = await itemsOf(tx, fulfillmentId);
    const parcel = (part.parcel as PackedParcel | null) ?? estimateParcel(items);
    if (part.status === 'released') {
      await closeTasksAsPacked(tx, fulfillmentId);
      await moveFulfillment(tx, fulfillmentId, 'packed', parcel);
      await appendTimeline(tx, orderId, [{ type: 'fulfillment.packed', merchantId: part.merchantId, data: { fulfillmentId, weightG: parcel.weightG } }]);
    }
    const refused = await tx.selectFrom('operation').select('request')
      .where('orderId', '=', orderId).where('key', 'like', `${fulfillmentId}:book:%`).where('status', '=', 'refused').execute();
    const carrierCode = await choose(tx, orderId, parcel, refused.map((row) => (row.request as BookingPlan).carrierCode));
    return { part, n: refused.length + 1, request: { carrierCode, parcel, fragile: items.some((item) => item.fragile) } satisfies BookingPlan };
  });

  async function choose(tx: Tx, orderId: string, parcel: PackedParcel, refusedBy: readonly string[]): Promise<string> {
    const order = await tx.selectFrom('orders').select(['country', 'urgency', 'requestedDate']).where('id', '=', orderId).executeTakeFirstOrThrow();
    const offers: Offer[] = (await readCarriers(tx)).filter((offer) => offer.provider === carriers.code && !refusedBy.includes(offer.code));
    const choice = chooseCarrier({
      country: order.country, urgency: order.urgency, weightG: parcel.weightG,
      today: new Date().toISOString().slice(0, 10), requestedDate: order.requestedDate?.toISOString().slice(0, 10) ?? null,
    }, offers);
    if (!choice) throw providerRefused(`No carrier takes the parcel${refusedBy.length > 0 ? `; refused by ${refusedBy.join(', ')}` : ''}`);
    return choice.code;
  }

  /** Reads what only the carrier may see: where the parcel goes. */
  const addressesOf = (orderId: string, warehouseId: string) => transactions.run(SYSTEM, async (tx) => {
    const customer = await customerKeyOf(tx, orderId);
    if (!customer) throw cannotBe(`The customer of ${orderId} was erased`);
    const { personal } = await tx.selectFrom('orders').select('personal').where('id', '=', orderId).executeTakeFirstOrThrow();
    const { recipient } = JSON.parse(vault.open(customer, personalContext(orderId), personal)) as PersonalFields;
    const from = await tx.selectFrom('warehouse').select(['name', 'country', 'postcode', 'city']).where('id', '=', warehouseId).executeTakeFirstOrThrow();
    return { from, to: { name: recipient.name, phone: recipient.phone, address: recipient.address } } satisfies Pick<BookRequest, 'from' | 'to'>;
  });

  async function recordBooking(tx: Tx, { orderId, fulfillmentId }: PartRef, key: string, carrierCode: string, booking: Booking): Promise<void> {
    if (booking.status !== 'booked') {
      await finishOperation(tx, key, 'refused', { reason: booking.status === 'refused' ? booking.reason : 'voided at the carrier' });
      return;
    }
    const part = await lockFulfillment(tx, fulfillmentId);
    const customer = await customerKeyOf(tx, orderId);
    if (!part || !customer) throw cannotBe(`${fulfillmentId} has no customer`);
    const { reference, trackingNumber, label, estimatedDelivery } = booking;
    if (!(await finishOperation(tx, key, 'succeeded', { reference, trackingNumber }))) return;
    const shipmentId = await insertShipment(tx, {
      orderId, fulfillmentId, merchantId: part.merchantId, warehouseId: part.warehouseId, carrierCode, provider: carriers.code,
      providerReference: reference, trackingNumber, label: vault.seal(customer, labelContext(fulfillmentId), label), estimatedDelivery,
    });
    // A cancellation may have come in between: then the label exists only to be voided.
    if (part.status === 'packed') await moveFulfillment(tx, fulfillmentId, 'labelled');
    await appendTimeline(tx, orderId, [{ type: 'shipment.booked', merchantId: part.merchantId, data: { fulfillmentId, shipmentId, carrierCode, trackingNumber, estimatedDelivery } }]);
    for (const parked of await unpark(tx, carriers.code, trackingNumber)) await applyScan(tx, carriers.code, parked as CarrierEvent);
  }

  /** Books at the carrier under one key, or learns what was booked under it. */
  async function bookOnce(ref: PartRef, key: string, warehouseId: string, request: BookingPlan): Promise<void> {
    let carrierCode = request.carrierCode;
    await performOnce<BookingPlan, Booking>(transactions, {
      operation: { key, kind: 'book', provider: carriers.code, orderId: ref.orderId, request },
      find: (wanted, signal) => carriers.findBookingByKey(wanted, signal),
      perform: async (agreed, signal) => {
        carrierCode = agreed.carrierCode;
        return carriers.book({ key, reference: ref.fulfillmentId, ...agreed, ...(await addressesOf(ref.orderId, warehouseId)) }, signal);
      },
      record: (tx, booking) => recordBooking(tx, ref, key, carrierCode, booking),
    });
  }

  /**
   * Learns what became of a booking without an answer. One that the carrier does not know may still be on its way there, so
   * it is booked under its key: then there is one label, which can be voided.
   */
  async function settleOpenBooking(ref: PartRef): Promise<void> {
    const open = await transactions.run(SYSTEM, async (tx) => {
      const operation = await tx.selectFrom('operation').select(['key', 'request'])
        .where('orderId', '=', ref.orderId).where('key', 'like', `${ref.fulfillmentId}:book:%`).where('status', '=', 'started').executeTakeFirst();
      const part = operation && (await lockFulfillment(tx, ref.fulfillmentId));
      return operation && part && { ...operation, warehouseId: part.warehouseId, customer: await customerKeyOf(tx, ref.orderId) };
    });
    if (!open) return;
    if (open.customer) {
      await bookOnce(ref, open.key, open.warehouseId, open.request as BookingPlan);
      return;
    }
    // An erased customer's address cannot be sent again; should the carrier hold a label after all, the audit names it.
    await transactions.run(SYSTEM, (tx) => finishOperation(tx, open.key, 'refused', { reason: 'the customer was erased before it was booked' }));
  }

  return {
    /** Chooses a carrier and buys the label; a carrier that refuses is followed by the next. Keyed by the part and the try. */
    bookShipment: async (ref: PartRef): Promise<{ carrierCode: string }> => {
      for (;;) {
        const planned = await plan(ref);
        if ('booked' in planned) return { carrierCode: planned.booked };
        await bookOnce(ref, bookKey(ref.fulfillmentId, planned.n), planned.part.warehouseId, planned.request);
      }
    },

    /** Ends a part's label, whether or not we had heard of it. Does nothing when none was ever bought. */
    voidShipment: async ({ orderId, fulfillmentId }: PartRef): Promise<void> => {
      await settleOpenBooking({ orderId, fulfillmentId });
      const shipment = await transactions.run(SYSTEM, (tx) => tx.selectFrom('shipment').select(['id', 'merchantId', 'providerReference', 'status'])
        .where('fulfillmentId', '=', fulfillmentId).executeTakeFirst());
      if (!shipment || shipment.status === 'voided') return;
      const key = `${fulfillmentId}:void_label:1`;
      const reference = shipment.providerReference;
      await performOnce<{ reference: string }, Awaited<ReturnType<typeof carriers.void>>>(transactions, {
        operation: { key, kind: 'void_label', provider: carriers.code, orderId, request: { reference } },
        // Voiding is idempotent by booking: asking and doing are the same call.
        find: () => Promise.resolve(undefined),
        perform: (agreed, signal) => carriers.void(agreed.reference, signal),
        record: async (tx, answer) => {
          if (answer.status === 'refused') throw providerRefused(`The carrier keeps the label of ${fulfillmentId}: ${answer.reason}`);
          if (!(await finishOperation(tx, key, 'succeeded', { reference }))) return;
          await tx.updateTable('shipment').set({ status: 'voided', statusAt: new Date(), label: null }).where('id', '=', shipment.id).execute();
          await appendTimeline(tx, orderId, [{ type: 'shipment.voided', merchantId: shipment.merchantId, data: { fulfillmentId, shipmentId: shipment.id } }]);
        },
      });
    },
  };
};
