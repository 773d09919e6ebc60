import { z } from 'zod';

/** Names the types of timeline events. Past tense: each is a fact. */
export const TimelineEventType = {
  orderReceived: 'order.received',
  orderBackordered: 'order.backordered',
  orderAccepted: 'order.accepted',
  orderRejected: 'order.rejected',
  orderShipped: 'order.shipped',
  orderCompleted: 'order.completed',
  orderReturned: 'order.returned',
  cancellationRequested: 'order.cancellation_requested',
  cancellationTooLate: 'order.cancellation_too_late',
  orderCancelled: 'order.cancelled',
  orderAdopted: 'order.adopted',
  addressHeld: 'address.held',
  addressNotified: 'address.notified',
  addressNoticeRefused: 'address.notice_refused',
  addressMended: 'address.mended',
  stockReserved: 'stock.reserved',
  stockBackordered: 'stock.backordered',
  stockShort: 'stock.short',
  stockReleased: 'stock.released',
  stockRestocked: 'stock.restocked',
  paymentActionRequired: 'payment.action_required',
  paymentAuthorized: 'payment.authorized',
  paymentDeclined: 'payment.declined',
  paymentAbandoned: 'payment.abandoned',
  paymentCaptured: 'payment.captured',
  paymentVoided: 'payment.voided',
  paymentRefunded: 'payment.refunded',
  fulfillmentReleased: 'fulfillment.released',
  fulfillmentPacked: 'fulfillment.packed',
  fulfillmentDelivered: 'fulfillment.delivered',
  fulfillmentReturned: 'fulfillment.returned',
  fulfillmentCancelled: 'fulfillment.cancelled',
  taskOpened: 'task.opened',
  taskClaimed: 'task.claimed',
  taskDone: 'task.done',
  retryRequested: 'retry.requested',
  carrierChosen: 'carrier.chosen',
  shipmentBooked: 'shipment.booked',
  shipmentVoided: 'shipment.voided',
  shipmentHandedOver: 'shipment.handed_over',
  shipmentScanned: 'shipment.scanned',
  attentionRaised: 'attention.raised',
  attentionCleared: 'attention.cleared',
} as const;
export type TimelineEventType = (typeof TimelineEventType)[keyof typeof TimelineEventType];

/** Describes one event of an order's hash chain: `hash` covers its members and the hash before it. */
export const TimelineEvent = z
  .strictObject({
    seq: z.int(),
    type: z.enum(Object.values(TimelineEventType) as [TimelineEventType, ...TimelineEventType[]]),
    at: z.iso.datetime(),
    actor: z.string().describe('The `role:id` of the caller; `system` for Mallflow itself'),
    merchantId: z.string().nullable().describe("Set on events that concern only this merchant's fulfillments"),
    data: z
      .record(z.string(), z.unknown())
      .describe(
        'References, codes and amounts; never personal data. In an event of the whole order, a merchant does not see ' +
          'what concerns other merchants',
      ),
    hash: z.string().describe('Covers the whole event, as the mall sees it, and the hash before it'),
  })
  .meta({ id: 'TimelineEvent' });
export type TimelineEvent = z.infer<typeof TimelineEvent>;
