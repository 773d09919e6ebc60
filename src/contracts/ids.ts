import { z } from 'zod';

/** Names the prefix of each kind of id. The rest is a ULID, so ids of one kind sort by creation time. */
export const IdPrefix = {
  order: 'ord',
  orderLine: 'lin',
  fulfillment: 'ful',
  shipment: 'shp',
  payment: 'pay',
  task: 'tsk',
  reservation: 'rsv',
  backorder: 'bko',
  merchant: 'mer',
  warehouse: 'whs',
  location: 'loc',
  sku: 'sku',
  lot: 'lot',
  supplier: 'sup',
  customer: 'cus',
  storefront: 'sto',
  apiKey: 'key',
  ledgerTransaction: 'ltx',
  replenishment: 'rpl',
  promotion: 'prm',
} as const;
export type IdPrefix = (typeof IdPrefix)[keyof typeof IdPrefix];

const ULID = '[0-9A-HJKMNP-TV-Z]{26}';

/** Builds the schema of an id of one kind. */
export const idSchema = (prefix: IdPrefix) =>
  z.string().regex(new RegExp(`^${prefix}_${ULID}$`), `must be an id like ${prefix}_01J0000000000000000000000A`);

export const OrderId = idSchema(IdPrefix.order);
export const FulfillmentId = idSchema(IdPrefix.fulfillment);
export const ShipmentId = idSchema(IdPrefix.shipment);
export const PaymentId = idSchema(IdPrefix.payment);
export const TaskId = idSchema(IdPrefix.task);
export const SkuId = idSchema(IdPrefix.sku);
export const MerchantId = idSchema(IdPrefix.merchant);
export const ReplenishmentId = idSchema(IdPrefix.replenishment);
export const WarehouseId = idSchema(IdPrefix.warehouse);
export const PromotionId = idSchema(IdPrefix.promotion);
