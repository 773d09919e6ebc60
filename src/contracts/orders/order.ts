import { z } from 'zod';
import { AddressFix } from '../addresses/address-findings';
import { OrderBackorder } from '../inventory/backorder';
import { Fapiao } from './fapiao';
import { FulfillmentId, MerchantId, OrderId, PaymentId, ShipmentId, SkuId, WarehouseId } from '../ids';
import { Money } from '../money';
import { Recipient } from '../addresses/recipient';
import { oneOf } from '../one-of';
import {
  AttentionReason,
  FulfillmentStatus,
  OrderStatus,
  PaymentStatus,
  ShipmentStatus,
  Stage,
  Urgency,
} from '../statuses';

const instant = z.iso.datetime();

/** Describes the step that the customer must take before the payment can continue. */
export const NextAction = z
  .strictObject({ type: z.enum(['redirect', 'qr_code']), url: z.string(), expiresAt: instant })
  .meta({ id: 'NextAction' });
export type NextAction = z.infer<typeof NextAction>;

export const OrderLineResource = z.strictObject({
  id: z.string(),
  skuId: SkuId,
  merchantId: MerchantId,
  title: z.string(),
  quantity: z.int(),
  unitPrice: Money.describe('Before promotions'),
  discount: Money.describe("The promotions' discount on the line's goods"),
  total: Money.describe("What the customer pays for the line's goods"),
});

export const PaymentResource = z.strictObject({
  id: PaymentId,
  status: oneOf(PaymentStatus),
  method: z.string(),
  amount: Money,
  authorized: Money,
  captured: Money,
  voided: Money,
  refunded: Money,
  declineCode: z.string().nullable(),
  nextAction: NextAction.nullable(),
});

export const ShipmentResource = z.strictObject({
  id: ShipmentId,
  carrierCode: z.string(),
  trackingNumber: z.string(),
  status: oneOf(ShipmentStatus),
  estimatedDelivery: z.iso.date().nullable(),
});

export const FulfillmentResource = z.strictObject({
  id: FulfillmentId,
  merchantId: MerchantId,
  warehouseId: WarehouseId,
  status: oneOf(FulfillmentStatus),
  lines: z.array(z.strictObject({ lineId: z.string(), skuId: SkuId, quantity: z.int() })),
  total: Money,
  shipment: ShipmentResource.nullable(),
});

/** Identifies a fulfillment in messages. */
export interface ReleasedFulfillment {
  readonly fulfillmentId: string;
  readonly merchantId: string;
  readonly warehouseId: string;
}

/** The answer of `GET /v1/orders/{id}` and of placing an order. A merchant sees its own lines and fulfillments only. */
export const OrderResource = z
  .strictObject({
    id: OrderId,
    reference: z.string().nullable(),
    status: oneOf(OrderStatus),
    stage: oneOf(Stage),
    urgency: oneOf(Urgency),
    gift: z.boolean(),
    requestedDate: z.iso.date().nullable(),
    attention: oneOf(AttentionReason).nullable().describe('Why the order needs a person'),
    goods: Money,
    shipping: Money,
    total: Money,
    discount: Money.describe("The promotions' discount, already subtracted from goods and shipping"),
    lines: z.array(OrderLineResource),
    payments: z.array(PaymentResource),
    nextAction: NextAction.nullable(),
    addressFix: AddressFix.nullable().describe(
      'While the order is `awaiting_address`: what its customer has to correct',
    ),
    payUntil: instant.nullable().describe('While the order waits for its payment: the stock is reserved until then'),
    backorder: OrderBackorder,
    fulfillments: z.array(FulfillmentResource),
    recipient: Recipient.nullable().describe(
      'Null in answers to POST, for callers who may not see it, and after the erasure of the customer',
    ),
    giftMessage: z.string().nullable(),
    fapiao: Fapiao.nullable().describe('Visible to callers who may see the recipient'),
    placedAt: instant,
    updatedAt: instant,
    closedAt: instant.nullable(),
  })
  .meta({ id: 'Order' });
export type OrderResource = z.infer<typeof OrderResource>;

export const OrderSummary = z
  .strictObject({
    id: OrderId,
    reference: z.string().nullable(),
    status: oneOf(OrderStatus),
    stage: oneOf(Stage),
    attention: oneOf(AttentionReason).nullable(),
    total: Money,
    placedAt: instant,
  })
  .meta({ id: 'OrderSummary' });
export type OrderSummary = z.infer<typeof OrderSummary>;

/** The query of `GET /v1/orders`. */
export const ListOrders = z.strictObject({
  status: oneOf(OrderStatus).optional(),
  stage: oneOf(Stage).optional(),
  attention: z.union([oneOf(AttentionReason), z.literal('any')]).optional(),
  reference: z.string().max(100).optional(),
  placedFrom: instant.optional(),
  placedTo: instant.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(200).optional(),
});
export type ListOrders = z.infer<typeof ListOrders>;
